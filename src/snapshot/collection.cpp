#include "snapshot/collection.h"

#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/sha256.h"
#include "snapshot/layout.h"

namespace assay::snapshot {
namespace {

constexpr const char* kCollectionSchema = R"sql(
CREATE TABLE request(number INTEGER PRIMARY KEY, name TEXT UNIQUE, slices TEXT);
CREATE TABLE answer(document INTEGER PRIMARY KEY, given TEXT);
)sql";

// What only a run needs.
constexpr const char* kRunSchema = R"sql(
CREATE TABLE under_way(request INTEGER PRIMARY KEY, done INTEGER, answers INTEGER, position INTEGER, next TEXT);
CREATE TABLE found("table" TEXT PRIMARY KEY, state TEXT, "rows" INTEGER, detail TEXT) WITHOUT ROWID;
CREATE TABLE plan(digest TEXT);
)sql";

// From a collection that was finished and not moved into place, the one that it was before.
constexpr const char* kReopen = R"sql(
INSERT INTO plan SELECT value FROM manifest WHERE key = 'plan';
INSERT INTO found SELECT * FROM coverage;
INSERT INTO under_way
  SELECT r.number, 1, 0, 0, '' FROM request AS r JOIN coverage AS c ON c."table" = r.name WHERE c.state <> 'failed';
DELETE FROM manifest;
DELETE FROM coverage;
DELETE FROM licence_flags;
DELETE FROM operator_exception;
DELETE FROM operator_omission;
)sql";

constexpr std::int64_t kAnswersPerRequest = std::int64_t{1} << 32;

}  // namespace

struct Collection::State {
  std::filesystem::path target;
  std::filesystem::path part;
  const catalog::Catalogue* catalogue = nullptr;
  std::optional<sql::Database> db;
  bool resumed = false;
  bool in_transaction = false;
  std::map<std::string, std::int64_t> numbers;
  std::map<std::int64_t, std::int64_t> answers;  // kept so far, by request

  // The file of an earlier run, if it is one and of the same plan.
  Result<bool> take_up(std::string_view plan) {
    if (::access(part.c_str(), R_OK | W_OK) != 0) return false;
    auto opened = sql::Database::open(part, sql::Mode::ReadWrite);
    if (!opened) return false;
    const auto is_ours = [&](const char* query) {
      const auto found = opened->value(query);
      return found && *found == std::optional(std::string(plan));
    };
    if (!is_ours("SELECT digest FROM plan")) {
      // Perhaps it was stopped between its last transaction and its final name.
      if (!is_ours("SELECT value FROM manifest WHERE key = 'plan'")) return false;
      TRY(opened->execute("BEGIN IMMEDIATE"));
      TRY(opened->execute(kRunSchema));
      TRY(opened->execute(kReopen));
      TRY(opened->execute("COMMIT"));
    }
    auto rows = TRY(opened->prepare("SELECT name, number FROM request"));
    while (TRY(rows.step())) numbers[std::string(rows.text(0))] = rows.integer(1);
    auto counts = TRY(opened->prepare("SELECT request, answers FROM under_way"));
    while (TRY(counts.step())) answers[counts.integer(0)] = counts.integer(1);
    db = std::move(*opened);
    return true;
  }

  Result<void> begin() {
    if (in_transaction) return {};
    TRY(db->execute("BEGIN IMMEDIATE"));
    in_transaction = true;
    return {};
  }
};

Collection::Collection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Collection::Collection(Collection&&) noexcept = default;
Collection& Collection::operator=(Collection&&) noexcept = default;
Collection::~Collection() = default;
const sql::Database& Collection::db() const { return *state_->db; }
bool Collection::resumed() const { return state_->resumed; }

