#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "m365/credential.h"

namespace assay::m365 {
namespace {

using ::testing::HasSubstr;

// Certificates as an administrator makes them, with the openssl program.
class CertificateTest : public testing::Test {
 protected:
  void make(const std::string& kind, const std::string& name) const {
    run("openssl req -x509 -newkey " + kind + " -nodes -days 30 -subj /CN=assay -keyout " + name + ".key -out " + name +
        ".crt");
  }
  void run(const std::string& command) const {
    const auto line = "cd '" + folder_.path().string() + "' && ( " + command + " ) >/dev/null 2>&1";
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  }
  std::string fault(const std::string& file, const std::string& key = {}, const std::string& password = {}) const {
    const auto loaded = Certificate::load(
        folder_.path() / file, key.empty() ? std::filesystem::path() : folder_.path() / key, Secret(password));
    return loaded ? "loaded" : loaded.error().message;
  }
  TemporaryFolder folder_;
};

TEST_F(CertificateTest, SignsWhatOpensslVerifies) {
  make("rsa:2048", "c");
  run("openssl x509 -in c.crt -pubkey -noout > c.pub");
  const auto certificate = Certificate::load(folder_.path() / "c.crt", folder_.path() / "c.key", {});
  ASSERT_TRUE(certificate);
  for (const auto algorithm : {Certificate::Algorithm::Ps256, Certificate::Algorithm::Rs256}) {
    const bool pss = algorithm == Certificate::Algorithm::Ps256;
    const auto jwt =
        certificate->assertion("app-1", "https://login.example/t/oauth2/v2.0/token", 1795363200, algorithm);
    ASSERT_TRUE(jwt);
    const auto parts = text::split(*jwt, '.');
    ASSERT_EQ(parts.size(), 3U);
    folder_.write("signed", std::string(parts[0]) + "." + std::string(parts[1]));
    folder_.write("signature.b64u", std::string(parts[2]));
    run("(tr '_-' '/+' < signature.b64u; printf '==') | openssl base64 -d -A > signature");
    run(std::string("openssl dgst -sha256 -verify c.pub -signature signature ") +
        (pss ? "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 " : "") + "signed");
  }
}

TEST_F(CertificateTest, APfxIsReadWithItsPassword) {
  make("rsa:2048", "c");
  run("openssl pkcs12 -export -in c.crt -inkey c.key -out c.pfx -passout pass:secret");
  EXPECT_EQ(fault("c.pfx", {}, "secret"), "loaded");
  EXPECT_THAT(fault("c.pfx", {}, "wrong"), HasSubstr("holds no certificate that can be read"));
}

TEST_F(CertificateTest, OneFileMayHoldBoth) {
  make("rsa:2048", "c");
  run("cat c.crt c.key > both.pem");
  EXPECT_EQ(fault("both.pem"), "loaded");
}

TEST_F(CertificateTest, WhatEntraWouldNotTakeIsRefusedHere) {
  make("rsa:1024", "small");
  make("rsa:2048", "a");
  make("rsa:2048", "b");
  EXPECT_THAT(fault("small.crt", "small.key"), HasSubstr("not RSA of 2048 bits or more"));
  EXPECT_THAT(fault("a.crt", "b.key"), HasSubstr("the private key is not the certificate's"));
  EXPECT_THAT(fault("a.crt"), HasSubstr("holds no private key"));
  EXPECT_THAT(fault("missing.crt"), HasSubstr("missing.crt"));
  folder_.write("junk.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
  EXPECT_THAT(fault("junk.pem"), HasSubstr("holds no certificate"));
}

TEST(Base64UrlTest, HasNoPadding) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("\xFB\xFF"), "-_8");
}

}  // namespace
}  // namespace assay::m365
