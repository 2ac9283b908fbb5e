#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/answer.h"
#include "snapshot/evidence.h"
#include "snapshot/packed.h"

// A snapshot that is being collected. It lies beside its final name as `*.assay.part`; whatever stops the run, killing
// it included, leaves that file as it was after the last answer that was kept, and the next run goes on from there.
namespace assay::snapshot {

// How far a request has come. One request serves one or more tables and may take many answers; with `each` it is a
// family of requests, one for each row of another table.
struct Progress {
  bool done = false;
  std::size_t position = 0;  // of the family's member that is being read
  std::string next;          // where the next answer is; empty: at the beginning
};

class Collection {
 public:
  // Goes on with what an earlier run left, if that was of the same `plan` (a digest of tenant, tables and options);
  // otherwise begins anew.
  static Result<Collection> open(const std::filesystem::path& file, const catalog::Catalogue& catalogue,
                                 std::string_view plan);
  Collection(Collection&&) noexcept;
  Collection& operator=(Collection&&) noexcept;
  ~Collection();

  const sql::Database& db() const;
  bool resumed() const;

  // The number of a request, always the same for the same name.
  std::int64_t request(std::string_view name, const std::vector<Slice>& slices);
  Result<Progress> progress(std::int64_t request);

  // Keeps an answer as evidence. Its rows have been or will be added through `db()` before the next `commit`.
  Result<void> keep(std::int64_t request, const Given& given, std::string_view url, std::string_view taken_at,
                    Packed answer);
  // Everything since the last commit becomes lasting, together with how far the request is now.
  Result<void> commit(std::int64_t request, const Progress& progress);
  // Forgets the request's answers, and the rows of its tables.
  Result<void> forget(std::int64_t request, const std::vector<Slice>& slices);

  // Remembers what became of a table, so that a later run need not find out again.
  Result<void> set_coverage(const TableCoverage& coverage);
  Result<std::vector<TableCoverage>> coverage();

  // Manifest and digests; seals the file and moves it into place.
  Result<void> finish(const Evidence& evidence);

 private:
  struct State;
  explicit Collection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::snapshot
