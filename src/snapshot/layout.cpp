#include "snapshot/layout.h"

#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/iso8601.h"
#include "base/sha256.h"
#include "base/text.h"
#include "catalog/image.h"

namespace assay::snapshot {
namespace {

std::string now_text(const std::optional<Timestamp>& time) { return time ? iso8601::format_time(*time) : ""; }

}  // namespace

const char* const kSchema = R"sql(
CREATE TABLE manifest(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE page(document INTEGER, part INTEGER, url TEXT, taken_at TEXT, sha256 TEXT, size INTEGER, body BLOB,
                  PRIMARY KEY(document, part)) WITHOUT ROWID;
CREATE TABLE coverage("table" TEXT PRIMARY KEY, state TEXT, "rows" INTEGER, detail TEXT) WITHOUT ROWID;
CREATE TABLE licence_flags(plan TEXT COLLATE NOCASE, held INTEGER);
CREATE TABLE operator_exception(framework TEXT, requirement TEXT, kind TEXT, value TEXT);
CREATE TABLE operator_omission(framework TEXT, requirement TEXT, reason TEXT, expires TEXT);
)sql";

Result<void> make_file(const std::filesystem::path& file, const std::filesystem::path& target) {
  // Made here with its mode, so that nobody else can read it even for a moment.
  const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) {
    const int error = errno;
    return Error{error == EACCES || error == EROFS ? ErrorCode::Denied : ErrorCode::Invalid,
                 fmt::format("`{}`: cannot be written: {}", target.string(), std::strerror(error)),
                 "choose another --snapshot"};
  }
  ::close(fd);
  return {};
}

Result<void> write_part(const sql::Database& db, const PageInfo& document, int number, const Part& part) {
  auto insert = TRY(db.prepare("INSERT INTO page VALUES(?,?,?,?,?,?,?)"));
  insert.bind(1, document.document).bind(2, std::int64_t{number}).bind(3, document.url).bind(4, document.taken_at);
  insert.bind(5, part.sha256).bind(6, static_cast<std::int64_t>(part.size)).bind_blob(7, part.packed);
  TRY(insert.step());
  return {};
}

// The seal of a file: SHA-256 of its bytes with the seal itself as zero, first four bytes.
Result<std::array<char, 4>> seal_of(const std::filesystem::path& path, std::array<char, kHeaderBytes>* header) {
  auto file = TRY(File::open(path));
  Sha256 digest;
  std::string buffer(kPageBytes, '\0');
  bool first = true;
  for (;;) {
    std::size_t n = TRY(file.read(buffer));
    if (n == 0) break;
    if (first) {
      while (n < kHeaderBytes) {  // a read may be short
        const auto more = TRY(file.read({buffer.data() + n, buffer.size() - n}));
        if (more == 0) break;
        n += more;
      }
      if (n < kHeaderBytes) return invalid("is too short to be a snapshot");
      if (header != nullptr) std::memcpy(header->data(), buffer.data(), kHeaderBytes);
      std::memset(buffer.data() + kSealAt, 0, 4);
      first = false;
    }
    digest.add({buffer.data(), n});
  }
  const auto hex = digest.hex();
  std::array<char, 4> seal{};
  for (std::size_t i = 0; i < 4; ++i) seal[i] = static_cast<char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  if (seal == std::array<char, 4>{}) seal[3] = 1;  // zero means unfinished
  return seal;
}

Result<void> write_evidence(const sql::Database& db, const Evidence& evidence, const catalog::Catalogue& catalogue,
                            std::string_view pages_digest) {
  for (const auto& c : evidence.coverage) {
    auto insert = TRY(db.prepare("INSERT INTO coverage VALUES(?,?,?,?)"));
    insert.bind(1, c.table).bind(2, name(c.state)).bind(3, static_cast<std::int64_t>(c.rows)).bind(4, c.detail);
    TRY(insert.step());
  }
  for (const auto& [plan, held] : evidence.plans) {
    auto insert = TRY(db.prepare("INSERT INTO licence_flags VALUES(?,?)"));
    insert.bind(1, plan).bind(2, std::int64_t{held});
    TRY(insert.step());
  }
  for (const auto& e : evidence.exceptions) {
    auto insert = TRY(db.prepare("INSERT INTO operator_exception VALUES(?,?,?,?)"));
    insert.bind(1, e.framework).bind(2, e.requirement).bind(3, e.kind).bind(4, e.value);
    TRY(insert.step());
  }
  for (const auto& o : evidence.omissions) {
    auto insert = TRY(db.prepare("INSERT INTO operator_omission VALUES(?,?,?,?)"));
    const auto expires = now_text(o.expires);
    insert.bind(1, o.framework).bind(2, o.requirement).bind(3, o.reason).bind(4, expires);
    TRY(insert.step());
  }
  const auto& m = evidence.manifest;
  const std::vector<std::pair<std::string, std::string>> manifest{
      {"format", "assay/snapshot/1"},
      {"tenant_id", m.tenant_id},
      {"tenant_name", m.tenant_name},
      {"cloud", m.cloud},
      {"taken_at", now_text(m.taken_at)},
      {"source", m.source},
      {"scope", text::join(m.scope, " ")},
      {"program_version", m.program_version},
      {"catalogue_version", catalogue.version},
      {"catalogue_digest", catalogue.digest},
      {"tables_definition", catalog::tables_definition_digest(catalogue)},
      {"pages_digest", std::string(pages_digest)},
      {"tables_digest", TRY(tables_digest(db, catalogue))},
      {"complete", "1"},
  };
  for (const auto& [key, value] : manifest) {
    auto insert = TRY(db.prepare("INSERT INTO manifest VALUES(?,?)"));
    insert.bind(1, key).bind(2, value);
    TRY(insert.step());
  }
  return {};
}

Result<void> seal_and_move(const std::filesystem::path& part, const std::filesystem::path& target) {
  const auto seal = TRY(seal_of(part, nullptr));
  const int fd = ::open(part.c_str(), O_WRONLY | O_CLOEXEC);
  const bool sealed = fd >= 0 && ::pwrite(fd, seal.data(), seal.size(), kSealAt) == 4 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!sealed || ::rename(part.c_str(), target.c_str()) != 0)
    return Error{
        ErrorCode::Denied, fmt::format("`{}`: cannot be written: {}", target.string(), std::strerror(errno)), {}};
  return {};
}

}  // namespace assay::snapshot
