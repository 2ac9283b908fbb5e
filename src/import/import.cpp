#include "import/import.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "import/graph.h"
#include "import/graph_files.h"
#include "import/scubagear.h"
#include "snapshot/byte_source.h"
#include "snapshot/file.h"
#include "snapshot/json_stream.h"
#include "snapshot/rederive.h"

namespace assay::import {
namespace {

constexpr std::string_view kScubagearUrl = "scubagear:";
constexpr std::string_view kGraphUrl = "graph:";
constexpr std::size_t kHeadBytes = std::size_t{64} << 10;  // a kind shows itself within

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

// Files that are read one after another, as often as it takes: Graph's reader goes over each twice.
class Bytes {
 public:
  Bytes(const std::vector<ListedFile>& files, const Progress& progress) : progress_(progress) {
    for (const auto& file : files) total_ += 2 * file.size;
    for (const auto& file : files) {
      files_.push_back({file.name, file.path.string(), [this, path = file.path]() { return open(path); }});
    }
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  const std::vector<GraphFile>& files() const { return files_; }

 private:
  Result<std::unique_ptr<snapshot::ByteSource>> open(const std::filesystem::path& path) {
    if (progress_) progress_(done_, total_);
    auto file = TRY(File::open(path));
    done_ += file.size();
    return std::unique_ptr<snapshot::ByteSource>(std::make_unique<snapshot::FileSource>(std::move(file)));
  }

  const Progress& progress_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  std::vector<GraphFile> files_;
};

// Graph's answers that a snapshot holds.
std::vector<GraphFile> kept_files(const snapshot::Documents& documents,
                                  const std::vector<snapshot::Documents::Document>& list) {
  std::vector<GraphFile> out;
  for (const auto& document : list) {
    auto name = document.info.url.substr(std::min(kGraphUrl.size(), document.info.url.size()));
    auto shown = name;
    out.push_back({std::move(name), std::move(shown),
                   [&documents, number = document.info.document]() { return documents.bytes(number); }});
  }
  return out;
}

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
  const auto list = TRY(documents.list());
  const bool graph = !list.empty() && list.front().info.url.starts_with(kGraphUrl);
  // Tables that are worked out from others read columns that no control does: then all are made.
  TRY(prepare_memory(evidence, catalogue, answers || graph ? nullptr : options.only));
  if (answers) {
    TRY(snapshot::rederive(stored, catalogue, nullptr, evidence));
    TRY(evidence.db.execute("COMMIT"));
    return evidence;
  }
  if (graph) {
    evidence.manifest = stored.manifest;
    TRY(read_graph(kept_files(documents, list), catalogue, evidence, {}));
  }
  for (const auto& document : list) {
    auto bytes = TRY(documents.bytes(document.info.document));
    if (document.info.url.starts_with(kScubagearUrl))
      TRY_IN(document.info.url, read_scubagear(*bytes, catalogue, options.only, true, evidence));
  }
  TRY(evidence.db.execute("COMMIT"));
  return evidence;
}

Result<void> import_scubagear(const std::filesystem::path& path, snapshot::Writer& writer,
                              const catalog::Catalogue& catalogue, const Options& options,
                              snapshot::Evidence& evidence) {
  auto file = TRY(File::open(path));
  const auto size = file.size();
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
  TRY_IN(fmt::format("`{}`", path.string()), std::move(done));
  return {};
}

// Every file is kept first: tables are made of what is evidence.
Result<void> import_graph(const std::vector<ListedFile>& files, snapshot::Writer& writer,
                          const catalog::Catalogue& catalogue, const Options& options, snapshot::Evidence& evidence) {
  std::size_t total = 0;
  for (const auto& file : files) total += file.size;
  std::size_t done = 0;
  std::string buffer(std::size_t{1} << 18, '\0');
  snapshot::PageInfo document;
  for (const auto& listed : files) {
    document = {document.document + 1, std::string(kGraphUrl) + listed.name, {}};
    auto file = TRY(File::open(listed.path));
    while (const auto n = TRY(file.read(buffer))) {
      TRY(writer.keep(document, {buffer.data(), n}));
      done += n;
      if (options.progress) options.progress(done, total);
    }
  }
  TRY(writer.keep({document.document + 1, {}, {}}, {}));  // ends the last page
  std::swap(evidence.db, writer.db());
  const auto read = [&]() -> Result<void> {
    const snapshot::Documents documents(evidence.db);
    const auto list = TRY(documents.list());
    auto kept = kept_files(documents, list);
    if (kept.size() != files.size()) return invalid("a file became empty while it was read", "import again");
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i].shown = files[i].path.string();
    return read_graph(kept, catalogue, evidence, options.notice);
  };
  auto made = read();
  std::swap(evidence.db, writer.db());
  return made;
}

}  // namespace

