#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/server/application.h"
#include "sim/server/certificates.h"

namespace assay::sim::server {

// The files that outlive a run, so that a client need not be set up again: the authority, the applications'
// secrets, certificate and federated credential. What is missing is made; keys are readable by their owner alone.
struct StateFolder {
  std::filesystem::path path;
  bool temporary = false;  // made by us, and to be removed
  Identity authority;
  Identity client;
  Key federated_issuer;
  std::string secret;
  std::string writer_secret;

  // `folder` empty: a new temporary one.
  static Result<StateFolder> open(const std::filesystem::path& folder);

  Result<void> write(const std::string& name, std::string_view bytes) const;
};

}  // namespace assay::sim::server
