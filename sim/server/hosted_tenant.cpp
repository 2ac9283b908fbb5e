#include "sim/server/hosted_tenant.h"

#include <exception>

#include "sim/server/endpoints.h"
#include "sim/server/faults.h"
#include "sim/server/graph_error.h"

namespace assay::sim::server {
namespace {

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

// The tenant's id and its domains: what sign-in knows it by.
std::vector<std::string> names_of(const Tenant& tenant, std::vector<std::string> domains) {
  domains.push_back(tenant.id());
  return domains;
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

HostedTenant::HostedTenant(ServerOptions options, const Shared& shared)
    : options_(std::move(options)),
      tenant_(options_.tenant),
      prefix_(tenant_.initial_domain().substr(0, tenant_.initial_domain().find('.'))),
      domains_(domains_of(tenant_)),
      reader_(reading_application(options_, tenant_, shared.folder)),
      writer_(writing_application(tenant_, shared.folder)),
      tokens_(options_, tenant_.id(), api_resources(prefix_), shared.token_key),
      store_(tenant_, options_.now, options_.write_delay),
      counters_(shared.counters),
      recorder_(shared.recorder),
      services_{options_, tokens_, prefix_, store_, shared.throttle, shared.counters, shared.page_key},
      graph_(services_),
      sign_in_(options_, tokens_, {reader_, writer_}, names_of(tenant_, domains_)) {}

Response HostedTenant::ask(Service service, const Request& request) {
  switch (service) {
    case Service::SignIn:
      return sign_in_.handle(request);
    case Service::Graph:
      return graph_.handle(request);
    case Service::Exchange:
      return answer_exchange(services_, request);
    case Service::Compliance:
      return answer_compliance(services_, request);
    case Service::SharePoint:
      return answer_sharepoint(services_, request);
    case Service::Teams:
      return answer_teams(services_, request);
    case Service::Defender:
      return answer_defender(services_, request);
    case Service::CloudApps:
      return answer_cloud_apps(services_, request);
    case Service::PowerPlatform:
      return answer_power_platform(services_, request);
    case Service::Fabric:
      return answer_fabric(services_, request);
    case Service::Azure:
      return answer_azure(services_, request);
    case Service::MtaSts:
      return answer_mta_sts(services_, request);
    case Service::None:
      break;
  }
  return text_response(404, "There is no service under this name. See the hosts in client.json.\n");
}

Response HostedTenant::answer(Request& request) {
  const auto service = route(request, prefix_);
  auto counted = request.host + request.path;
  if (const auto cmdlet = request.header("x-cmdletname"); !cmdlet.empty()) counted += '/' + std::string(cmdlet);
  const auto number = counters_.begin(counted);
  const auto fault = fault_of(options_.tenant.seed, options_.fault_rate, counted, number);
  Response out;
  try {
    if (answers_itself(fault)) out = ask(service, request);
  } catch (const std::exception& thrown) {
    out = graph_error(500, "generalException", std::string("assay-sim: ") + thrown.what());
  }
  out = faulty(fault, options_.slow, std::move(out));
  counters_.end(counted, out.status, request.option("$skiptoken").has_value(),
                fault != Fault::None && fault != Fault::Slow);
  if (recorder_ != nullptr) recorder_->write(request, out, service == Service::SignIn);
  return out;
}

}  // namespace assay::sim::server
