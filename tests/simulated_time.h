#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "collect/collector.h"
#include "http/fake.h"
#include "m365/cloud.h"
#include "sim/server/http_message.h"
#include "sim/server/server.h"

// A collector and the simulated services in one process and in simulated time: no sockets, and waiting costs nothing.
// The services see the same time, so their limits and tokens hold.
namespace assay {

constexpr std::int64_t kSimulatedBegin = 1'795'363'200;  // 2026-11-22T16:00:00Z

class WorldClock final : public Clock {
 public:
  explicit WorldClock(http::FakeWorld& world) : world_(world) {}
  Timestamp now() const override { return kSimulatedBegin + static_cast<Timestamp>(world_.seconds()); }

 private:
  http::FakeWorld& world_;
};

// What another cloud calls what the worldwide one has, such as `graph.microsoft.us` for `graph.microsoft.com`.
using CloudNames = std::vector<std::pair<std::string, std::string>>;

// Half of the latency on the way there, half on the way back. The simulated services know the worldwide cloud's names;
// for another cloud all that comes and goes is translated.
class SimulatedClient final : public http::Client {
 public:
  SimulatedClient(http::Loop& loop, std::chrono::milliseconds latency) : loop_(loop), latency_(latency) {}
  void attach(sim::Server& server) { server_ = &server; }
  void translate(CloudNames names) { names_ = std::move(names); }

  const std::set<std::string>& hosts() const { return hosts_; }    // those that were asked
  const std::set<std::string>& scopes() const { return scopes_; }  // those that tokens were asked for

  http::Task<Result<http::Response>> send(http::Request request) override {
    hosts_.insert(http::host(request.url));
    for (const auto& [name, value] : sim::server::parse_form(request.body))
      if (name == "scope") scopes_.insert(value);
    request.url = to_worldwide(request.url);
    request.body = to_worldwide(request.body);
    co_await loop_.sleep(latency_ / 2);
    auto* const sink = request.sink;
    auto answered = server_->answer(translated(std::move(request)));
    http::Response out;
    out.status = answered.status;
    for (auto& [name, value] : answered.headers) out.headers.emplace_back(name, from_worldwide(value));
    out.body = from_worldwide(answered.body);
    out.bytes_on_the_wire = out.body.size();
    hand_over(out, sink);
    co_await loop_.sleep(latency_ / 2);
    co_return out;
  }

 private:
  static sim::server::Request translated(http::Request request) {
    sim::server::Request out;
    out.method = std::move(request.method);
    out.body = std::move(request.body);
    for (auto& [name, value] : request.headers) out.headers[text::lower(name)] = std::move(value);
    out.headers["host"] = http::host(request.url);
    const auto target = std::string_view(request.url).substr(http::origin(request.url).size());
    const auto question = std::min(target.find('?'), target.size());
    out.path = target.substr(0, question);
    if (question < target.size()) out.query = target.substr(question + 1);
    return out;
  }

  static void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  std::string to_worldwide(std::string text) const {
    for (const auto& [here, worldwide] : names_) replace_all(text, here, worldwide);
    return text;
  }
  std::string from_worldwide(std::string text) const {
    for (const auto& [here, worldwide] : names_) replace_all(text, worldwide, here);
    return text;
  }

  http::Loop& loop_;
  std::chrono::milliseconds latency_;
  sim::Server* server_ = nullptr;
  CloudNames names_;
  std::set<std::string> hosts_;
  std::set<std::string> scopes_;
};

class SimulatedResolver final : public collect::Resolver {
 public:
  explicit SimulatedResolver(const sim::Tenant& tenant) : tenant_(tenant) {}
  http::Task<collect::Looked> look_up(std::string name, std::string type) override {
    std::vector<sim::DnsRecord> records;
    const auto status = tenant_.dns(name, type, records);
    collect::Looked out;
    out.how = status == sim::DnsStatus::ServFail ? collect::Looked::How::Failed : collect::Looked::How::Absent;
    for (const auto& record : records) {
      if (record.type != type) continue;
      out.how = collect::Looked::How::Found;
      out.data.push_back(text::join(record.data, ""));
    }
    co_return out;
  }

 private:
  const sim::Tenant& tenant_;
};

class SimulatedTime {
 public:
  // `options.now` is ours. In another `cloud` than the worldwide one, `names` are what is called otherwise there.
  static Result<std::unique_ptr<SimulatedTime>> start(sim::ServerOptions options, std::chrono::milliseconds latency,
                                                      std::string cloud = "commercial", CloudNames names = {}) {
    auto out = std::unique_ptr<SimulatedTime>(new SimulatedTime(latency));
    out->cloud_ = std::move(cloud);
    out->client_.translate(std::move(names));
    options.now = [world = &out->world_] {
      return std::chrono::system_clock::time_point(std::chrono::seconds(kSimulatedBegin)) +
             std::chrono::duration_cast<std::chrono::system_clock::duration>(world->now().time_since_epoch());
    };
    out->server_ = TRY(sim::Server::start(std::move(options)));
    out->client_.attach(*out->server_);
    return out;
  }

  const sim::Server& server() const { return *server_; }
  const SimulatedClient& client() const { return client_; }

  Result<collect::Outcome> collect(const catalog::Catalogue& catalogue, const std::vector<std::string>& services,
                                   const std::vector<std::string>& with, const std::filesystem::path& file,
                                   collect::CollectOptions options) {
    const auto& access = server_->access();
    const auto controls = TRY(collect::controls_of(catalogue, services));
    auto plan = TRY(collect::make_plan(catalogue, controls, {}, with));
    auto certificate = TRY(m365::Certificate::load(access.client_certificate, {}, {}));
    m365::Credential credential =
        m365::ClientCertificate{std::make_shared<const m365::Certificate>(std::move(certificate))};
    // What a certificate signs names the sign-in service, and what is signed cannot be translated.
    if (cloud_ != "commercial") credential = m365::ClientSecret{m365::Secret(access.client_secret)};
    auto collection = TRY(snapshot::Collection::open(file, catalogue, plan.digest));
    m365::Tenant tenant;
    tenant.id = access.tenant_id;
    tenant.cloud = *m365::cloud(cloud_);
    m365::SignIn sign_in(loop_, client_, clock_, {tenant, access.client_id, std::move(credential)});
    SimulatedResolver resolver(server_->tenant());
    options.scope = collect::services_of(controls);
    options.cloud_apps = "https://contoso.eu2.portal.cloudappsecurity.com";
    std::optional<Result<collect::Outcome>> outcome;
    const auto task = [&]() -> http::Task<void> {
      const collect::World parts{loop_, client_, sign_in, &resolver, clock_};
      auto done =
          co_await collect::collect(parts, catalogue, std::move(plan), std::move(collection), std::move(options));
      outcome = std::move(done);
    };
    loop_.spawn(task());
    loop_.run();
    if (!outcome) return Error{ErrorCode::Internal, "the collection did not come to its end", {}};
    return std::move(*outcome);
  }

 private:
  explicit SimulatedTime(std::chrono::milliseconds latency) : client_(loop_, latency) {}

  std::string cloud_;
  http::FakeWorld world_;
  http::Loop loop_{world_};
  WorldClock clock_{world_};
  SimulatedClient client_;
  std::unique_ptr<sim::Server> server_;
};

}  // namespace assay
