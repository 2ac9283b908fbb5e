#include "base/sha256.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace assay {
namespace {

// FIPS 180-4's own examples.
TEST(Sha256Test, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, SurvivesAMove) {
  Sha256 first;
  first.add("a");

  Sha256 second = std::move(first);
  second.add("bc");

  EXPECT_EQ(second.hex(), sha256_hex("abc"));
}

RC_GTEST_PROP(Sha256Test, ItDoesNotMatterInWhichPiecesBytesCome, (const std::string& a, const std::string& b)) {
  Sha256 digest;
  digest.add(a);
  digest.add(b);
  RC_ASSERT(digest.hex() == sha256_hex(a + b));
}

}  // namespace
}  // namespace assay
