#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "m365/credential.h"

// What a person tells us about a tenant that is to be read: a YAML file (docs/collect.md).
namespace assay::collect {

struct Config {
  std::string tenant;  // id or a verified domain
  std::string client;  // application id
  m365::Credential credential;
  std::string cloud;                   // empty: found out
  std::string authority;               // empty: the cloud's
  std::vector<std::string> services;   // products to read, in the words of controls: entra, exchange, …; empty: all
  std::vector<std::string> skip;       // tables to leave alone
  std::vector<std::string> with;       // tables to read however many requests that takes
  std::string cloud_apps;              // https://contoso.eu2.portal.cloudappsecurity.com
  std::vector<std::string> resolvers;  // ADDRESS or ADDRESS:PORT; empty: the system's
  std::string proxy;
  std::filesystem::path ca_file;
  std::string connect_to;  // HOST:PORT of a simulated tenant
  bool paced = true;       // false: the services' limits need not be held
};

// Reads the file. Secrets are looked up where it says: in files beside it or in the environment. Every mistake is one
// Invalid error with the file and the line; no message holds a secret.
Result<Config> read_config(const std::filesystem::path& file);

}  // namespace assay::collect
