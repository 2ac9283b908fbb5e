#include "collect/collector.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <numeric>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/json.h"
#include "base/text.h"
#include "collect/facts.h"
#include "collect/questions.h"
#include "snapshot/derive.h"
#include "snapshot/held_plans.h"
#include "sql/guard.h"

namespace assay::collect {
namespace {

constexpr std::size_t kMembersAtOnce = 20;  // of an `each`, between two commits; Graph's most in a batch
constexpr std::size_t kLotsAtOnce = 12;
constexpr int kRounds = 9;    // of a batch in which the service refuses some for their number
constexpr int kRestarts = 5;  // when a page token has expired
constexpr std::size_t kMostPages = 200'000;
constexpr std::size_t kTellingRequests = 20;  // from so many on a service's pace says something

struct Page {
  std::string url;
  std::string taken_at;
  snapshot::Packed body;
};

// Packs an answer while it arrives.
class PackingSink final : public http::BodySink {
 public:
  void begin() override { answer.clear(); }
  void add(std::string_view bytes) override { answer.add(bytes); }

  snapshot::Packed answer;
};

// What asking for one thing, to its last page, gave.
struct Fetched {
  std::vector<Page> pages;
  std::optional<m365::Refusal> refusal;
  std::optional<Error> error;
};

// Some members of an `each`, asked for together.
struct Lot {
  explicit Lot(http::Loop& loop) : done(loop) {}
  std::vector<snapshot::Given> members;
  std::vector<Fetched> fetched;
  http::Event done;
};

// Graph takes several questions in one.
bool is_batched(const catalog::Source& source) {
  return source.service == "graph" && text::iequals(source.method, "GET");
}

snapshot::State state_of(m365::Refused kind) {
  switch (kind) {
    case m365::Refused::Denied:
      return snapshot::State::Denied;
    case m365::Refused::NotLicensed:
      return snapshot::State::NotLicensed;
    case m365::Refused::NotOffered:
    case m365::Refused::NotFound:
      return snapshot::State::NotOffered;
    default:
      return snapshot::State::Failed;
  }
}

// How many questions ask for so many members of an `each`.
std::size_t questions_for(const Request& request, std::size_t members) {
  return is_batched(request.source) ? (members + kMembersAtOnce - 1) / kMembersAtOnce : members;
}

// Seconds that one answer of a batch wants to pass before it is asked for again.
std::optional<double> retry_after(const Json& answer) {
  if (!answer.contains("headers") || !answer["headers"].is_object()) return std::nullopt;
  for (const auto& [name, value] : answer["headers"].items())
    if (text::iequals(name, "Retry-After") && value.is_string()) return std::atof(value.get<std::string>().c_str());
  return std::nullopt;
}

std::string permission_text(const catalog::Source& source) {
  auto out = text::join(source.permissions, " or ");
  if (!source.role.empty()) out += (out.empty() ? "" : ", and ") + ("the role " + source.role);
  return out;
}

class Collector {
 public:
  Collector(World world, const catalog::Catalogue& catalogue, Plan plan, snapshot::Collection collection,
            CollectOptions options, std::vector<m365::Service> services)
      : world_(world),
        catalogue_(catalogue),
        plan_(std::move(plan)),
        collection_(std::move(collection)),
        options_(std::move(options)),
        facts_(
            world.loop, world.client, world.sign_in, [this](std::string_view name) { return sender(name); },
            options_.cloud_apps) {
    std::uint32_t seed = options_.seed;
    for (auto& service : services) {
      auto name = service.name;
      if (name == "dns") continue;  // has no URLs
      if (!options_.paced) service.limits.clear();
      senders_[name] = std::make_unique<m365::Sender>(world_.loop, world_.client, world_.sign_in, world_.clock,
                                                      std::move(service), seed++);
    }
    for (const auto& request : plan_.requests)
      for (const auto* table : request.tables) tables_.emplace(table->name, world_.loop);
    for (const auto& derived : plan_.derived) tables_.emplace(derived.table->name, world_.loop);
  }

  ~Collector() { *alive_ = false; }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  http::Task<Result<Outcome>> run();

 private:
  struct TableState {
    explicit TableState(http::Loop& loop) : done(loop) {}
    http::Event done;
    snapshot::TableCoverage coverage;
  };

  m365::Sender* sender(std::string_view name) {
    const auto found = senders_.find(name);
    return found == senders_.end() ? nullptr : found->second.get();
  }
  std::optional<std::string> value_of(std::string_view name) { return facts_.value(name); }