std::optional<Kind> kind(std::string_view name) {
  if (name == "snapshot") return Kind::Snapshot;
  if (name == "scubagear") return Kind::Scubagear;
  if (name == "graph") return Kind::Graph;
  return std::nullopt;
}

Result<Kind> detect(const std::filesystem::path& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) return Kind::Graph;
  if (TRY(snapshot::looks_like_sqlite(path))) return Kind::Snapshot;
  snapshot::FileSource bytes(TRY(File::open(path)));
  snapshot::Utf8Source utf8(bytes);
  std::string head(kHeadBytes, '\0');
  std::size_t filled = 0;
  while (filled < head.size()) {
    // What it is not is said by whoever reads it in earnest.
    const auto n = utf8.read({head.data() + filled, head.size() - filled}).value_or(0);
    if (n == 0) break;
    filled += n;
  }
  head.erase(filled);
  if (text::trim(head).starts_with('[')) return Kind::Graph;
  bool graph = false;
  snapshot::MemorySource begin(head);
  snapshot::JsonStream stream(begin, [&](std::string_view key) {
    constexpr std::string_view members[] = {"value", "responses", "error", "id", "conditions"};
    graph = graph || key.starts_with("@odata.") ||
            std::any_of(std::begin(members), std::end(members),
                        [&](const auto member) { return text::iequals(member, key); });
    return snapshot::Shape::Skip;
  });
  snapshot::Piece piece;
  (void)stream.next(piece).has_value();  // it is cut off somewhere
  return graph ? Kind::Graph : Kind::Scubagear;
}

Result<snapshot::Evidence> read(const std::filesystem::path& path, const catalog::Catalogue& catalogue,
                                const Options& options) {
  const auto detected = TRY(detect(path));
  if (detected == Kind::Snapshot || options.kind == Kind::Snapshot) return open_snapshot(path, catalogue, options);
  const bool graph = options.kind.value_or(detected) == Kind::Graph;
  const auto where = fmt::format("`{}`", path.string());
  snapshot::Evidence evidence;
  TRY(prepare_memory(evidence, catalogue, graph ? nullptr : options.only));
  if (graph) {
    const auto files = TRY(list_files({path}));
    Bytes bytes(files, options.progress);
    TRY(read_graph(bytes.files(), catalogue, evidence, options.notice));
  } else {
    auto file = TRY(File::open(path));
    const auto size = file.size();
    snapshot::FileSource bytes(std::move(file));
    ProgressSource counted(bytes, size, options.progress);
    TRY_IN(where, read_scubagear(counted, catalogue, options.only, options.kind.has_value(), evidence));
  }
  TRY(evidence.db.execute("COMMIT"));
  return evidence;
}

Result<snapshot::Evidence> write_snapshot(const std::vector<std::filesystem::path>& paths,
                                          const std::filesystem::path& snapshot, const catalog::Catalogue& catalogue,
                                          const Options& options) {
  bool graph = true;
  for (const auto& path : paths) {
    const auto kind = TRY(detect(path));
    if (kind == Kind::Snapshot)
      return invalid(fmt::format("`{}`: is a snapshot or another database already", path.string()),
                     "give the export that it was made from");
    graph = graph && options.kind.value_or(kind) == Kind::Graph;
  }
  if (!graph && paths.size() != 1)
    return Error{ErrorCode::Usage, "one export makes one snapshot", "run `assay import` once for each"};
  std::vector<ListedFile> files;
  if (graph) {
    files = TRY(list_files(paths));
  } else {
    files.push_back({paths.front(), {}, 0});
  }
  std::error_code none;
  for (const auto& file : files)
    if (std::filesystem::equivalent(file.path, snapshot, none))
      return Error{ErrorCode::Invalid, fmt::format("`{}`: is the export itself", snapshot.string()),
                   "choose another --snapshot"};
  auto writer = TRY(snapshot::Writer::create(snapshot, catalogue));
  snapshot::Evidence evidence;
  if (graph) {
    TRY(import_graph(files, writer, catalogue, options, evidence));
  } else {
    TRY(import_scubagear(paths.front(), writer, catalogue, options, evidence));
  }
  evidence.manifest.program_version = options.program_version;
  TRY(writer.finish(evidence));
  return evidence;
}

}  // namespace assay::import
