#include "collect/tenants.h"

#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "http/curl.h"

namespace assay::collect {
namespace {

constexpr long kConnectionsPerHost = 4;  // HTTP/2 puts many requests on each
constexpr long kMostConnectionsPerHost = 32;

// What tenants share: one thread, its connections, resolvers, and what has to be asked for.
class Tenants {
 public:
  static Result<std::unique_ptr<Tenants>> create(const catalog::Catalogue& catalogue, const CollectOptions& options,
                                                 std::size_t at_once) {
    http::CurlOptions curl;
    curl.connections_per_host =
        std::min(kMostConnectionsPerHost, kConnectionsPerHost * static_cast<long>(std::max<std::size_t>(at_once, 1)));
    auto world = TRY(http::CurlClient::create(std::move(curl)));
    return std::unique_ptr<Tenants>(new Tenants(catalogue, options, at_once, std::move(world)));
  }

  ~Tenants() { loop_.reset(); }  // its tasks hold what is below
  Tenants(const Tenants&) = delete;
  Tenants& operator=(const Tenants&) = delete;

  void add(const Config& config, std::filesystem::path snapshot, std::function<void(Result<Outcome>)> done) {
    ++open_;
    loop_->spawn(run(config, std::move(snapshot), std::move(done)));
  }
  void finish() { loop_->run(); }

 private:
  struct Planned {
    Plan plan;
    std::vector<std::string> scope;
  };

  Tenants(const catalog::Catalogue& catalogue, const CollectOptions& options, std::size_t at_once,
          std::unique_ptr<http::CurlClient> world)
      : catalogue_(catalogue),
        options_(options),
        world_(std::move(world)),
        loop_(std::make_unique<http::Loop>(*world_)),
        gate_(*loop_, std::max<std::size_t>(at_once, 1)) {
    world_->attach(*loop_);
  }

  http::Task<void> run(const Config& config, std::filesystem::path snapshot, std::function<void(Result<Outcome>)> done);
  http::Task<Result<Outcome>> read(const Config& config, std::filesystem::path snapshot);
  Result<const Planned*> planned(const Config& config);
  Result<Resolver*> resolver(const std::vector<std::string>& servers);

  const catalog::Catalogue& catalogue_;
  const CollectOptions& options_;
  std::unique_ptr<http::CurlClient> world_;
  std::map<std::string, std::unique_ptr<Resolver>> resolvers_;
  std::map<std::string, Planned> plans_;
  std::unique_ptr<http::Loop> loop_;
  http::Gate gate_;
  std::size_t open_ = 0;
  const SystemClock clock_;
};

Result<const Tenants::Planned*> Tenants::planned(const Config& config) {
  const auto key =
      text::join(config.services, ",") + "/" + text::join(config.skip, ",") + "/" + text::join(config.with, ",");
  const auto known = plans_.find(key);
  if (known != plans_.end()) return &known->second;
  const auto controls = TRY(controls_of(catalogue_, config.services));
  Planned out;
  out.plan = TRY(make_plan(catalogue_, controls, config.skip, config.with));
  out.scope = services_of(controls);
  return &plans_.emplace(key, std::move(out)).first->second;
}

Result<Resolver*> Tenants::resolver(const std::vector<std::string>& servers) {
  auto& known = resolvers_[text::join(servers, ",")];
  if (!known) known = TRY(make_resolver(*loop_, *world_, servers));
  return known.get();
}

http::Task<Result<Outcome>> Tenants::read(const Config& config, std::filesystem::path snapshot) {
  http::CurlOptions curl;
  curl.user_agent = "NONISV|Assay|Assay/" + options_.program_version;
  curl.proxy = config.proxy;
  curl.ca_file = config.ca_file.string();
  curl.connect_to = config.connect_to;
  const auto client = world_->with(std::move(curl));
  auto tenant = co_await m365::find_tenant(*loop_, *client, config.tenant, config.authority);
  CO_CHECK(tenant);
  if (!config.cloud.empty()) {
    const auto named = m365::cloud(config.cloud);
    if (!named)
      co_return Error{ErrorCode::Invalid, fmt::format("there is no cloud `{}`", config.cloud),
                      "commercial, gcc, gcchigh, dod or china"};
    tenant->cloud.name = named->name;
  }
  m365::SignIn sign_in(*loop_, *client, clock_, {*tenant, config.client, config.credential});
  auto plan = planned(config);
  CO_CHECK(plan);
  auto names = resolver(config.resolvers);
  CO_CHECK(names);
  auto collection = snapshot::Collection::open(snapshot, catalogue_, tenant->id + (*plan)->plan.digest);
  CO_CHECK(collection);
  auto own = options_;
  own.cloud_apps = config.cloud_apps;
  own.paced = config.paced;
  own.scope = (*plan)->scope;
  auto requests = (*plan)->plan;
  const World world{*loop_, *client, sign_in, *names, clock_};
  auto outcome = co_await collect(world, catalogue_, std::move(requests), std::move(*collection), std::move(own));
  co_return outcome;
}

http::Task<void> Tenants::run(const Config& config, std::filesystem::path snapshot,
                              std::function<void(Result<Outcome>)> done) {
  {
    const auto place = co_await gate_.enter();
    auto outcome = co_await read(config, std::move(snapshot));
    done(std::move(outcome));
  }
  if (--open_ == 0) loop_->stop();  // whoever still sleeps need not wake up
}

}  // namespace

Result<Outcome> collect_tenant(const catalog::Catalogue& catalogue, const Config& config,
                               const std::filesystem::path& snapshot, const CollectOptions& options) {
  std::optional<Result<Outcome>> result;
  {
    const auto tenants = TRY(Tenants::create(catalogue, options, 1));
    tenants->add(config, snapshot, [&](Result<Outcome> outcome) { result = std::move(outcome); });
    tenants->finish();
  }
  if (!result)
    return Error{ErrorCode::Network, "the collection stopped before its end", "run it again: it goes on from there"};
  return std::move(*result);
}

Result<void> collect_tenants(const catalog::Catalogue& catalogue, const std::vector<Job>& jobs, std::size_t at_once,
                             const CollectOptions& options, const OnOutcome& on_outcome) {
  const auto tenants = TRY(Tenants::create(catalogue, options, at_once));
  for (std::size_t i = 0; i < jobs.size(); ++i)
    tenants->add(jobs[i].config, jobs[i].snapshot,
                 [&on_outcome, i](Result<Outcome> outcome) { on_outcome(i, std::move(outcome)); });
  tenants->finish();
  return {};
}

}  // namespace assay::collect
