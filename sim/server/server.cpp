#include "sim/server/server.h"

#include <algorithm>
#include <exception>
#include <system_error>

#include "base/text.h"
#include "sim/server/dns_server.h"
#include "sim/server/endpoints.h"
#include "sim/server/faults.h"
#include "sim/server/graph.h"
#include "sim/server/graph_error.h"
#include "sim/server/listener.h"
#include "sim/server/recorder.h"
#include "sim/server/router.h"
#include "sim/server/state_folder.h"

namespace assay::sim::server {
namespace {

constexpr std::size_t kMostDomainsInCertificate = 500;
constexpr const char* kFederatedIssuer = "https://issuer.example/assay-sim";
constexpr const char* kFederatedSubject = "system:serviceaccount:assay:collector";
constexpr const char* kFederatedAudience = "api://AzureADTokenExchange";

std::vector<std::string> domains_of(const Tenant& tenant) {
  std::vector<std::string> out{tenant.initial_domain()};
  const auto domains = tenant.find("graph/v1.0", "domains");
  for (std::size_t i = 0; domains && i < domains->size(); ++i) {
    const auto domain = domains->at(i);
    const auto id = domain.value("id", std::string());
    if (!id.empty() && id != out.front()) out.push_back(id);
  }
  return out;
}

// An address as it stands before a port.
std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string federated_token(const Key& issuer, WallTime now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  constexpr std::int64_t kYear = 365L * 24 * 60 * 60;
  return make_jwt(issuer, "RS256", {{"kid", "assay-sim"}},
                  {{"iss", kFederatedIssuer},
                   {"sub", kFederatedSubject},
                   {"aud", kFederatedAudience},
                   {"iat", seconds},
                   {"nbf", seconds - 60},
                   {"exp", seconds + kYear}});
}

Application reading_application(const ServerOptions& options, const Tenant& tenant, const StateFolder& folder) {
  Application out;
  out.id = uuid_of("reading application of " + tenant.id());
  out.object_id = uuid_of("service principal of " + out.id);
  out.name = "Assay collector";
  out.secret = folder.secret;
  out.expired_secret = "expired-" + folder.secret;
  out.certificates = {folder.client.certificate};
  out.federated = {{kFederatedIssuer, kFederatedSubject, kFederatedAudience, folder.federated_issuer}};
  const auto& asked = options.permissions.empty() ? reading_permissions() : options.permissions;
  for (const auto& permission : asked)
    if (options.without_permissions.count(permission) == 0) out.permissions.insert(permission);
  out.directory_roles = options.directory_roles;
  return out;
}

// A second application, for changes: it proves itself by a secret or by the same certificate.
Application writing_application(const Tenant& tenant, const StateFolder& folder) {
  Application out;
  out.id = uuid_of("writing application of " + tenant.id());
  out.object_id = uuid_of("service principal of " + out.id);
  out.name = "Assay remediation";
  out.secret = folder.writer_secret;
  out.expired_secret = "expired-" + out.secret;
  out.certificates = {folder.client.certificate};
  out.permissions.insert(reading_permissions().begin(), reading_permissions().end());
  out.permissions.insert(writing_permissions().begin(), writing_permissions().end());
  out.directory_roles = {"Global Reader",          "Exchange Administrator",   "Teams Administrator",
                         "Security Administrator", "SharePoint Administrator", "Compliance Administrator"};
  return out;
}

Response faulty(Fault fault, std::chrono::milliseconds slow, Response answered) {
  switch (fault) {
    case Fault::TooMany: {
      auto out = graph_error(429, "TooManyRequests", "Please try again later.");
      out.set("Retry-After", "1");
      return out;
    }
    case Fault::ServerError:
      return graph_error(500, "InternalServerError", "An internal server error occurred.");
    case Fault::BadGateway:
      return text_response(502, "<html><head><title>502 Bad Gateway</title></head><body></body></html>", "text/html");
    case Fault::Unavailable: {
      auto out = graph_error(503, "serviceNotAvailable", "The service is not available.");
      out.set("Retry-After", "1");
      return out;
    }
    case Fault::GatewayTimeout:
      return text_response(504, "");
    case Fault::Reset:
      answered.broken = Break::Reset;
      break;
    case Fault::Truncated:
      answered.broken = answered.body.size() > 1 ? Break::Truncate : Break::Reset;
      break;
    case Fault::Slow:
      answered.delay = slow;
      break;
    case Fault::None:
      break;
  }
  return answered;
}

bool answers_itself(Fault fault) {
  return fault == Fault::None || fault == Fault::Reset || fault == Fault::Truncated || fault == Fault::Slow;
}

}  // namespace

struct Server::State {
  explicit State(ServerOptions from)
      : options(std::move(from)),
        tenant(options.tenant),
        prefix(tenant.initial_domain().substr(0, tenant.initial_domain().find('.'))),
        tokens(options, tenant.id(), api_resources(prefix)),
        store(tenant, options.now, options.write_delay),
        services{options, tokens, prefix, store, throttle, counters, random_bytes(32)},
        graph(services) {}

