#include "sim/server/jose.h"

#include <gtest/gtest.h>

#include "sim/server/certificates.h"

namespace assay::sim::server {
namespace {

TEST(JoseTest, Base64urlHasNoPaddingAndComesBack) {
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(base64url("a"), "YQ");
  for (const std::string text : {"", "a", "ab", "abc", "abcd"}) EXPECT_EQ(from_base64url(base64url(text)), text);
  EXPECT_EQ(from_base64url("YQ=="), "a");
  EXPECT_EQ(from_base64url("a b"), std::nullopt);
}

TEST(JoseTest, ASignatureHoldsForItsAlgorithmAndTextAlone) {
  const auto identity = make_client_identity("client");
  auto key = Key::of_certificate(identity.certificate);
  ASSERT_TRUE(key);

  for (const std::string algorithm : {"RS256", "PS256"}) {
    const auto jwt = parse_jwt(make_jwt(identity.key, algorithm, {{"kid", "1"}}, {{"sub", "me"}}));
    ASSERT_TRUE(jwt);
    EXPECT_EQ(jwt->header["alg"], algorithm);
    EXPECT_EQ(jwt->claims["sub"], "me");
    EXPECT_TRUE(key->verifies(algorithm, jwt->signed_text, jwt->signature));
    EXPECT_FALSE(key->verifies(algorithm == "RS256" ? "PS256" : "RS256", jwt->signed_text, jwt->signature));
    EXPECT_FALSE(key->verifies(algorithm, jwt->signed_text + "x", jwt->signature));
    EXPECT_FALSE(key->verifies("none", jwt->signed_text, ""));
  }
}

TEST(JoseTest, WhatIsNoTokenIsRefused) {
  EXPECT_FALSE(parse_jwt(""));
  EXPECT_FALSE(parse_jwt("a.b"));
  EXPECT_FALSE(parse_jwt("YQ.YQ.YQ"));
}

TEST(JoseTest, UuidsLookLikeUuids) {
  EXPECT_EQ(uuid_of("x"), uuid_of("x"));
  EXPECT_NE(uuid_of("x"), uuid_of("y"));
  EXPECT_EQ(uuid_of("x").size(), 36U);
  EXPECT_EQ(uuid_of("x")[14], '4');
}

}  // namespace
}  // namespace assay::sim::server
