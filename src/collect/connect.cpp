#include "collect/connect.h"

#include <set>

#include "collect/facts.h"
#include "http/curl.h"

namespace assay::collect {
namespace {

http::Task<void> sign_in_to(const m365::Service& service, m365::SignIn& sign_in, Facts& facts,
                            Connection::Service& out) {
  const auto needed = service.resource;
  const auto learnt = co_await facts.learn(needed);
  if (!learnt) {
    out.refused = learnt.error();
    co_return;
  }
  const auto resource = m365::filled(service.resource, [&](auto name) { return facts.value(name); });
  const auto token = co_await sign_in.token(resource);
  if (token) {
    out.granted = m365::granted(*token);
  } else {
    out.refused = token.error();
  }
}

}  // namespace

Result<Connection> connect(const catalog::Catalogue& catalogue, const Config& config,
                           const std::vector<Permission>& permissions, const std::string& program_version) {
  http::CurlOptions curl;
  curl.user_agent = "NONISV|Assay|Assay/" + program_version;
  curl.proxy = config.proxy;
  curl.ca_file = config.ca_file.string();
  curl.connect_to = config.connect_to;
  auto client = TRY(http::CurlClient::create(std::move(curl)));
  auto loop = std::make_unique<http::Loop>(*client);
  client->attach(*loop);
  const SystemClock clock;
  std::set<std::string> wanted;
  for (const auto& permission : permissions) wanted.insert(permission.service);
  Connection out;
  std::optional<Error> trouble;
  const auto task = [&]() -> http::Task<void> {
    auto tenant = co_await m365::find_tenant(*loop, *client, config.tenant, config.authority);
    if (!tenant) {
      trouble = tenant.error();
      co_return;
    }
    if (!config.cloud.empty()) tenant->cloud.name = config.cloud;
    out.tenant = *tenant;
    m365::SignIn sign_in(*loop, *client, clock, {*tenant, config.client, config.credential});
    const auto services = m365::read_services(catalogue.services, tenant->cloud.name);
    if (!services) {
      trouble = services.error();
      co_return;
    }
    std::map<std::string, std::unique_ptr<m365::Sender>, std::less<>> senders;
    for (const auto& service : *services)
      senders[service.name] = std::make_unique<m365::Sender>(*loop, *client, sign_in, clock, service, 1);
    Facts facts(
        *loop, *client, sign_in,
        [&](std::string_view name) -> m365::Sender* {
          const auto found = senders.find(name);
          return found == senders.end() ? nullptr : found->second.get();
        },
        config.cloud_apps);
    for (const auto& service : *services) {
      if (wanted.count(service.name) == 0 || service.resource.empty()) continue;
      Connection::Service of{service.name, std::nullopt, {}};
      co_await sign_in_to(service, sign_in, facts, of);
      out.services.push_back(std::move(of));
    }
  };
  loop->spawn(task());
  loop->run();
  loop.reset();
  if (trouble) return *trouble;
  return out;
}

}  // namespace assay::collect
