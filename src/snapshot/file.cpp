#include "snapshot/file.h"

#include <array>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/iso8601.h"
#include "base/sha256.h"
#include "base/text.h"
#include "catalog/image.h"
#include "snapshot/layout.h"

namespace assay::snapshot {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

std::uint32_t big_endian(const char* p) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(p[i]);
  return value;
}

// Pages decompressed one after another.
class PageSource final : public ByteSource {
 public:
  PageSource(sql::Statement pages, std::int64_t document) : pages_(std::move(pages)), document_(document) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (given_ == body_.size()) {
      if (!TRY(pages_.step())) return std::size_t{0};
      TRY_IN(fmt::format("page {} of document {}", pages_.integer(0), document_), unpack());
    }
    const auto n = std::min(buffer.size(), body_.size() - given_);
    std::memcpy(buffer.data(), body_.data() + given_, n);
    given_ += n;
    return n;
  }

 private:
  Result<void> unpack() {
    const auto packed = pages_.text(3);
    const auto size = static_cast<std::size_t>(pages_.integer(2));
    if (size > 4 * kPageBytes) return invalid("claims an impossible size", "the snapshot is damaged: import again");
    body_.resize(size);
    given_ = 0;
    const auto n = ZSTD_decompress(body_.data(), body_.size(), packed.data(), packed.size());
    if (ZSTD_isError(n) || n != size || sha256_hex(body_) != pages_.text(1))
      return invalid("does not match its digest", "the snapshot is damaged: import again");
    return {};
  }

  sql::Statement pages_;
  std::int64_t document_;
  std::string body_;
  std::size_t given_ = 0;
};

}  // namespace

struct Writer::State {
  std::filesystem::path target;
  std::filesystem::path part;
  const catalog::Catalogue* catalogue = nullptr;
  std::optional<sql::Database> db;
  PageInfo document;
  int parts = 0;
  std::string open_page;
  Sha256 all_pages;
  bool finished = false;

  ~State() {
    if (finished) return;
    db.reset();
    ::unlink(part.c_str());
  }

  Result<void> write_page(std::string_view bytes) {
    const auto packed = pack(bytes);
    all_pages.add(packed.sha256);
    return write_part(*db, document, parts++, packed);
  }

  Result<void> flush() {
    if (open_page.empty()) return {};
    TRY(write_page(open_page));
    open_page.clear();
    return {};
  }
};

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;
sql::Database& Writer::db() { return *state_->db; }

Result<Writer> Writer::create(const std::filesystem::path& file, const catalog::Catalogue& catalogue) {
  auto state = std::make_unique<State>();
  state->target = file;
  state->part = file.string() + ".part";
  state->catalogue = &catalogue;
  ::unlink(state->part.c_str());
  if (auto made = make_file(state->part, file); !made) {
    state->finished = true;
    return std::move(made).error();
  }
  state->db = TRY(sql::Database::open(state->part, sql::Mode::ReadWrite));
  auto& db = *state->db;
  TRY(db.execute(
      fmt::format("PRAGMA page_size=8192; PRAGMA application_id={}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF",
                  kApplicationId)));
  TRY(db.execute(kSchema));
  TRY(db.execute("BEGIN"));
  TRY(create_tables(db, catalogue));
  return Writer(std::move(state));
}

Result<void> Writer::keep(const PageInfo& document, std::string_view bytes) {
  auto& s = *state_;
  if (document.document != s.document.document) {
    TRY(s.flush());
    s.parts = 0;
  }
  s.document = document;
  while (!bytes.empty()) {
    const auto room = kPageBytes - s.open_page.size();
    const auto n = std::min(room, bytes.size());
    s.open_page += bytes.substr(0, n);
    bytes.remove_prefix(n);
    if (s.open_page.size() == kPageBytes) TRY(s.flush());
  }
  return {};
}

Result<void> Writer::finish(const Evidence& evidence) {
  auto& s = *state_;
  auto& db = *s.db;
  TRY(s.flush());
  TRY(write_evidence(db, evidence, *s.catalogue, s.all_pages.hex()));
  TRY(db.execute("COMMIT"));
  s.db.reset();
  TRY(seal_and_move(s.part, s.target));
  s.finished = true;
  return {};
}

Result<bool> looks_like_sqlite(const std::filesystem::path& path) {
  auto file = TRY(File::open(path));
  std::array<char, 16> head{};
  std::size_t n = 0;
  while (n < head.size()) {
    const auto more = TRY(file.read({head.data() + n, head.size() - n}));
    if (more == 0) break;
    n += more;
  }
  return std::string_view(head.data(), n) == kMagic;
}

