#include "sim/server/server.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>

#include "base/text.h"
#include "sim/server/dns_server.h"
#include "sim/server/hosted_tenant.h"
#include "sim/server/listener.h"
#include "sim/server/recorder.h"

namespace assay::sim::server {
namespace {

constexpr std::size_t kMostDomainsInCertificate = 500;
// An address as it stands before a port.
std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

// The first tenant is as the options say; the others have names and seeds of their own.
TenantOptions tenant_options(const ServerOptions& options, std::size_t number) {
  auto out = options.tenant;
  if (number == 0) return out;
  out.seed += number;
  out.name += ' ' + std::to_string(number + 1);
  return out;
}

// Of many tenants, so many are kept ready; the others are made again from their seeds when they are asked.
constexpr std::size_t kMostReady = 96;

// Which tenant a token was given for; empty: there is none, or it is no token.
std::string tenant_of_token(const Request& request) {
  const auto authorization = request.header("authorization");
  const auto begin = authorization.find('.');
  const auto end = begin == std::string_view::npos ? begin : authorization.find('.', begin + 1);
  if (end == std::string_view::npos) return {};
  const auto claims = from_base64url(authorization.substr(begin + 1, end - begin - 1));
  const auto json = claims ? Json::parse(*claims, nullptr, false) : Json();
  const auto tid = json.find("tid");
  return json.is_object() && tid != json.end() && tid->is_string() ? tid->get<std::string>() : std::string();
}

}  // namespace

struct Server::State {
  explicit State(ServerOptions from)
      : options(std::move(from)),
        token_key(Key::make_rsa()),
        page_key(random_bytes(32)),
        throttle(options.limit_share) {}

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
  Key token_key;
  std::string page_key;
  Throttle throttle;
  Counters counters;
  StateFolder folder;
  std::shared_ptr<HostedTenant> first;
  ClientAccess access;

  std::mutex mutex;
  std::map<std::string, std::size_t, std::less<>> numbers;     // of further tenants, by id, domain and prefix
  std::map<std::size_t, std::shared_ptr<HostedTenant>> ready;  // of those, the ones that are kept
  std::deque<std::size_t> ready_since;                         // the longest ready first

  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<DnsServer> dns;
  std::unique_ptr<Listener> listener;  // last: it stops first

  std::shared_ptr<HostedTenant> make(std::size_t number) {
    auto own = options;
    own.tenant = tenant_options(options, number);
    return std::make_shared<HostedTenant>(std::move(own),
                                          Shared{folder, token_key, page_key, throttle, counters, recorder.get()});
  }

  std::shared_ptr<HostedTenant> find(std::string_view name) {
    const std::lock_guard lock(mutex);
    const auto number = numbers.find(text::lower(name));
    if (number == numbers.end()) return nullptr;
    auto& slot = ready[number->second];
    if (!slot) {
      slot = make(number->second);
      ready_since.push_back(number->second);
    }
    auto out = slot;
    if (ready_since.size() > kMostReady) {
      ready.erase(ready_since.front());
      ready_since.pop_front();
    }
    return out;
  }

  // Who is meant: by the token, by the path of a sign-in, or by a name in the host.
  std::shared_ptr<HostedTenant> meant(const Request& request) {
    if (numbers.empty()) return first;
    if (const auto id = tenant_of_token(request); !id.empty()) {
      if (auto found = find(id)) return found;
      return first;
    }
    for (const auto& segment : request.segments())
      if (auto found = find(segment)) return found;
    const auto host = request.header("host");
    for (const auto end : {host.find("-admin."), host.find('.')})
      if (end != std::string_view::npos)
        if (auto found = find(host.substr(0, end))) return found;
    if (host.starts_with("mta-sts."))
      if (auto found = find(host.substr(8))) return found;
    return first;
  }

  DnsStatus look_up(std::string_view name, std::string_view type, std::vector<DnsRecord>& out) {
    auto host = text::lower(name);
    if (host.ends_with('.')) host.pop_back();
    for (std::string_view rest = host; !numbers.empty() && !rest.empty();
         rest = rest.substr(std::min(rest.find('.'), rest.size() - 1) + 1))
      if (const auto found = find(rest)) return found->tenant().dns(name, type, out);
    return first->tenant().dns(name, type, out);
  }

  // Makes each further tenant once, for its names, and writes them down: STATE/tenants.tsv.
  Result<void> name_further_tenants() {
    std::string list;
    const auto note = [&](const HostedTenant& one) {
      list += one.tenant().id() + '\t' + one.tenant().initial_domain() + '\t' + one.reader().id + '\n';
    };
    note(*first);
    for (std::size_t i = 1; i < options.tenants; ++i) {
      const auto one = make(i);
      note(*one);
      numbers[text::lower(one->tenant().id())] = i;
      numbers[one->prefix()] = i;
      for (const auto& domain : one->domains()) numbers[text::lower(domain)] = i;
    }
    return folder.write("tenants.tsv", list);
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
  state->first = state->make(0);
  const auto& first = *state->first;

  auto hosts = service_hosts(first.prefix());
  const auto& domains = first.domains();
  for (std::size_t i = 0; i < std::min(domains.size(), kMostDomainsInCertificate); ++i)
    hosts.push_back("mta-sts." + domains[i]);
  auto certified = hosts;
  if (settings.tenants > 1) {
    certified.insert(certified.end(), {"*.sharepoint.com", "*.eu2.portal.cloudappsecurity.com"});
    TRY(state->name_further_tenants());
  }
  certified.insert(certified.end(), {"localhost", "127.0.0.1", "::1"});
  if (settings.address != "127.0.0.1" && settings.address != "::1" && settings.address != "0.0.0.0" &&
      settings.address != "::")
    certified.push_back(settings.address);

  const auto& dns_address = settings.dns_address.empty() ? settings.address : settings.dns_address;
  state->dns = TRY(
      DnsServer::start(dns_address, settings.dns_port,
                       [self = state.get()](std::string_view name, std::string_view type, std::vector<DnsRecord>& out) {
                         return self->look_up(name, type, out);
                       }));
  state->listener = TRY(Listener::start(
      settings.address, settings.port, make_server_identity(state->folder.authority, certified), settings.threads,
      [self = state.get()](Request& request) { return self->meant(request)->answer(request); }));

  auto& access = state->access;
  access.tenant_id = first.tenant().id();
  access.initial_domain = first.tenant().initial_domain();
  access.client_id = first.reader().id;
  access.client_secret = first.reader().secret;
  access.writer_id = first.writer().id;
  access.writer_secret = first.writer().secret;
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
const Tenant& Server::tenant() const { return state_->first->tenant(); }
const Counters& Server::counters() const { return state_->counters; }
const Throttle& Server::throttle() const { return state_->throttle; }

Response Server::answer(Request request) { return state_->meant(request)->answer(request); }

void Server::set_device_sign_in(DeviceSignIn what, int pending_polls) {
  state_->first->sign_in().set_device_sign_in(what, pending_polls);
}

}  // namespace assay::sim::server
