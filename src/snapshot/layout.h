#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/evidence.h"
#include "snapshot/file.h"
#include "snapshot/packed.h"

// How a snapshot lies in its file: what a writer of exports and a collection have in common.
namespace assay::snapshot {

inline constexpr std::size_t kPageBytes = std::size_t{1} << 20;
inline constexpr std::size_t kHeaderBytes = 100;
inline constexpr std::size_t kSealAt = 60;  // user_version in SQLite's header
extern const char* const kSchema;

// An empty file of mode 0600. `target` is the name that messages show.
Result<void> make_file(const std::filesystem::path& file, const std::filesystem::path& target);

Result<void> write_part(const sql::Database& db, const PageInfo& document, int number, const Part& part);

// Coverage, the source's own words and the manifest.
Result<void> write_evidence(const sql::Database& db, const Evidence& evidence, const catalog::Catalogue& catalogue,
                            std::string_view pages_digest);

// SHA-256 of the file's bytes with the seal itself as zero, first four bytes; never zero, which means unfinished.
Result<std::array<char, 4>> seal_of(const std::filesystem::path& path, std::array<char, kHeaderBytes>* header);

// The last step: seals the closed file and gives it its final name.
Result<void> seal_and_move(const std::filesystem::path& part, const std::filesystem::path& target);

}  // namespace assay::snapshot