Result<bool> fits(const sql::Database& db, const catalog::Catalogue& catalogue) {
  const auto made_by = TRY(db.value("SELECT value FROM manifest WHERE key = 'tables_definition'"));
  return made_by == catalog::tables_definition_digest(catalogue);
}

Result<Evidence> open(const std::filesystem::path& path) {
  const auto where = fmt::format("`{}`", path.string());
  if (!TRY(looks_like_sqlite(path)))
    return invalid(where + ": is no snapshot", "make one with `assay import` or `assay collect`");
  std::array<char, kHeaderBytes> header{};
  const auto seal = TRY_IN(where, seal_of(path, &header));
  if (big_endian(header.data() + 68) != kApplicationId)
    return invalid(where + ": is an SQLite file, but no snapshot", "make one with `assay import` or `assay collect`");
  const std::string_view stored(header.data() + kSealAt, 4);
  if (stored == std::string_view("\0\0\0\0", 4))
    return invalid(where + ": is an unfinished snapshot", "run the import or collection again");
  if (stored != std::string_view(seal.data(), 4))
    return invalid(where + ": was damaged or changed after it was written: its seal does not match",
                   "import or collect again");

  Evidence evidence;
  evidence.db = TRY_IN(where, sql::Database::open(path, sql::Mode::ReadOnly));
  auto& db = evidence.db;
  // Reading from a view would run SQL of whoever made the file, without any limit.
  if (TRY_IN(where, db.value("SELECT 1 FROM sqlite_schema WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE "
                             "VIRTUAL%' LIMIT 1")))
    return invalid(where + ": holds views or triggers, which a snapshot never does", "import or collect again");
  std::map<std::string, std::string> manifest;
  {
    auto rows = TRY_IN(where, db.prepare("SELECT key, value FROM manifest"));
    while (TRY_IN(where, rows.step())) manifest[std::string(rows.text(0))] = rows.text(1);
  }
  if (manifest["format"] != "assay/snapshot/1")
    return invalid(fmt::format("{}: format `{}` is not known", where, manifest["format"]), "use a newer assay");
  auto& m = evidence.manifest;
  m.tenant_id = manifest["tenant_id"];
  m.tenant_name = manifest["tenant_name"];
  m.cloud = manifest["cloud"];
  m.taken_at = iso8601::parse_time(manifest["taken_at"]);
  m.source = manifest["source"];
  m.program_version = manifest["program_version"];
  m.catalogue_version = manifest["catalogue_version"];
  for (const auto service : text::split(manifest["scope"], ' '))
    if (!service.empty()) m.scope.emplace_back(service);
  {
    auto rows = TRY_IN(where, db.prepare("SELECT \"table\", state, \"rows\", detail FROM coverage ORDER BY 1"));
    while (TRY_IN(where, rows.step()))
      evidence.coverage.push_back({std::string(rows.text(0)), state(rows.text(1)).value_or(State::Failed),
                                   static_cast<std::size_t>(rows.integer(2)), std::string(rows.text(3))});
  }
  {
    auto rows = TRY_IN(where, db.prepare("SELECT plan, held FROM licence_flags"));
    while (TRY_IN(where, rows.step())) evidence.plans[std::string(rows.text(0))] = rows.integer(1) != 0;
  }
  {
    auto rows = TRY_IN(where, db.prepare("SELECT framework, requirement, kind, value FROM operator_exception"));
    while (TRY_IN(where, rows.step()))
      evidence.exceptions.push_back(
          {std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2)), std::string(rows.text(3))});
  }
  {
    auto rows = TRY_IN(where, db.prepare("SELECT framework, requirement, reason, expires FROM operator_omission"));
    while (TRY_IN(where, rows.step()))
      evidence.omissions.push_back({std::string(rows.text(0)), std::string(rows.text(1)), std::string(rows.text(2)),
                                    iso8601::parse_time(rows.text(3))});
  }
  return evidence;
}

Result<std::vector<Documents::Document>> Documents::list() const {
  auto rows = TRY(
      db_.prepare("SELECT document, max(url), max(taken_at), count(*) FROM page GROUP BY document ORDER BY document"));
  std::vector<Document> out;
  while (TRY(rows.step()))
    out.push_back({{rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2))},
                   static_cast<std::size_t>(rows.integer(3))});
  return out;
}

Result<bool> Documents::are_answers() const {
  const auto found = TRY(db_.value("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'request'"));
  return found.has_value();
}

Result<std::unique_ptr<ByteSource>> Documents::bytes(std::int64_t document) const {
  auto rows = TRY(db_.prepare("SELECT part, sha256, size, body FROM page WHERE document = ? ORDER BY part"));
  rows.bind(1, document);
  return std::unique_ptr<ByteSource>(std::make_unique<PageSource>(std::move(rows), document));
}

}  // namespace assay::snapshot
