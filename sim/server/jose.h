#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/tenant/tenant.h"

struct evp_pkey_st;
struct x509_st;

// Signed tokens: keys, base64url, JWTs.
namespace assay::sim::server {

std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);  // padding is not needed and not minded
std::string hex(std::string_view bytes);
std::string digest(std::string_view bytes, const char* algorithm);  // "SHA256", "SHA1"; raw bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// A key pair, or the public half of one.
class Key {
 public:
  static Key make_rsa();       // 2048 bits
  static Key make_elliptic();  // P-256
  static Result<Key> from_pem(const std::string& private_pem);
  static Result<Key> of_certificate(const std::string& certificate_pem);

  evp_pkey_st* get() const { return key_.get(); }
  std::string private_pem() const;
  Json public_jwk(std::string_view id) const;  // RSA alone

  std::string sign_rs256(std::string_view text) const;
  std::string sign_ps256(std::string_view text) const;
  // `algorithm` is RS256 or PS256; anything else never verifies.
  bool verifies(std::string_view algorithm, std::string_view text, std::string_view signature) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

struct Jwt {
  Json header;
  Json claims;
  std::string signed_text;
  std::string signature;
};

std::optional<Jwt> parse_jwt(std::string_view token);
std::string make_jwt(const Key& key, std::string_view algorithm, Json header, const Json& claims);

// A version 4 UUID of the bytes' hash: the same for the same text.
std::string uuid_of(std::string_view text);
// A new one each time.
std::string random_uuid();
std::string random_bytes(std::size_t n);

}  // namespace assay::sim::server
