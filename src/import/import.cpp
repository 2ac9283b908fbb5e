#include "import/import.h"

#include <fmt/format.h>

#include "base/text.h"
#include "import/scubagear.h"
#include "snapshot/byte_source.h"
#include "snapshot/file.h"
#include "snapshot/rederive.h"

namespace assay::import {
namespace {

constexpr std::string_view kScubagearUrl = "scubagear:";

// Reports how far a source was read.
class ProgressSource final : public snapshot::ByteSource {
 public:
  ProgressSource(ByteSource& from, std::size_t total, const Progress& progress)
      : from_(from), total_(total), progress_(progress) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const auto n = TRY(from_.read(buffer));
    done_ += n;
    if (progress_) progress_(done_, total_);
    return n;
  }

 private:
  ByteSource& from_;
  std::size_t total_;
  std::size_t done_ = 0;
  const Progress& progress_;
};

Result<void> prepare_memory(snapshot::Evidence& evidence, const catalog::Catalogue& catalogue, const sql::Reads* only) {
  auto& db = evidence.db;
  TRY(db.execute("PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192; BEGIN"));
  return snapshot::create_tables(db, catalogue, only);
}

Result<snapshot::Evidence> open_snapshot(const std::filesystem::path& file, const catalog::Catalogue& catalogue,
                                         const Options& options) {
  auto stored = TRY(snapshot::open(file));
  TRY(stored.db.execute("PRAGMA temp_store=MEMORY"));
  if (TRY(snapshot::fits(stored.db, catalogue))) return stored;
  // Another catalogue wrote it: make the tables again from the evidence.
  snapshot::Evidence evidence;
  const snapshot::Documents documents(stored.db);
  const bool answers = TRY(documents.are_answers());
  // Tables that are worked out from others read columns that no control does: then all are made.
  TRY(prepare_memory(evidence, catalogue, answers ? nullptr : options.only));
  if (answers) {
    TRY(snapshot::rederive(stored, catalogue, nullptr, evidence));
    TRY(evidence.db.execute("COMMIT"));
    return evidence;
  }
  for (const auto& document : TRY(documents.list())) {
    auto bytes = TRY(documents.bytes(document.info.document));
    if (document.info.url.starts_with(kScubagearUrl))
      TRY_IN(document.info.url, read_scubagear(*bytes, catalogue, options.only, true, evidence));
  }
  TRY(evidence.db.execute("COMMIT"));
  return evidence;
}

}  // namespace

std::optional<Kind> kind(std::string_view name) {
  if (name == "snapshot") return Kind::Snapshot;
  if (name == "scubagear") return Kind::Scubagear;
  return std::nullopt;
}

Result<snapshot::Evidence> read(const std::filesystem::path& path, const catalog::Catalogue& catalogue,
                                const Options& options) {
  const bool sqlite = TRY(snapshot::looks_like_sqlite(path));
  if (sqlite || options.kind == Kind::Snapshot) return open_snapshot(path, catalogue, options);
  const auto where = fmt::format("`{}`", path.string());
  snapshot::Evidence evidence;
  TRY(prepare_memory(evidence, catalogue, options.only));
  auto file = TRY(File::open(path));
  const auto size = file.size();
  snapshot::FileSource bytes(std::move(file));
  ProgressSource counted(bytes, size, options.progress);
  TRY_IN(where, read_scubagear(counted, catalogue, options.only, options.kind.has_value(), evidence));
  TRY(evidence.db.execute("COMMIT"));
  return evidence;
}

Result<snapshot::Evidence> write_snapshot(const std::filesystem::path& path, const std::filesystem::path& snapshot,
                                          const catalog::Catalogue& catalogue, const Options& options) {
  const auto where = fmt::format("`{}`", path.string());
  if (TRY(snapshot::looks_like_sqlite(path)))
    return invalid(where + ": is a snapshot or another database already", "give the export that it was made from");
  auto file = TRY(File::open(path));
  const auto size = file.size();
  std::error_code none;
  if (std::filesystem::equivalent(path, snapshot, none))
    return Error{ErrorCode::Invalid, fmt::format("`{}`: is the export itself", snapshot.string()),
                 "choose another --snapshot"};
  auto writer = TRY(snapshot::Writer::create(snapshot, catalogue));
  snapshot::Evidence evidence;
  std::swap(evidence.db, writer.db());
  const snapshot::PageInfo document{1, std::string(kScubagearUrl) + path.filename().string(), {}};
  snapshot::FileSource bytes(std::move(file));
  ProgressSource counted(bytes, size, options.progress);
  // The writer has the connection back while it keeps a page.
  snapshot::TeeSource tee(counted, [&](std::string_view seen) -> Result<void> {
    std::swap(evidence.db, writer.db());
    auto kept = writer.keep(document, seen);
    std::swap(evidence.db, writer.db());
    return kept;
  });
  auto done = read_scubagear(tee, catalogue, nullptr, options.kind.has_value(), evidence);
  std::swap(evidence.db, writer.db());
  TRY_IN(where, std::move(done));
  evidence.manifest.program_version = options.program_version;
  TRY(writer.finish(evidence));
  return evidence;
}

}  // namespace assay::import