  std::vector<std::string> tables_before(const Request& request) const;
  http::Task<void> run_request(const Request& request);
  http::Task<void> run_derived(const Derived& derived);
  http::Task<Result<void>> read_pages(const Request& request, m365::Sender& sender, std::int64_t number,
                                      snapshot::Progress progress);
  http::Task<Result<void>> read_members(const Request& request, m365::Sender* sender, std::int64_t number,
                                        snapshot::Progress progress);
  http::Task<void> fetch(const Request& request, m365::Sender& sender, snapshot::Given given, Fetched& out);
  http::Task<void> fetch_batch(const Request& request, m365::Sender& sender, const std::vector<snapshot::Given>& given,
                               std::vector<Fetched>& out);
  http::Task<void> run_lot(const Request& request, m365::Sender* sender, Lot& lot);
  Result<void> keep_lot(const Request& request, std::int64_t number, snapshot::AnswerLoader& loader, Lot& lot,
                        std::optional<m365::Refusal>& refusal);
  http::Task<void> look_up(const Request& request, snapshot::Given given, Fetched& out);
  http::Task<void> follow(const Request& request, m365::Sender& sender, const snapshot::Given& given, std::string next,
                          Fetched& out);
  Result<std::vector<snapshot::Given>> members_of(const Request& request);
  http::Task<void> all_of(std::vector<http::Task<void>> tasks);
  http::Task<void> watch(std::shared_ptr<const bool> alive);

  void cover(const Request& request, snapshot::State state, const std::string& detail);
  Result<void> cover_collected(const Request& request);
  void finish_table(snapshot::TableCoverage coverage);
  void fatal(Error error) {
    if (!trouble_) trouble_ = std::move(error);
    for (const auto& [name, asked] : senders_) asked->close();  // every task comes to its end
  }
  std::string now_text() const { return iso8601::format_time(world_.clock.now()); }
  std::vector<ServiceStatus> status() const;
  const snapshot::HeldPlans* held_plans();
  void settle_licence(snapshot::TableCoverage& coverage);
  snapshot::Manifest manifest();

