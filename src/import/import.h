#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "import/graph.h"
#include "snapshot/evidence.h"

// Evidence from files: our own snapshots and other tools' exports.
namespace assay::import {

enum class Kind { Snapshot, Scubagear, Graph };
std::optional<Kind> kind(std::string_view name);  // as `--kind` takes it

// What a file is, by how it begins. A folder is one of answers of Microsoft Graph.
Result<Kind> detect(const std::filesystem::path& path);

// Told now and then how far it got, in bytes of the files.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

struct Options {
  std::optional<Kind> kind;          // nullopt: found out from the file
  const sql::Reads* only = nullptr;  // tables and columns to load; nullptr: all
  Progress progress;
  Notice notice{};                // of files that say nothing
  std::string program_version{};  // for the manifest of a snapshot
};

// Reads a file so that it can be judged: a snapshot is opened, an export is imported into memory; so is a folder of
// Graph's answers. A snapshot of a catalogue whose tables differ is derived again from its pages, in memory.
Result<snapshot::Evidence> read(const std::filesystem::path& path, const catalog::Catalogue& catalogue,
                                const Options& options);

// Imports one export, or any number of Graph's answers and folders of them, into a snapshot file. Nothing is written
// when it fails.
Result<snapshot::Evidence> write_snapshot(const std::vector<std::filesystem::path>& paths,
                                          const std::filesystem::path& snapshot, const catalog::Catalogue& catalogue,
                                          const Options& options);

}  // namespace assay::import