  // Also when starting failed half-way.
  ~State() {
    listener.reset();
    dns.reset();
    std::error_code ignored;
    if (folder.temporary) std::filesystem::remove_all(folder.path, ignored);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ServerOptions options;
  Tenant tenant;
  std::string prefix;
  Tokens tokens;
  Store store;
  Throttle throttle;
  Counters counters;
  Services services;
  Graph graph;
  std::unique_ptr<SignIn> sign_in;
  StateFolder folder;
  ClientAccess access;
  std::unique_ptr<DnsServer> dns;
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<Listener> listener;  // last: it stops first

  Response answer(Service service, const Request& request) {
    switch (service) {
      case Service::SignIn:
        return sign_in->handle(request);
      case Service::Graph:
        return graph.handle(request);
      case Service::Exchange:
        return answer_exchange(services, request);
      case Service::Compliance:
        return answer_compliance(services, request);
      case Service::SharePoint:
        return answer_sharepoint(services, request);
      case Service::Teams:
        return answer_teams(services, request);
      case Service::Defender:
        return answer_defender(services, request);
      case Service::CloudApps:
        return answer_cloud_apps(services, request);
      case Service::PowerPlatform:
        return answer_power_platform(services, request);
      case Service::Fabric:
        return answer_fabric(services, request);
      case Service::Azure:
        return answer_azure(services, request);
      case Service::MtaSts:
        return answer_mta_sts(services, request);
      case Service::None:
        break;
    }
    return text_response(404, "There is no service under this name. See the hosts in client.json.\n");
  }

  Response handle(Request& request) {
    const auto service = route(request, prefix);
    const auto counted = request.host + request.path;
    const auto number = counters.begin(counted);
    const auto fault = fault_of(options.tenant.seed, options.fault_rate, counted, number);
    Response out;
    try {
      if (answers_itself(fault)) out = answer(service, request);
    } catch (const std::exception& thrown) {
      out = graph_error(500, "generalException", std::string("assay-sim: ") + thrown.what());
    }
    out = faulty(fault, options.slow, std::move(out));
    counters.end(counted, out.status, request.option("$skiptoken").has_value(),
                 fault != Fault::None && fault != Fault::Slow);
    if (recorder) recorder->write(request, out, service == Service::SignIn);
    return out;
  }

  Result<void> write_client_files() {
    const auto& self = access;
    TRY(folder.write("federated-token", federated_token(folder.federated_issuer, options.now())));
    const Json client{{"tenant_id", self.tenant_id},
                      {"initial_domain", self.initial_domain},
                      {"client_id", self.client_id},
                      {"client_secret_file", (folder.path / "client-secret").string()},
                      {"writer_id", self.writer_id},
                      {"writer_secret_file", (folder.path / "writer-secret").string()},
                      {"client_certificate", self.client_certificate.string()},
                      {"federated_token_file", self.federated_token.string()},
                      {"ca", self.ca.string()},
                      {"connect_to", self.address},
                      {"dns", self.dns},
                      {"hosts", self.hosts}};
    return folder.write("client.json", client.dump(2) + "\n");
  }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  const auto& settings = state->options;
  state->folder = TRY(StateFolder::open(settings.state));
  if (!settings.record.empty()) state->recorder = TRY(Recorder::open(settings.record));
  const auto domains = domains_of(state->tenant);

  const auto application = reading_application(settings, state->tenant, state->folder);
  const auto writer = writing_application(state->tenant, state->folder);
  auto names = domains;
  names.push_back(state->tenant.id());
  state->sign_in = std::make_unique<SignIn>(settings, state->tokens, std::vector{application, writer}, names);

  auto hosts = service_hosts(state->prefix);
  for (std::size_t i = 0; i < std::min(domains.size(), kMostDomainsInCertificate); ++i)
    hosts.push_back("mta-sts." + domains[i]);
  auto certified = hosts;
  certified.insert(certified.end(), {"localhost", "127.0.0.1", "::1"});
  if (settings.address != "127.0.0.1" && settings.address != "::1" && settings.address != "0.0.0.0" &&
      settings.address != "::")
    certified.push_back(settings.address);

  const auto& dns_address = settings.dns_address.empty() ? settings.address : settings.dns_address;
  state->dns = TRY(DnsServer::start(dns_address, settings.dns_port, state->tenant));
  state->listener =
      TRY(Listener::start(settings.address, settings.port, make_server_identity(state->folder.authority, certified),
                          settings.threads, [self = state.get()](Request& request) { return self->handle(request); }));

  auto& access = state->access;
  access.tenant_id = state->tenant.id();
  access.initial_domain = state->tenant.initial_domain();
  access.client_id = application.id;
  access.client_secret = application.secret;
  access.writer_id = writer.id;
  access.writer_secret = writer.secret;
  access.client_certificate = state->folder.path / "client.pem";
  access.federated_token = state->folder.path / "federated-token";
  access.ca = state->folder.path / "ca.pem";
  access.address = bracketed(settings.address) + ":" + std::to_string(state->listener->port());
  access.dns = bracketed(dns_address) + ":" + std::to_string(state->dns->port());
  access.hosts = hosts;
  TRY(state->write_client_files());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const { return state_->listener->port(); }
std::uint16_t Server::dns_port() const { return state_->dns->port(); }
const std::filesystem::path& Server::state() const { return state_->folder.path; }
const ClientAccess& Server::access() const { return state_->access; }
const Tenant& Server::tenant() const { return state_->tenant; }
const Counters& Server::counters() const { return state_->counters; }

void Server::set_device_sign_in(DeviceSignIn what, int pending_polls) {
  state_->sign_in->set_device_sign_in(what, pending_polls);
}

}  // namespace assay::sim::server
