#include <array>
#include <cstdio>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/json.h"
#include "m365/credential.h"

namespace assay::m365 {
namespace {

template <auto function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    function(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, Free<PKCS12_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

int give_password(char* buffer, int size, int /*writing*/, void* of) {
  const auto& password = static_cast<const Secret*>(of)->reveal();
  const auto n = std::min<std::size_t>(password.size(), static_cast<std::size_t>(size));
  password.copy(buffer, n);
  return static_cast<int>(n);
}

std::string fingerprint(const X509* certificate, const EVP_MD* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  CHECK(X509_digest(certificate, digest, bytes.data(), &length) == 1);
  return base64url({reinterpret_cast<const char*>(bytes.data()), length});
}

std::string new_guid() {
  std::array<unsigned char, 16> b{};
  CHECK(RAND_bytes(b.data(), static_cast<int>(b.size())) == 1);
  b[6] = static_cast<unsigned char>((b[6] & 0x0FU) | 0x40U);
  b[8] = static_cast<unsigned char>((b[8] & 0x3FU) | 0x80U);
  std::string out;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", b[i]);
  }
  return out;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    have += 8;
    while (have >= 6) {
      have -= 6;
      out += digits[bits >> static_cast<unsigned>(have) & 63U];
    }
  }
  if (have > 0) out += digits[bits << static_cast<unsigned>(6 - have) & 63U];
  return out;
}

struct Certificate::State {
  X509Pointer certificate;
  Key key;
};

Certificate::Certificate(std::unique_ptr<State> state) : state_(std::move(state)) {}
Certificate::Certificate(Certificate&&) noexcept = default;
Certificate& Certificate::operator=(Certificate&&) noexcept = default;
Certificate::~Certificate() = default;

Result<Certificate> Certificate::load(const std::filesystem::path& file, const std::filesystem::path& key_file,
                                      const Secret& password) {
  const auto where = fmt::format("`{}`", file.string());
  const auto bytes = TRY(read_file(file));
  const auto key_bytes = key_file.empty() ? bytes : TRY(read_file(key_file));
  auto state = std::make_unique<State>();
  const auto memory = [](const std::string& of) {
    return Bio(BIO_new_mem_buf(of.data(), static_cast<int>(of.size())));
  };
  if (bytes.find("-----BEGIN") != std::string::npos) {
    auto* of = const_cast<Secret*>(&password);  // OpenSSL's callback takes no const
    state->certificate.reset(PEM_read_bio_X509(memory(bytes).get(), nullptr, &give_password, of));
    state->key.reset(PEM_read_bio_PrivateKey(memory(key_bytes).get(), nullptr, &give_password, of));
  } else {
    const Pkcs12 bundle(d2i_PKCS12_bio(memory(bytes).get(), nullptr));
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    if (bundle && PKCS12_parse(bundle.get(), password.reveal().c_str(), &key, &certificate, nullptr) == 1) {
      state->key.reset(key);
      state->certificate.reset(certificate);
    }
  }
  ERR_clear_error();
  if (!state->certificate)
    return invalid(where + ": holds no certificate that can be read",
                   "give PEM or PFX, and the password if it has one");
  if (!state->key)
    return invalid(
        (key_file.empty() ? where : fmt::format("`{}`", key_file.string())) + ": holds no private key that can be read",
        "give the key in the same file or as certificate_key, and its password if it has one");
  if (EVP_PKEY_base_id(state->key.get()) != EVP_PKEY_RSA || EVP_PKEY_bits(state->key.get()) < 2048)
    return invalid(where + ": the key is not RSA of 2048 bits or more", "Entra ID takes no other key");
  if (X509_check_private_key(state->certificate.get(), state->key.get()) != 1) {
    ERR_clear_error();
    return invalid(where + ": the private key is not the certificate's");
  }
  return Certificate(std::move(state));
}

Result<std::string> Certificate::assertion(const std::string& client, const std::string& audience, std::int64_t now,
                                           Algorithm algorithm) const {
  const bool pss = algorithm == Algorithm::Ps256;
  Json header{{"alg", pss ? "PS256" : "RS256"}, {"typ", "JWT"}};
  if (pss) {
    header["x5t#S256"] = fingerprint(state_->certificate.get(), EVP_sha256());
  } else {
    header["x5t"] = fingerprint(state_->certificate.get(), EVP_sha1());
  }
  const Json claims{{"aud", audience}, {"iss", client}, {"sub", client},   {"jti", new_guid()},
                    {"nbf", now},      {"iat", now},    {"exp", now + 600}};
  const auto text = base64url(header.dump()) + "." + base64url(claims.dump());
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  bool fine = EVP_DigestSignInit(context.get(), &key_context, EVP_sha256(), nullptr, state_->key.get()) == 1;
  if (fine && pss)
    fine = EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1;
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  fine = fine && EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  std::string signature(size, '\0');
  fine = fine && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                                text.size()) == 1;
  ERR_clear_error();
  if (!fine) return Error{ErrorCode::Invalid, "the certificate's key cannot sign", {}};
  signature.resize(size);
  return text + "." + base64url(signature);
}

}  // namespace assay::m365
