// A tenant whose services answer anything: paging, batches, Exchange's and Teams' answers, CSOM, refusals.
//
// The input is a list of answers, divided by the byte 1E; the first character of each chooses its status. They are
// given in turn, again and again, to whatever is asked; only sign-in works.
#include <array>

#include "catalog/check.h"
#include "collect/collector.h"
#include "fuzz.h"
#include "http/fake.h"

using namespace assay;

namespace {

constexpr std::size_t kMostRequests = 300;  // after them everything is refused, so that every run ends

struct Known {
  catalog::Catalogue catalogue;
  collect::Plan plan;
};

// Four controls of every service: every way to ask is among them.
const Known& known() {
  static const auto all = [] {
    std::vector<catalog::Problem> problems;
    auto read = catalog::read_directories({ASSAY_CATALOGUE}, problems);
    fuzz::must(read.has_value() && problems.empty(), "the catalogue is sound");
    Known out{std::move(read).take(), {}};
    catalog::resolve_sql(out.catalogue, problems);
    std::vector<const catalog::Control*> controls;
    std::map<std::string, int> of_service;
    for (const auto& control : out.catalogue.controls)
      if (++of_service[control.service] <= 4) controls.push_back(&control);
    auto plan = collect::make_plan(out.catalogue, controls, {}, {});
    fuzz::must(plan.has_value(), "there is a plan");
    out.plan = std::move(*plan);
    return out;
  }();
  return all;
}

std::vector<std::string_view> answers_in(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find('\x1e');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

http::Response answer_of(std::string_view text) {
  constexpr std::array statuses{200, 200, 200, 204, 400, 401, 403, 404, 410, 429, 500, 503};
  if (text.empty()) return http::answer(200);
  const auto status = statuses[static_cast<unsigned char>(text[0]) % statuses.size()];
  return http::answer(status, std::string(text.substr(1)));
}

// A function and no lambda: GCC 12 gives a coroutine lambda in an extern "C" function one name twice.
http::Task<void> collect_into(std::optional<Result<collect::Outcome>>& outcome, collect::World parts,
                              snapshot::Collection into, collect::CollectOptions options) {
  auto steps = known().plan;
  outcome = co_await collect::collect(parts, known().catalogue, std::move(steps), std::move(into), std::move(options));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answers = answers_in(fuzz::text_of(data, size));
  const auto& [catalogue, plan] = known();
  const auto file = fuzz::folder().path() / "collected.assay";
  std::filesystem::remove(file);
  std::filesystem::remove(file.string() + ".part");

  http::FakeWorld world;
  http::Loop loop{world};
  const FixedClock clock{1795363200};
  std::size_t asked = 0;
  http::FakeClient client{
      loop, [&](const http::Request& request) {
        if (request.url.find("/oauth2/") != std::string::npos)
          return http::FakeClient::Answer{http::answer(200, R"({"access_token":"t","expires_in":3600})")};
        ++asked;
        if (asked > kMostRequests) return http::FakeClient::Answer{http::answer(404)};
        return http::FakeClient::Answer{answer_of(answers[asked % answers.size()])};
      }};
  m365::Tenant tenant;
  tenant.id = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  m365::SignIn sign_in{loop, client, clock, {tenant, "app", m365::ClientSecret{m365::Secret("hush")}}};
  auto collection = snapshot::Collection::open(file, catalogue, plan.digest);
  fuzz::must(collection.has_value(), "a snapshot can be begun");
  std::optional<Result<collect::Outcome>> outcome;
  collect::CollectOptions options;
  options.paced = false;
  options.cloud_apps = "https://contoso.eu2.portal.cloudappsecurity.com";
  loop.spawn(
      collect_into(outcome, {loop, client, sign_in, nullptr, clock}, std::move(*collection), std::move(options)));
  fuzz::must(loop.run(), "nothing waits for what can no longer happen");
  fuzz::must(outcome.has_value() && outcome->has_value(), "whatever services answer, there is a snapshot");
  for (const auto& request : plan.requests)
    for (const auto* table : request.tables)
      fuzz::must((*outcome)->evidence.find(table->name) != nullptr, "every table is accounted for");
  fuzz::must(std::filesystem::exists(file), "the snapshot is where it was asked for");
  return 0;
}