  World world_;
  const catalog::Catalogue& catalogue_;
  Plan plan_;
  snapshot::Collection collection_;
  CollectOptions options_;
  Facts facts_;
  std::map<std::string, std::unique_ptr<m365::Sender>, std::less<>> senders_;
  std::map<std::string, TableState, std::less<>> tables_;
  std::map<std::string, snapshot::TableCoverage> earlier_;
  std::map<std::string, std::size_t> rows_;          // by service
  std::map<std::string, std::size_t> members_left_;  // by request: members of its `each` that are still to be read
  http::TimePoint begun_{};
  std::optional<snapshot::HeldPlans> held_plans_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false when this is gone and `watch` still sleeps
  std::optional<Error> trouble_;
  std::size_t open_ = 0;  // requests and derived tables that are not done
  bool resumed_ = false;
};

// --- what to wait for ------------------------------------------------------------------------------------------------

std::vector<std::string> Collector::tables_before(const Request& request) const {
  std::vector<std::string> out;
  if (request.source.each) {
    const auto& name = request.source.each->table;
    const auto* parent = catalogue_.parent_of(name);
    out.push_back(parent == nullptr ? name : parent->name);
  }
  return out;
}

http::Task<void> Collector::all_of(std::vector<http::Task<void>> tasks) {
  std::size_t left = tasks.size();
  if (left == 0) co_return;
  http::Event done(world_.loop);
  const auto one = [](http::Task<void> task, std::size_t& count, http::Event& event) -> http::Task<void> {
    co_await std::move(task);
    if (--count == 0) event.set();
  };
  for (auto& task : tasks) world_.loop.spawn(one(std::move(task), left, done));
  co_await done.wait();
}

// --- coverage --------------------------------------------------------------------------------------------------------

void Collector::finish_table(snapshot::TableCoverage coverage) {
  auto& table = tables_.at(coverage.table);
  table.coverage = std::move(coverage);
  if (table.coverage.table == "users" && table.coverage.state == snapshot::State::Collected)
    for (const auto& [name, asked] : senders_) asked->set_users(table.coverage.rows);
  if (auto kept = collection_.set_coverage(table.coverage); !kept) fatal(std::move(kept).error());
  table.done.set();
}

void Collector::cover(const Request& request, snapshot::State state, const std::string& detail) {
  for (const auto* table : request.tables) finish_table({table->name, state, 0, detail});
}

Result<void> Collector::cover_collected(const Request& request) {
  for (const auto* table : request.tables) {
    const auto count = TRY(collection_.db().value("SELECT count(*) FROM " + sql::identifier(table->name)));
    const auto rows = static_cast<std::size_t>(std::atoll(count.value_or("0").c_str()));
    finish_table({table->name, snapshot::State::Collected, rows, {}});
  }
  return {};
}

// Nothing: the tenant's licences were not read.
const snapshot::HeldPlans* Collector::held_plans() {
  const auto plans = tables_.find("service_plans");
  if (plans == tables_.end() || plans->second.coverage.state != snapshot::State::Collected) return nullptr;
  if (!held_plans_) {
    auto read = snapshot::HeldPlans::read(collection_.db());
    if (!read) return nullptr;
    held_plans_ = std::move(*read);
  }
  return &*held_plans_;
}

// A service that refuses what the tenant has no licence for says so in many ways, or says only "forbidden". Where the
// licences are known, they tell.
void Collector::settle_licence(snapshot::TableCoverage& coverage) {
  const auto* of = catalogue_.table(coverage.table);
  if (of == nullptr || of->licence.empty() || coverage.state == snapshot::State::Collected) return;
  const auto* held = held_plans();
  if (held == nullptr) return;
  const auto holds = [&](const std::string& plan) { return held->hold(catalogue_, plan); };
  if (std::any_of(of->licence.begin(), of->licence.end(), holds)) return;
  coverage.state = snapshot::State::NotLicensed;
  coverage.detail = fmt::format("the tenant does not hold {}", text::join(of->licence, " or "));
}

// --- one request -----------------------------------------------------------------------------------------------------

http::Task<void> Collector::run_request(const Request& request) {
  const auto& source = request.source;
  const auto known = earlier_.find(request.name);
  const auto number = collection_.request(request.name, request.slices);
  auto progress = collection_.progress(number);
  if (!progress) {
    fatal(std::move(progress).error());
  } else if (progress->done && known != earlier_.end()) {
    // Finished by an earlier run.
    for (const auto* table : request.tables) {
      const auto of = earlier_.find(table->name);
      finish_table(of == earlier_.end() ? snapshot::TableCoverage{table->name, snapshot::State::Failed, 0, {}}
                                        : of->second);
      rows_[source.service] += of == earlier_.end() ? 0 : of->second.rows;
    }
  } else {
    std::optional<snapshot::TableCoverage> missing;
    for (const auto& name : tables_before(request)) {
      const auto before = tables_.find(name);
      if (before == tables_.end()) {
        missing = snapshot::TableCoverage{name, snapshot::State::Absent, 0, {}};
        continue;
      }
      co_await before->second.done.wait();
      if (before->second.coverage.state != snapshot::State::Collected) missing = before->second.coverage;
    }
    auto* asked = sender(source.service);
    Result<void> done;
    if (missing) {
      // What should be asked for is not known.
      cover(request, missing->state,
            fmt::format("it is asked for each of `{}`, which was not collected{}{}", missing->table,
                        missing->detail.empty() ? "" : ": ", missing->detail));
    } else if (asked == nullptr && !(source.service == "dns" && source.each)) {
      cover(request, snapshot::State::NotOffered, "the service does not exist in this cloud");
    } else {
      if (asked != nullptr) {
        const auto named = asked->service().base + asked->service().resource;
        const auto learnt = co_await facts_.learn(named);
        if (!learnt) done = learnt.error();
        asked->set_resource(m365::filled(asked->service().resource, [this](auto name) { return value_of(name); }));
      }
      if (done) {
        if (source.each) {
          auto read = co_await read_members(request, asked, number, *progress);
          done = std::move(read);
        } else {
          auto read = co_await read_pages(request, *asked, number, *progress);
          done = std::move(read);
        }
      }
      if (!done) {
        // What was read before it broke off proves nothing.
        if (auto forgotten = collection_.forget(number, request.slices); !forgotten)
          fatal(std::move(forgotten).error());
        const auto& error = done.error();
        const auto state = error.code == ErrorCode::Denied ? snapshot::State::Denied : snapshot::State::Failed;
        cover(request, state, error.message);
      }
    }
    if (!trouble_) {
      progress->next.clear();
      // A table that failed is tried again by the next run, if there is one.
      progress->done = tables_.at(request.name).coverage.state != snapshot::State::Failed;
      if (auto kept = collection_.commit(number, *progress); !kept) fatal(std::move(kept).error());
    }
  }
  --open_;
}

http::Task<Result<void>> Collector::read_pages(const Request& request, m365::Sender& sender, std::int64_t number,
                                               snapshot::Progress progress) {
  const auto member = next_member(request.source, sender.service());
  const bool by_mark = member && !text::iequals(request.source.method, "csom");
  snapshot::AnswerLoader::Options options;
  if (by_mark) options.marks.push_back(*member);
  auto loader = snapshot::AnswerLoader::create(collection_.db(), catalogue_, request.slices, std::move(options));
  CO_CHECK(loader);
  PackingSink sink;
  std::unordered_set<std::string> seen;
  int restarts = 0;
  for (std::size_t pages = 0; pages < kMostPages; ++pages) {
    auto question = make_question(
        request.source, sender.service(), [this](auto name) { return value_of(name); }, {}, progress.next);
    CO_CHECK(question);
    const auto url = question->url;
    question->sink = &sink;
    auto answer = co_await sender.ask(std::move(*question));
    CO_CHECK(answer);
    auto refusal = answer->refusal;
    std::string body;  // of an answer that tells more than its rows
    if (!refusal && !by_mark && member) {
      auto all = snapshot::read_all(*sink.answer.bytes());
      CO_CHECK(all);
      body = std::move(*all);
      refusal = inner_refusal(request.source, body);
    }
    std::optional<Error> damaged;
    if (!refusal) {
      const auto rows_before = rows_[request.source.service];
      const auto bytes = sink.answer.bytes();
      auto added = loader->add(*bytes, {});
      if (added) {
        rows_[request.source.service] = rows_before + added->rows;
        auto next = by_mark ? Result<std::string>(added->marks.empty() ? std::string() : added->marks.begin()->second)
                            : next_of(request.source, sender.service(), body);
        CO_CHECK(next);
        auto kept = collection_.keep(number, {}, url, now_text(), std::move(sink.answer));
        if (!kept) {
          fatal(kept.error());
          co_return std::move(kept).error();
        }
        if (next->empty() || pages + 1 == request.source.pages) {
          auto covered = cover_collected(request);
          co_return covered;
        }
        if (by_mark && !same_host(url, *next))
          co_return Error{
              ErrorCode::Invalid, fmt::format("the next page is on another host, `{}`", http::host(*next)), {}};
        if (!seen.insert(*next).second) co_return Error{ErrorCode::Invalid, "the pages go in a circle", {}};
        progress.next = std::move(*next);
        auto committed = collection_.commit(number, progress);
        if (!committed) {
          fatal(committed.error());
          co_return std::move(committed).error();
        }
        continue;
      }
      // Cut short on the way, though it came with a 200: asked for again like any other failure.
      damaged = added.error();
    }
    const bool expired = refusal && refusal->kind == m365::Refused::Expired && !progress.next.empty();
    if ((expired || damaged) && restarts < kRestarts) {
      ++restarts;
      if (expired) {  // from the first page
        auto forgotten = collection_.forget(number, request.slices);
        CO_CHECK(forgotten);
        rows_[request.source.service] = 0;
        progress = {};
        seen.clear();
      }
      co_await world_.loop.sleep(std::chrono::milliseconds(500 * restarts));
      continue;
    }
    if (damaged) co_return *damaged;
    // A thing that may or may not exist, such as a certificate that was never uploaded.
    if (refusal->kind == m365::Refused::NotFound && request.source.list == "/") {
      auto covered = cover_collected(request);
      co_return covered;
    }
    const auto needed = permission_text(request.source);
    const bool denied = refusal->kind == m365::Refused::Denied && !needed.empty();
    auto forgotten = collection_.forget(number, request.slices);
    CO_CHECK(forgotten);
    cover(request, state_of(refusal->kind), refusal->message + (denied ? "; it takes " + needed : ""));
    co_return Result<void>();
  }
  co_return Error{ErrorCode::Limit, "there is no end of pages", {}};
}

// --- one request for each row of another table -----------------------------------------------------------------------

Result<std::vector<snapshot::Given>> Collector::members_of(const Request& request) {
  const auto& each = *request.source.each;
  std::string columns;
  for (const auto& column : each.columns) columns += (columns.empty() ? "" : ", ") + sql::identifier(column);
  // In an order that does not hang on the order of answers.
  const auto select = fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {2} ORDER BY {0}", columns,
                                  sql::identifier(each.table), each.where.empty() ? "1" : "(" + each.where + ")");
  sql::Guard guard(collection_.db(), {});
  auto rows = TRY(guard.prepare(select));
  std::vector<snapshot::Given> out;
  while (TRY(rows.step())) {
    snapshot::Given given;
    for (std::size_t i = 0; i < each.columns.size(); ++i)
      if (!rows.is_null(static_cast<int>(i))) given[each.columns[i]] = rows.text(static_cast<int>(i));
    if (given.size() == each.columns.size()) out.push_back(std::move(given));
  }
  return out;
}

http::Task<void> Collector::run_lot(const Request& request, m365::Sender* sender, Lot& lot) {
  if (sender != nullptr && is_batched(request.source)) {
    co_await fetch_batch(request, *sender, lot.members, lot.fetched);
  } else {
    std::vector<http::Task<void>> tasks;
    for (std::size_t i = 0; i < lot.members.size(); ++i)
      tasks.push_back(sender == nullptr ? look_up(request, lot.members[i], lot.fetched[i])
                                        : fetch(request, *sender, lot.members[i], lot.fetched[i]));
    co_await all_of(std::move(tasks));
  }
  lot.done.set();
}

Result<void> Collector::keep_lot(const Request& request, std::int64_t number, snapshot::AnswerLoader& loader, Lot& lot,
                                 std::optional<m365::Refusal>& refusal) {
  for (std::size_t i = 0; i < lot.fetched.size(); ++i) {
    auto& one = lot.fetched[i];
    if (one.error) return *one.error;
    if (one.refusal && one.refusal->kind == m365::Refused::NotFound) continue;  // it has gone since it was listed
    if (one.refusal) {
      refusal = one.refusal;
      return {};
    }
    for (auto& page : one.pages) {
      const auto bytes = page.body.bytes();
      const auto added = loader.add(*bytes, lot.members[i]);
      if (!added) return added.error();
      rows_[request.source.service] += added->rows;
      if (auto kept = collection_.keep(number, lot.members[i], page.url, page.taken_at, std::move(page.body)); !kept) {
        fatal(kept.error());
        return kept;
      }
    }
  }
  return {};
}

http::Task<Result<void>> Collector::read_members(const Request& request, m365::Sender* sender, std::int64_t number,
                                                 snapshot::Progress progress) {
  auto members = members_of(request);
  CO_CHECK(members);
  if (const auto most = request.source.each->most; most > 0 && members->size() > most) {
    cover(request, snapshot::State::Absent,
          fmt::format("it takes one request for each of {} {}; `with: [{}]` has it read all the same", members->size(),
                      request.source.each->table, request.name));
    co_return Result<void>();
  }
  auto loader = snapshot::AnswerLoader::create(collection_.db(), catalogue_, request.slices, {});
  CO_CHECK(loader);
  // Several lots are on their way; they are kept in their order, each with how far the request has come.
  std::deque<std::unique_ptr<Lot>> under_way;
  auto begun = progress.position;
  auto& left = members_left_[request.name];
  left = members->size() - std::min(begun, members->size());
  Result<void> done;
  std::optional<m365::Refusal> refusal;
  for (;;) {
    while (done && !refusal && begun < members->size() && under_way.size() < kLotsAtOnce) {
      const auto end = std::min(members->size(), begun + kMembersAtOnce);
      auto lot = std::make_unique<Lot>(world_.loop);
      lot->members.assign(members->begin() + static_cast<std::ptrdiff_t>(begun),
                          members->begin() + static_cast<std::ptrdiff_t>(end));
      lot->fetched.resize(end - begun);
      world_.loop.spawn(run_lot(request, sender, *lot));
      under_way.push_back(std::move(lot));
      begun = end;
    }
    if (under_way.empty()) break;
    co_await under_way.front()->done.wait();
    // After a failure the others are waited for and forgotten.
    if (done && !refusal) done = keep_lot(request, number, *loader, *under_way.front(), refusal);
    if (done && !refusal) {
      progress.position += under_way.front()->members.size();
      left = members->size() - progress.position;
      done = collection_.commit(number, progress);
      if (!done) fatal(done.error());
    }
    under_way.pop_front();
  }
  CO_CHECK(done);
  if (refusal) {
    const auto needed = permission_text(request.source);
    auto forgotten = collection_.forget(number, request.slices);
    CO_CHECK(forgotten);
    cover(request, state_of(refusal->kind), refusal->message + (needed.empty() ? "" : "; it takes " + needed));
    co_return Result<void>();
  }
  auto covered = cover_collected(request);
  co_return covered;
}

http::Task<void> Collector::fetch(const Request& request, m365::Sender& sender, snapshot::Given given, Fetched& out) {
  const std::string first;
  co_await follow(request, sender, given, first, out);
}

// All pages of one thing, beginning at `next` or at the first.
http::Task<void> Collector::follow(const Request& request, m365::Sender& sender, const snapshot::Given& given,
                                   std::string next, Fetched& out) {
  std::unordered_set<std::string> seen;
  int restarts = 0;
  for (;;) {
    auto question = make_question(
        request.source, sender.service(), [this](auto name) { return value_of(name); }, given, next);
    if (!question) {
      out.error = question.error();
      co_return;
    }
    const auto url = question->url;
    auto answer = co_await sender.ask(std::move(*question));
    if (!answer) {
      out.error = answer.error();
      co_return;
    }
    auto refusal = answer->refusal;
    if (!refusal) refusal = inner_refusal(request.source, answer->response.body);
    auto further =
        refusal ? Result<std::string>(std::string()) : next_of(request.source, sender.service(), answer->response.body);
    const bool damaged = !further || (!refusal && Json::accept(answer->response.body) == false);
    const bool expired = refusal && refusal->kind == m365::Refused::Expired && !next.empty();
    if ((damaged || expired) && restarts < kRestarts) {
      ++restarts;
      if (expired) {
        out.pages.clear();
        next.clear();
        seen.clear();
      }
      co_await world_.loop.sleep(std::chrono::milliseconds(500 * restarts));
      continue;
    }
    if (damaged) {
      out.error = further ? invalid("the answer is no JSON") : further.error();
      co_return;
    }
    if (refusal) {
      out.refusal = std::move(refusal);
      co_return;
    }
    out.pages.push_back({url, now_text(), snapshot::Packed(answer->response.body)});
    if (further->empty()) co_return;
    out.pages.back().body.seal();  // there may be many before they are kept
    if (!same_host(url, *further) || !seen.insert(*further).second) {
      out.error = Error{ErrorCode::Invalid, "the link to the next page leads elsewhere", {}};
      co_return;
    }
    next = std::move(*further);
  }
}

// Twenty requests in one. Those that the service refuses for their number are asked for again together; whatever else
// does not come back whole is asked for by itself.
http::Task<void> Collector::fetch_batch(const Request& request, m365::Sender& sender,
                                        const std::vector<snapshot::Given>& given, std::vector<Fetched>& out) {
  const auto base = m365::filled(sender.service().base, [&](std::string_view name) -> std::optional<std::string> {
    if (name == "version") return request.source.version;
    return value_of(name);
  });
  std::vector<m365::Question> questions;
  for (std::size_t i = 0; i < given.size(); ++i) {
    auto question =
        make_question(request.source, sender.service(), [this](auto name) { return value_of(name); }, given[i], {});
    if (!question) {
      out[i].error = question.error();
      co_return;
    }
    questions.push_back(std::move(*question));
  }
  Json own_headers = Json::object();
  for (const auto& [name, value] : request.source.headers) own_headers[name] = value;
  std::vector<std::size_t> left(given.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::vector<std::size_t> alone;
  for (int round = 0; round < kRounds && left.size() > 1; ++round) {
    m365::Question batch;
    batch.units = 0;
    batch.path = questions[0].path;  // limits are those of what is inside
    Json requests = Json::array();
    for (const auto i : left) {
      batch.units += questions[i].units;
      requests.push_back({{"id", std::to_string(i)},
                          {"method", "GET"},
                          {"url", questions[i].url.substr(base.size())},
                          {"headers", own_headers}});
    }
    batch.method = "POST";
    batch.url = base + "/$batch";
    batch.headers = sender.service().headers;
    batch.headers.emplace_back("Content-Type", "application/json");
    batch.body = Json{{"requests", std::move(requests)}}.dump();
    const auto about = batch;
    auto answer = co_await sender.ask(std::move(batch));
    if (!answer) {
      out[0].error = answer.error();
      co_return;
    }
    std::map<std::size_t, Json> answers;
    auto json = answer->refusal ? Json() : Json::parse(answer->response.body, nullptr, false);
    if (json.is_object() && json.contains("responses") && json["responses"].is_array())
      for (auto& one : json["responses"]) {
        if (!one.is_object() || !one.contains("id") || !one["id"].is_string()) continue;
        const auto i = static_cast<std::size_t>(std::atoll(one["id"].get<std::string>().c_str()));
        answers[i] = std::move(one);
      }
    std::vector<std::size_t> refused;
    double wait = 0;
    for (const auto i : left) {
      const auto found = answers.find(i);
      const int status = found == answers.end() ? 0 : found->second.value("status", 0);
      if (status == 429 || status == 503) {
        refused.push_back(i);
        wait = std::max(wait, retry_after(found->second).value_or(std::min(60.0, std::pow(2.0, round))));
        continue;
      }
      const bool whole = status == 200 && found->second.contains("body") && found->second["body"].is_object();
      auto body = whole ? found->second["body"].dump() : std::string();
      auto next = next_of(request.source, sender.service(), body);
      if (!next) {
        alone.push_back(i);
        continue;
      }
      out[i].pages.push_back({questions[i].url, now_text(), snapshot::Packed(body)});
      if (next->empty()) continue;
      if (same_host(questions[i].url, *next)) {
        co_await follow(request, sender, given[i], std::move(*next), out[i]);
      } else {
        out[i].error = Error{ErrorCode::Invalid, "the link to the next page leads elsewhere", {}};
      }
    }
    left = std::move(refused);
    if (left.empty()) break;
    sender.refused_inside(about, left.size(), wait);
    co_await world_.loop.sleep(std::chrono::milliseconds(static_cast<std::int64_t>(wait * 1000)));
  }
  alone.insert(alone.end(), left.begin(), left.end());
  const std::string first;
  for (const auto i : alone) co_await follow(request, sender, given[i], first, out[i]);
}

http::Task<void> Collector::look_up(const Request& request, snapshot::Given given, Fetched& out) {
  if (world_.resolver == nullptr) {
    out.error = Error{ErrorCode::Network, "names cannot be looked up", {}};
    co_return;
  }
  Json data = Json::array();
  Json log = Json::array();
  bool failed = false;
  bool found = false;
  for (const auto pattern : text::split(request.source.name, ',')) {
    const auto name = m365::filled(text::trim(pattern), [&](std::string_view key) -> std::optional<std::string> {
      const auto at = given.find(std::string(key));
      return at == given.end() ? value_of(key) : std::optional(at->second);
    });
    const auto looked = co_await world_.resolver->look_up(name, request.source.record);
    failed = failed || looked.how == Looked::How::Failed;
    found = found || looked.how == Looked::How::Found;
    for (const auto& item : looked.data) data.push_back(item);
    log.push_back({{"query_name", name}, {"query_method", "traditional"}, {"query_result", looked.words}});
  }
  const Json answer{{"domain", given.empty() ? std::string() : given.begin()->second},
                    {"rdata", data},
                    {"status", found    ? "found"
                               : failed ? "failed"
                                        : "absent"},
                    {"log", log}};
  out.pages.push_back(
      {"dns:" + request.source.record, now_text(), snapshot::Packed(Json{{"value", Json::array({answer})}}.dump())});
}

// --- tables worked out from others -----------------------------------------------------------------------------------

http::Task<void> Collector::run_derived(const Derived& derived) {
  std::optional<snapshot::TableCoverage> missing;
  if (const auto plans = tables_.find("service_plans"); plans != tables_.end()) co_await plans->second.done.wait();
  for (const auto& name : derived.source.needs) {
    const auto* parent = catalogue_.parent_of(name);
    const auto before = tables_.find(parent == nullptr ? name : parent->name);
    if (before == tables_.end()) {
      missing = snapshot::TableCoverage{name, snapshot::State::Absent, 0, {}};
      continue;
    }
    co_await before->second.done.wait();
    auto coverage = before->second.coverage;
    settle_licence(coverage);
    // Without the licence there is nothing of the kind: that is known, and the table is empty.
    if (coverage.state != snapshot::State::Collected && coverage.state != snapshot::State::NotLicensed)
      missing = std::move(coverage);
  }
  for (const auto& name : derived.reads)
    if (const auto before = tables_.find(name); before != tables_.end()) co_await before->second.done.wait();
  const auto& table = *derived.table;
  if (missing) {
    finish_table({table.name, missing->state, 0,
                  fmt::format("it is worked out from `{}`, which was not collected{}{}", missing->table,
                              missing->detail.empty() ? "" : ": ", missing->detail)});
  } else {
    auto rows = snapshot::derive(collection_.db(), table, derived.source.sql);
    if (!rows) {
      finish_table({table.name, snapshot::State::Failed, 0, rows.error().message});
    } else {
      finish_table({table.name, snapshot::State::Collected, *rows, {}});
    }
  }
  --open_;
}

// --- the whole -------------------------------------------------------------------------------------------------------

std::vector<ServiceStatus> Collector::status() const {
  std::map<std::string, ServiceStatus> by_service;
  for (const auto& request : plan_.requests) {
    auto& of = by_service[request.source.service];
    of.service = request.source.service;
    for (const auto* table : request.tables) {
      const auto& state = tables_.at(table->name);
      ++of.tables;
      if (state.done.is_set()) ++of.done;
      if (state.done.is_set() && state.coverage.state != snapshot::State::Collected) ++of.refused;
    }
    if (tables_.at(request.name).done.is_set()) continue;
    const auto members = members_left_.find(request.name);
    of.left += members == members_left_.end() ? 1 : questions_for(request, members->second);
  }
  const std::chrono::duration<double> passed = world_.loop.now() - begun_;
  std::vector<ServiceStatus> out;
  for (auto& [name, of] : by_service) {
    if (const auto sender = senders_.find(name); sender != senders_.end()) {
      of.counters = sender->second->counters();
      of.waited = sender->second->waited();
      if (of.counters.requests >= kTellingRequests && passed.count() > 0)
        of.seconds_left = static_cast<double>(of.left) * passed.count() / static_cast<double>(of.counters.requests);
    }
    if (const auto rows = rows_.find(name); rows != rows_.end()) of.rows = rows->second;
    out.push_back(std::move(of));
  }
  return out;
}

http::Task<void> Collector::watch(std::shared_ptr<const bool> alive) {
  while (*alive && open_ > 0 && !trouble_) {
    options_.on_status(status());
    co_await world_.loop.sleep(std::chrono::milliseconds(200));
  }
}

snapshot::Manifest Collector::manifest() {
  snapshot::Manifest out;
  out.tenant_id = world_.sign_in.identity().tenant.id;
  out.cloud = world_.sign_in.identity().tenant.cloud.name;
  if (const auto name = collection_.db().value("SELECT display_name FROM organization LIMIT 1"); name && *name)
    out.tenant_name = **name;
  out.taken_at = world_.clock.now();
  out.source = "assay " + options_.program_version;
  out.scope = options_.scope;
  out.program_version = options_.program_version;
  out.catalogue_version = catalogue_.version;
  return out;
}

http::Task<Result<Outcome>> Collector::run() {
  begun_ = world_.loop.now();
  resumed_ = collection_.resumed();
  auto known = collection_.coverage();
  CO_CHECK(known);
  for (auto& coverage : *known) {
    auto name = coverage.table;
    earlier_.emplace(std::move(name), std::move(coverage));
  }
  // Nobody can be asked without a token: that ends the run at the door, with what to do about it.
  // (Arguments of coroutines get a name first: GCC 12 destroys some temporaries twice.)
  std::string resource = "https://graph.microsoft.com";
  if (const auto* graph = sender("graph")) resource = graph->service().resource;
  auto token = co_await world_.sign_in.token(resource);
  CO_CHECK(token);
  std::vector<http::Task<void>> tasks;
  open_ = plan_.requests.size() + plan_.derived.size();
  for (const auto& request : plan_.requests) tasks.push_back(run_request(request));
  for (const auto& derived : plan_.derived) tasks.push_back(run_derived(derived));
  if (options_.on_status) {
    std::shared_ptr<const bool> alive = alive_;
    world_.loop.spawn(watch(std::move(alive)));
  }
  co_await all_of(std::move(tasks));
  if (trouble_) co_return *trouble_;
  for (auto& [name, table] : tables_) settle_licence(table.coverage);
  Outcome out;
  out.resumed = resumed_;
  for (const auto& table : catalogue_.tables) {
    const auto found = tables_.find(table.name);
    out.evidence.set(found == tables_.end()
                         ? snapshot::TableCoverage{table.name, snapshot::State::Absent, 0, "it was not asked for"}
                         : found->second.coverage);
  }
  out.evidence.manifest = manifest();
  out.services = status();
  if (options_.on_status) options_.on_status(out.services);
  auto finished = collection_.finish(out.evidence);
  CO_CHECK(finished);
  out.seconds = std::chrono::duration<double>(world_.loop.now() - begun_).count();
  co_return out;
}

}  // namespace

http::Task<Result<Outcome>> collect(World world, const catalog::Catalogue& catalogue, Plan plan,
                                    snapshot::Collection collection, CollectOptions options) {
  auto services = m365::read_services(catalogue.services, world.sign_in.identity().tenant.cloud.name);
  CO_CHECK(services);
  Collector collector(world, catalogue, std::move(plan), std::move(collection), std::move(options),
                      std::move(*services));
  auto outcome = co_await collector.run();
  co_return outcome;
}

}  // namespace assay::collect
