#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/evidence.h"

// Evidence from files: our own snapshots and other tools' exports.
namespace assay::import {

enum class Kind { Snapshot, Scubagear };
std::optional<Kind> kind(std::string_view name);  // as `--kind` takes it

// Told now and then how far it got, in bytes of the file.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

struct Options {
  std::optional<Kind> kind;          // nullopt: found out from the file
  const sql::Reads* only = nullptr;  // tables and columns to load; nullptr: all
  Progress progress;
  std::string program_version{};  // for the manifest of a snapshot
};

// Reads a file so that it can be judged: a snapshot is opened, an export is imported into memory. A snapshot of a
// catalogue whose tables differ is derived again from its pages, in memory.
Result<snapshot::Evidence> read(const std::filesystem::path& file, const catalog::Catalogue& catalogue,
                                const Options& options);

// Imports one export into a snapshot file. Nothing is written when it fails.
Result<snapshot::Evidence> write_snapshot(const std::filesystem::path& file, const std::filesystem::path& snapshot,
                                          const catalog::Catalogue& catalogue, const Options& options);

}  // namespace assay::import
