#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sim/server/server.h"

namespace {

using namespace assay;

int report(const Error& error) {
  fmt::print(stderr, "error: {}\n", describe(error));
  return exit_code(error.code);
}

// `127.0.0.1:8443` or `[::1]:8443`; port 0 is any free one.
Result<void> split_address(const std::string& text, std::string& host, std::uint16_t& port) {
  const auto colon = text.rfind(':');
  const auto wrong = [&] {
    return Error{ErrorCode::Usage, "`" + text + "` is not an address", "give HOST:PORT, for example 127.0.0.1:8443"};
  };
  if (colon == std::string::npos) return wrong();
  host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (host.empty() || parsed.ec != std::errc() || parsed.ptr != end) return wrong();
  return {};
}

constexpr const char* kExamples =
    "Examples:\n"
    "  assay-sim --listen 127.0.0.1:8443 --users 300 --seed 1\n"
    "  assay-sim --listen 127.0.0.1:0 --users 100000 --seed 7 --throttle published --faults 0.02\n"
    "  assay-sim --posture neglected --without-plan AAD_PREMIUM_P2 --without-permission Policy.Read.All\n"
    "  curl --cacert STATE/ca.pem "
    "https://127.0.0.1:8443/login.microsoftonline.com/TENANT/v2.0/.well-known/openid-configuration\n"
    "\n"
    "All services answer on one address. They are told apart by the Host header, or by the first segment of the path.\n"
    "STATE/client.json says what a client needs: tenant, application, secret, certificate, authority, name server.\n"
    "The line `ready` on standard output says that it answers; SIGTERM or Ctrl-C ends it.";

Result<void> run(sim::ServerOptions options, const std::string& listen, const std::string& dns) {
  TRY(split_address(listen, options.address, options.port));
  if (!dns.empty()) TRY(split_address(dns, options.dns_address, options.dns_port));

  // Taken by sigwait below; every thread that starts from here inherits the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto server = TRY(sim::Server::start(std::move(options)));
  const auto& access = server->access();
  fmt::print("ready: https://{} dns {} state {} tenant {} {} client {} users {} day {}\n", access.address, access.dns,
             server->state().string(), access.tenant_id, access.initial_domain, access.client_id,
             server->tenant().options().users, server->tenant().today());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return {};
}

int run_program(int argc, char** argv) {
  CLI::App app("A Microsoft 365 tenant that answers like a real one: directory, mail, files, devices, name server.",
               "assay-sim");
  sim::ServerOptions options;
  std::string listen = "127.0.0.1:0";
  std::string dns;
  double token_lifetime = 3599;
  double page_token_lifetime = 3600;
  std::size_t slow = 1500;
  double write_delay = 0;
  double audit_delay = 0;
  const std::map<std::string, sim::Posture> postures{{"neglected", sim::Posture::Neglected},
                                                     {"security-defaults", sim::Posture::SecurityDefaults},
                                                     {"typical", sim::Posture::Typical},
                                                     {"good", sim::Posture::Good},
                                                     {"excellent", sim::Posture::Excellent}};
  const std::map<std::string, sim::Throttling> throttlings{{"published", sim::Throttling::Published},
                                                           {"off", sim::Throttling::Off}};
  app.add_option("--listen", listen, "HOST:PORT for TLS; port 0 picks a free one")->capture_default_str();
  app.add_option("--dns", dns, "HOST:PORT of the name server, UDP and TCP; without it, a free port beside --listen");
  app.add_option("--state", options.state, "Folder for keys and client files; kept and used again. Default: temporary");
  app.add_option("--record", options.record, "File for every request and its answer, one JSON object a line");

  app.add_option("--users", options.tenant.users, "Accounts in the tenant")
      ->check(CLI::Range(10, 5'000'000))
      ->capture_default_str()
      ->group("Tenant");
  app.add_option("--tenants", options.tenants, "So many such tenants beside each other; STATE/tenants.tsv names them")
      ->check(CLI::Range(1, 100'000))
      ->group("Tenant");
  app.add_option("--seed", options.tenant.seed, "The same seed gives the same tenant and the same faults")
      ->capture_default_str()
      ->group("Tenant");
  app.add_option("--posture", options.tenant.posture, "neglected, security-defaults, typical, good or excellent")
      ->transform(CLI::CheckedTransformer(postures, CLI::ignore_case).description(""))
      ->group("Tenant");
  app.add_option("--day", options.tenant.day, "Days of life since day 0")->check(CLI::Range(0, 36500))->group("Tenant");
  app.add_option("--name", options.tenant.name, "Display name; addresses are made from it")
      ->capture_default_str()
      ->group("Tenant");
  app.add_option("--without-plan", options.tenant.without_plans, "A service plan that is not licensed; may be repeated")
      ->allow_extra_args(false)
      ->group("Tenant");

  app.add_option("--throttle", options.throttling, "published or off")
      ->transform(CLI::CheckedTransformer(throttlings, CLI::ignore_case).description(""))
      ->group("Behaviour");
  app.add_option("--faults", options.fault_rate, "Share of requests that go wrong, 0 to 1")
      ->check(CLI::Range(0.0, 1.0))
      ->group("Behaviour");
  app.add_option("--slow", slow, "Milliseconds that a slow answer takes")->capture_default_str()->group("Behaviour");
  app.add_option("--page-size", options.page_size, "At most so many elements a page; 0: as published")
      ->group("Behaviour");
  app.add_option("--empty-pages", options.empty_page_every, "Each n-th page of a list is empty; 0: none")
      ->group("Behaviour");
  app.add_option("--token-lifetime", token_lifetime, "Seconds that an access token lives")
      ->capture_default_str()
      ->group("Behaviour");
  app.add_option("--page-token-lifetime", page_token_lifetime, "Seconds that a nextLink lives")
      ->capture_default_str()
      ->group("Behaviour");
  app.add_option("--write-delay", write_delay, "Seconds until a change is seen by reads")->group("Behaviour");
  app.add_option("--audit-delay", audit_delay, "Seconds more until the audit log tells of it")->group("Behaviour");
  app.add_option("--threads", options.threads, "Threads that answer")->capture_default_str()->group("Behaviour");

  app.add_option("--roles", options.permissions, "Exactly the permissions that the application holds, by commas")
      ->delimiter(',')
      ->group("Application");
  app.add_option("--without-permission", options.without_permissions,
                 "A permission that the application lacks; may be repeated")
      ->allow_extra_args(false)
      ->group("Application");
  app.add_option("--directory-role", options.directory_roles,
                 "A directory role of the application instead of Global Reader; may be repeated, `none` for none")
      ->allow_extra_args(false)
      ->group("Application");
  app.footer(kExamples);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return report({ErrorCode::Usage, error.what(), "see `assay-sim --help`"});
  }
  options.token_lifetime = std::chrono::seconds(static_cast<std::int64_t>(token_lifetime));
  options.page_token_lifetime = std::chrono::seconds(static_cast<std::int64_t>(page_token_lifetime));
  options.slow = std::chrono::milliseconds(slow);
  options.write_delay = std::chrono::milliseconds(static_cast<std::int64_t>(write_delay * 1000));
  options.audit_delay = std::chrono::milliseconds(static_cast<std::int64_t>(audit_delay * 1000));
  const auto done = run(std::move(options), listen, dns);
  return done ? 0 : report(done.error());
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run_program(argc, argv);
  } catch (const std::exception& thrown) {
    return report(
        {ErrorCode::Internal, std::string("this should not have happened: ") + thrown.what(), "please report it"});
  }
}