Result<Collection> Collection::open(const std::filesystem::path& file, const catalog::Catalogue& catalogue,
                                    std::string_view plan) {
  auto state = std::make_unique<State>();
  state->target = file;
  state->part = file.string() + ".part";
  state->catalogue = &catalogue;
  state->resumed = TRY(state->take_up(plan));
  if (!state->resumed) {
    state->numbers.clear();
    state->answers.clear();
    for (const auto* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((state->part.string() + suffix).c_str());
    TRY(make_file(state->part, file));
    state->db = TRY(sql::Database::open(state->part, sql::Mode::ReadWrite));
    TRY(state->db->execute(fmt::format("PRAGMA page_size=8192; PRAGMA application_id={}", kApplicationId)));
  }
  auto& db = *state->db;
  // A killed process loses nothing that was committed; that is what resuming needs, and a lost machine is begun anew.
  TRY(
      db.execute("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384; "
                 "PRAGMA temp_store=MEMORY"));
  if (!state->resumed) {
    TRY(state->begin());
    TRY(db.execute(kSchema));
    TRY(db.execute(kCollectionSchema));
    TRY(db.execute(kRunSchema));
    TRY(create_tables(db, catalogue));
    auto insert = TRY(db.prepare("INSERT INTO plan VALUES(?)"));
    insert.bind(1, plan);
    TRY(insert.step());
    insert = {};
    TRY(db.execute("COMMIT"));
    state->in_transaction = false;
  }
  TRY(state->begin());
  return Collection(std::move(state));
}

std::int64_t Collection::request(std::string_view name, const std::vector<Slice>& slices) {
  auto& s = *state_;
  if (const auto known = s.numbers.find(std::string(name)); known != s.numbers.end()) return known->second;
  const auto number = static_cast<std::int64_t>(s.numbers.size()) + 1;
  s.numbers[std::string(name)] = number;
  const auto text = slices_json(slices);
  auto insert = s.db->prepare("INSERT INTO request VALUES(?,?,?)");
  CHECK(insert.has_value());
  insert->bind(1, number).bind(2, name).bind(3, text);
  CHECK(insert->step().has_value());
  return number;
}

Result<Progress> Collection::progress(std::int64_t request) {
  auto row = TRY(state_->db->prepare("SELECT done, position, next FROM under_way WHERE request = ?"));
  row.bind(1, request);
  if (!TRY(row.step())) return Progress{};
  return Progress{row.integer(0) != 0, static_cast<std::size_t>(row.integer(1)), std::string(row.text(2))};
}

Result<void> Collection::keep(std::int64_t request, const Given& given, std::string_view url, std::string_view taken_at,
                              Packed answer) {
  auto& s = *state_;
  TRY(s.begin());
  const PageInfo info{request * kAnswersPerRequest + s.answers[request]++, std::string(url), std::string(taken_at)};
  int number = 0;
  for (const auto& part : answer.take()) TRY(write_part(*s.db, info, number++, part));
  if (given.empty()) return {};
  const auto text = Json(given).dump();
  auto insert = TRY(s.db->prepare("INSERT INTO answer VALUES(?,?)"));
  insert.bind(1, info.document).bind(2, text);
  TRY(insert.step());
  return {};
}

Result<void> Collection::commit(std::int64_t request, const Progress& progress) {
  auto& s = *state_;
  TRY(s.begin());
  {
    auto write = TRY(s.db->prepare("INSERT OR REPLACE INTO under_way VALUES(?,?,?,?,?)"));
    write.bind(1, request)
        .bind(2, std::int64_t{progress.done})
        .bind(3, s.answers[request])
        .bind(4, static_cast<std::int64_t>(progress.position))
        .bind(5, progress.next);
    TRY(write.step());
  }
  TRY(s.db->execute("COMMIT"));
  s.in_transaction = false;
  return s.begin();
}

Result<void> Collection::forget(std::int64_t request, const std::vector<Slice>& slices) {
  auto& s = *state_;
  TRY(s.begin());
  const auto range =
      fmt::format("document >= {} AND document < {}", request * kAnswersPerRequest, (request + 1) * kAnswersPerRequest);
  TRY(
      s.db->execute(fmt::format("DELETE FROM page WHERE {0}; DELETE FROM answer WHERE {0}; "
                                "DELETE FROM under_way WHERE request = {1}",
                                range, request)));
  for (const auto& slice : slices) {
    const auto* table = s.catalogue->table(slice.table);
    if (table == nullptr) continue;
    TRY(s.db->execute("DELETE FROM " + sql::identifier(table->name)));
    for (const auto& child : table->children) TRY(s.db->execute("DELETE FROM " + sql::identifier(child.name)));
  }
  s.answers[request] = 0;
  return {};
}

Result<void> Collection::set_coverage(const TableCoverage& coverage) {
  TRY(state_->begin());
  auto write = TRY(state_->db->prepare("INSERT OR REPLACE INTO found VALUES(?,?,?,?)"));
  const auto state = name(coverage.state);
  write.bind(1, coverage.table)
      .bind(2, state)
      .bind(3, static_cast<std::int64_t>(coverage.rows))
      .bind(4, coverage.detail);
  TRY(write.step());
  return {};
}

Result<std::vector<TableCoverage>> Collection::coverage() {
  auto rows = TRY(state_->db->prepare("SELECT \"table\", state, \"rows\", detail FROM found ORDER BY 1"));
  std::vector<TableCoverage> out;
  while (TRY(rows.step()))
    out.push_back({std::string(rows.text(0)), snapshot::state(rows.text(1)).value_or(snapshot::State::Failed),
                   static_cast<std::size_t>(rows.integer(2)), std::string(rows.text(3))});
  return out;
}

Result<void> Collection::finish(const Evidence& evidence) {
  auto& s = *state_;
  auto& db = *s.db;
  TRY(s.begin());
  Sha256 pages;
  {
    auto rows = TRY(db.prepare("SELECT sha256 FROM page ORDER BY document, part"));
    while (TRY(rows.step())) pages.add(rows.text(0));
  }
  TRY(write_evidence(db, evidence, *s.catalogue, pages.hex()));
  TRY(
      db.execute("INSERT INTO manifest SELECT 'plan', digest FROM plan; "
                 "DROP TABLE under_way; DROP TABLE found; DROP TABLE plan"));
  TRY(db.execute("COMMIT"));
  TRY(db.execute("PRAGMA journal_mode=DELETE"));
  s.db.reset();
  return seal_and_move(s.part, s.target);
}

}  // namespace assay::snapshot
