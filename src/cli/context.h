#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "assess/assess.h"
#include "base/result.h"
#include "catalog/model.h"
#include "cli/output.h"
#include "import/import.h"
#include "score/score.h"

namespace assay::cli {

extern const char* const kVersion;

// What every command is given: the global options and the terminal.
struct Context {
  Terminal terminal = Terminal::of_stdout();
  std::optional<Format> format;                    // -o; nullopt: table on a terminal, for people either way
  std::vector<std::filesystem::path> catalog;      // --catalog: instead of the embedded catalogue
  std::vector<std::filesystem::path> catalog_add;  // --add-catalog: beside it
  std::string kind;                                // --kind
  std::string decisions;                           // --decisions
  std::string profile;                             // --profile

  Format output() const { return format.value_or(Format::Table); }
};

// The embedded catalogue, or the folders that the options name. Problems in a folder are one Invalid error that names
// the first of them. Without details the embedded one has no cases, remediations and sources (catalog/image.h).
enum class Details { Without, With };
Result<catalog::Catalogue> load_catalogue(const Context& context, Details details = Details::Without);
// As much of it as answers a framework for this source: an export that is judged without decisions needs no more.
Result<catalog::Catalogue> load_catalogue_for(const Context& context, const std::string& framework,
                                              const std::filesystem::path& source);

// Everything that judging a source gives. The evidence stays open for those who want to ask more of it.
struct Judged {
  snapshot::Evidence evidence;
  assess::Decisions decisions;
  std::vector<assess::Finding> findings;  // of the controls in scope
  std::vector<const catalog::Control*> out_of_scope;
};

// What --decisions and --profile say. With a framework, its own profile where it has one and --profile names no other.
Result<assess::Decisions> read_decisions(const Context& context, const catalog::Catalogue& catalogue,
                                         const catalog::Framework* framework = nullptr);

// Reads a source and judges these controls (nullopt: all that are in its scope); with a framework, by its
// own profile.
Result<Judged> judge(const Context& context, const catalog::Catalogue& catalogue, const std::filesystem::path& source,
                     const std::vector<const catalog::Control*>* controls, bool keep_resources,
                     const catalog::Framework* framework = nullptr);

// Opens a source with all its tables.
Result<snapshot::Evidence> read_source(const Context& context, const catalog::Catalogue& catalogue,
                                       const std::filesystem::path& source, const sql::Reads* only);

}  // namespace assay::cli
