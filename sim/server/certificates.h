#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/server/jose.h"

// X.509 certificates in PEM form, made on the spot.
namespace assay::sim::server {

struct Identity {
  Key key;
  std::string certificate;  // PEM
};

// A certificate authority of ten years.
Identity make_authority(const std::string& name);

// A server's certificate under that authority; `names` are DNS names (also `*.x`) and IP addresses.
Identity make_server_identity(const Identity& authority, const std::vector<std::string>& names);

// A self-signed RSA certificate, as an application registers it to prove who it is.
Identity make_client_identity(const std::string& name);

Result<Identity> read_identity(const std::string& certificate_pem, const std::string& key_pem);

// Hash of the certificate's DER form, raw bytes; `algorithm` as for `digest`.
std::string thumbprint(const std::string& certificate_pem, const char* algorithm);

}  // namespace assay::sim::server
