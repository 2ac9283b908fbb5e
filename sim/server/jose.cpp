#include "sim/server/jose.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/text.h"

namespace assay::sim::server {
namespace {

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

struct MdCtx {
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  MdCtx() = default;
  MdCtx(const MdCtx&) = delete;
  MdCtx& operator=(const MdCtx&) = delete;
  ~MdCtx() { EVP_MD_CTX_free(ctx); }
};

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool use_pss(EVP_PKEY_CTX* ctx) {
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32) > 0;
}

std::string sign(EVP_PKEY* key, std::string_view text, bool pss) {
  MdCtx md;
  EVP_PKEY_CTX* ctx = nullptr;
  CHECK(EVP_DigestSignInit(md.ctx, &ctx, EVP_sha256(), nullptr, key) == 1);
  if (pss) CHECK(use_pss(ctx));
  std::size_t size = 0;
  CHECK(EVP_DigestSign(md.ctx, nullptr, &size, bytes_of(text), text.size()) == 1);
  std::string out(size, '\0');
  CHECK(EVP_DigestSign(md.ctx, reinterpret_cast<unsigned char*>(out.data()), &size, bytes_of(text), text.size()) == 1);
  out.resize(size);
  return out;
}

std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, reinterpret_cast<unsigned char*>(out.data()));
  BN_free(value);
  return out;
}

std::string as_uuid(std::string bytes) {
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const auto h = hex(std::string_view(bytes).substr(0, 16));
  return h.substr(0, 8) + '-' + h.substr(8, 4) + '-' + h.substr(12, 4) + '-' + h.substr(16, 4) + '-' + h.substr(20, 12);
}

}  // namespace

std::string base64url(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out.push_back(kAlphabet[(buffer >> (bits - 6)) & 63]);
  }
  if (bits > 0) out.push_back(kAlphabet[(buffer << (6 - bits)) & 63]);
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    unsigned value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<unsigned>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<unsigned>(c - 'a' + 26);
    } else if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0' + 52);
    } else if (c == '-' || c == '+') {
      value = 62;
    } else if (c == '_' || c == '/') {
      value = 63;
    } else if (c == '=') {
      continue;
    } else {
      return std::nullopt;
    }
    buffer = (buffer << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>((buffer >> bits) & 0xff));
    }
  }
  return out;
}

std::string hex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

std::string digest(std::string_view bytes, const char* algorithm) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  CHECK(EVP_Q_digest(nullptr, algorithm, nullptr, bytes.data(), bytes.size(),
                     reinterpret_cast<unsigned char*>(out.data()), &size) == 1);
  out.resize(size);
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
             reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr);
  out.resize(size);
  return out;
}

Key Key::make_rsa() {
  Key out;
  out.key_ = own(EVP_RSA_gen(2048));
  CHECK(out.key_ != nullptr);
  return out;
}

Key Key::make_elliptic() {
  Key out;
  out.key_ = own(EVP_EC_gen("P-256"));
  CHECK(out.key_ != nullptr);
  return out;
}

Result<Key> Key::from_pem(const std::string& private_pem) {
  BIO* bio = BIO_new_mem_buf(private_pem.data(), static_cast<int>(private_pem.size()));
  Key out;
  out.key_ = own(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  if (!out.key_) return invalid("not a private key in PEM form");
  return out;
}

Result<Key> Key::of_certificate(const std::string& certificate_pem) {
  BIO* bio = BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (certificate == nullptr) return invalid("not a certificate in PEM form");
  Key out;
  out.key_ = own(X509_get_pubkey(certificate));
  X509_free(certificate);
  if (!out.key_) return invalid("the certificate has no key that can be read");
  return out;
}

std::string Key::private_pem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  CHECK(PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

Json Key::public_jwk(std::string_view id) const {
  return {{"kty", "RSA"},
          {"use", "sig"},
          {"kid", id},
          {"x5t", id},
          {"n", base64url(number(key_.get(), OSSL_PKEY_PARAM_RSA_N))},
          {"e", base64url(number(key_.get(), OSSL_PKEY_PARAM_RSA_E))}};
}

std::string Key::sign_rs256(std::string_view text) const { return sign(key_.get(), text, false); }
std::string Key::sign_ps256(std::string_view text) const { return sign(key_.get(), text, true); }

bool Key::verifies(std::string_view algorithm, std::string_view text, std::string_view signature) const {
  if (algorithm != "RS256" && algorithm != "PS256") return false;
  if (EVP_PKEY_is_a(key_.get(), "RSA") != 1) return false;
  MdCtx md;
  EVP_PKEY_CTX* ctx = nullptr;
  if (EVP_DigestVerifyInit(md.ctx, &ctx, EVP_sha256(), nullptr, key_.get()) != 1) return false;
  if (algorithm == "PS256" && !use_pss(ctx)) return false;
  return EVP_DigestVerify(md.ctx, bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

std::optional<Jwt> parse_jwt(std::string_view token) {
  const auto parts = text::split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto header = from_base64url(parts[0]);
  const auto claims = from_base64url(parts[1]);
  const auto signature = from_base64url(parts[2]);
  if (!header || !claims || !signature) return std::nullopt;
  Jwt out;
  out.header = Json::parse(*header, nullptr, false);
  out.claims = Json::parse(*claims, nullptr, false);
  if (!out.header.is_object() || !out.claims.is_object()) return std::nullopt;
  out.signed_text = std::string(token.substr(0, parts[0].size() + 1 + parts[1].size()));
  out.signature = *signature;
  return out;
}

std::string make_jwt(const Key& key, std::string_view algorithm, Json header, const Json& claims) {
  header["alg"] = algorithm;
  header["typ"] = "JWT";
  const auto text = base64url(header.dump()) + '.' + base64url(claims.dump());
  return text + '.' + base64url(algorithm == "PS256" ? key.sign_ps256(text) : key.sign_rs256(text));
}

std::string uuid_of(std::string_view text) { return as_uuid(digest(text, "SHA256")); }
std::string random_uuid() { return as_uuid(random_bytes(16)); }

std::string random_bytes(std::size_t n) {
  std::string out(n, '\0');
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(n)) == 1);
  return out;
}

}  // namespace assay::sim::server
