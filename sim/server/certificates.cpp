#include "sim/server/certificates.h"

#include <memory>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace assay::sim::server {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kDay = 24L * 60 * 60;

std::string pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  CHECK(PEM_write_bio_X509(bio, certificate) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

Certificate read(const std::string& text) {
  BIO* bio = BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
  Certificate out(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
  BIO_free(bio);
  return out;
}

Certificate begin(const std::string& name, const Key& key, long days) {
  Certificate out(X509_new(), X509_free);
  X509_set_version(out.get(), X509_VERSION_3);
  const auto serial = random_bytes(8);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(out.get()),
                          std::stoull(hex(serial), nullptr, 16) & 0x7fffffffffffffffULL);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), days * kDay);
  X509_set_pubkey(out.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return out;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &ctx, kind, value.c_str());
  CHECK(extension != nullptr);
  CHECK(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

bool is_address(const std::string& name) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}

}  // namespace

Identity make_authority(const std::string& name) {
  const auto key = Key::make_elliptic();
  const auto certificate = begin(name, key, 3650);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);
  return {key, pem(certificate.get())};
}

Identity make_server_identity(const Identity& authority, const std::vector<std::string>& names) {
  const auto issuer = read(authority.certificate);
  CHECK(issuer != nullptr);
  const auto key = Key::make_elliptic();
  const auto certificate = begin("assay-sim", key, 397);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  std::string alternatives;
  for (const auto& name : names)
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  extend(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  extend(certificate.get(), issuer.get(), NID_ext_key_usage, "serverAuth");
  extend(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  extend(certificate.get(), issuer.get(), NID_subject_alt_name, alternatives);
  CHECK(X509_sign(certificate.get(), authority.key.get(), EVP_sha256()) != 0);
  return {key, pem(certificate.get())};
}

Identity make_client_identity(const std::string& name) {
  const auto key = Key::make_rsa();
  const auto certificate = begin(name, key, 3650);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  extend(certificate.get(), certificate.get(), NID_key_usage, "critical,digitalSignature");
  CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);
  return {key, pem(certificate.get())};
}

Result<Identity> read_identity(const std::string& certificate_pem, const std::string& key_pem) {
  auto key = TRY(Key::from_pem(key_pem));
  const auto certificate = read(certificate_pem);
  if (!certificate) return invalid("not a certificate in PEM form");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return invalid("key and certificate do not belong together");
  return Identity{std::move(key), certificate_pem};
}

std::string thumbprint(const std::string& certificate_pem, const char* algorithm) {
  const auto certificate = read(certificate_pem);
  CHECK(certificate != nullptr);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  CHECK(size > 0);
  auto out = digest({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}, algorithm);
  OPENSSL_free(der);
  return out;
}

}  // namespace assay::sim::server
