#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/byte_source.h"
#include "snapshot/evidence.h"

// The snapshot file `*.assay`: an SQLite database that any SQLite client reads. docs/snapshot-format.md has its schema.
//
// It is sealed: bytes 60 to 63 of the file (SQLite's user_version, 0 in an unfinished snapshot) hold the first four
// bytes of the SHA-256 of the whole file with those four bytes as zero, so that a file that was damaged or changed
// afterwards is refused. Each page has its own SHA-256, and the manifest one over all pages.
namespace assay::snapshot {

// SQLite's application_id of a snapshot: "ASSY".
inline constexpr std::uint32_t kApplicationId = 0x41535359;

// A page as it lies in the file: a piece of a document, in order. A document is what one request or one file gave.
struct PageInfo {
  std::int64_t document = 0;
  std::string url;       // where the document came from
  std::string taken_at;  // ISO 8601; empty when the source does not say
};

// Writes a snapshot beside its final name and moves it there when it is finished: until then the old file, or none,
// is what a reader finds. Destroyed without `finish`, it leaves nothing behind.
class Writer {
 public:
  static Result<Writer> create(const std::filesystem::path& file, const catalog::Catalogue& catalogue);
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  // The connection to fill tables through; inside a transaction until `finish`.
  sql::Database& db();

  // Keeps bytes of a document as evidence, compressed, in pages of about a megabyte.
  Result<void> keep(const PageInfo& document, std::string_view bytes);

  // Coverage, manifest and digests; seals the file and moves it into place.
  Result<void> finish(const Evidence& evidence);

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether the file begins as an SQLite database does: then it is a snapshot or nothing we read.
Result<bool> looks_like_sqlite(const std::filesystem::path& file);

// Checks the seal and opens the file, with its tables as they are.
Result<Evidence> open(const std::filesystem::path& file);

// True if the snapshot's tables were made by the definitions of this catalogue. Otherwise they are made again from the
// pages: a column may have been added, or its values be read from another place.
Result<bool> fits(const sql::Database& db, const catalog::Catalogue& catalogue);

// The documents of a snapshot one after another; each page's digest is checked on the way.
class Documents {
 public:
  explicit Documents(const sql::Database& db) : db_(db) {}
  struct Document {
    PageInfo info;
    std::size_t pages = 0;
  };
  Result<std::vector<Document>> list() const;
  // The bytes of one document.
  Result<std::unique_ptr<ByteSource>> bytes(std::int64_t document) const;
  // Whether the snapshot was collected: its documents are answers (collection.h), not another tool's export.
  Result<bool> are_answers() const;

 private:
  const sql::Database& db_;
};

}  // namespace assay::snapshot
