#pragma once

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "catalog/image.h"
#include "collect/tenants.h"
#include "sim/server/server.h"
#include "snapshot/file.h"

// A simulated tenant, and a collector of it in this process or in another.
namespace assay {

using sim::server::Server;
using sim::server::ServerOptions;

class CollectTest : public testing::Test {
 protected:
  static const catalog::Catalogue& catalogue() {
    static const auto loaded = [] {
      auto out = catalog::embedded();
      CHECK(out.has_value() && catalog::add_embedded_details(*out).has_value());
      return std::move(*out);
    }();
    return loaded;
  }

  static std::unique_ptr<Server> serve(ServerOptions options = {}) {
    options.tenant.users = std::min<std::size_t>(options.tenant.users, 60);
    auto server = Server::start(std::move(options));
    EXPECT_TRUE(server.has_value()) << server.error().message;
    return std::move(*server);
  }

  collect::Config config(const Server& server) const {
    const auto& access = server.access();
    collect::Config out;
    out.tenant = access.initial_domain;
    out.client = access.client_id;
    auto certificate = m365::Certificate::load(access.client_certificate, {}, {});
    EXPECT_TRUE(certificate.has_value());
    out.credential = m365::ClientCertificate{std::make_shared<const m365::Certificate>(std::move(*certificate))};
    out.ca_file = access.ca;
    out.connect_to = access.address;
    out.resolvers = {access.dns};
    out.cloud_apps = "https://contoso.eu2.portal.cloudappsecurity.com";
    out.paced = false;
    return out;
  }

  struct Collected {
    std::map<std::string, snapshot::State> states;
    std::string digest;  // over all tables
    collect::Outcome outcome;
  };
  Collected collect(const Server& server, const std::string& name = "c.assay") const {
    return collect(config(server), name);
  }
  Collected collect(const collect::Config& config, const std::string& name) const {
    const auto file = folder_.path() / name;
    collect::CollectOptions options;
    options.program_version = "test";
    auto outcome = collect::collect_tenant(catalogue(), config, file, options);
    EXPECT_TRUE(outcome.has_value()) << describe(outcome.error());
    Collected out;
    if (!outcome) return out;
    out.digest = digest_of(name);
    for (const auto& coverage : outcome->evidence.coverage) out.states[coverage.table] = coverage.state;
    out.outcome = std::move(*outcome);
    return out;
  }

  std::string digest_of(const std::string& name) const {
    const auto evidence = snapshot::open(folder_.path() / name);
    EXPECT_TRUE(evidence.has_value()) << evidence.error().message;
    if (!evidence) return {};
    return evidence->db.value("SELECT value FROM manifest WHERE key = 'tables_digest'")->value_or("");
  }

  std::string write_config(const Server& server) const {
    const auto& access = server.access();
    return folder_
        .write("assay.yaml", "tenant: " + access.initial_domain + "\nclient: " + access.client_id + "\ncertificate: " +
                                 access.client_certificate.string() + "\nca_file: " + access.ca.string() +
                                 "\nconnect_to: " + access.address + "\nresolvers: " + access.dns + "\nlimits: none\n")
        .string();
  }

  TemporaryFolder folder_;
};

}  // namespace assay
