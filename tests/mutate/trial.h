#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "assess/finding.h"
#include "base/result.h"

namespace assay::mutate {

// A case that would notice a fault if it expected more: its finding as it is, and with the fault.
struct Trace {
  std::string test;
  std::string file;
  int line = 0;
  assess::Finding finding;
  assess::Finding other;
};

// A fault that no case notices.
struct Survivor {
  std::string file;
  int line = 0;
  std::string text;      // the line, trimmed
  std::string original;  // what was replaced
  std::string put;
  int nth = 1;  // of several such changes in the line
  std::vector<Trace> traces;
};

// The trial of one control's check, of one family's, or of a view.
struct Outcome {
  std::string name;     // the control's id, `view NAME`
  std::string service;  // `views` for a view
  std::size_t mutants = 0;
  std::size_t equivalent = 0;  // survivors that are named as such
  std::vector<Survivor> survivors;
};

struct Options {
  std::vector<std::filesystem::path> catalogue;
  std::filesystem::path equivalents;  // a YAML file; empty: none
  std::string filter;                 // only what has this in its name
  int jobs = 1;
};

struct Trial {
  std::vector<Outcome> outcomes;
  std::vector<std::string> obsolete;  // named as equivalent, and no survivor
};

// Puts every mutant of every check and view in its place and runs the cases of the controls that read it until one
// fails; those of a view only where its own rows change. A family is tried once, with its first member. A mutant that
// is no SQL does not count.
//
// The file of equivalents has a list for each name, or `*` for lines that many have: the trimmed line, the change, why
// it makes no difference, and, where the line can be changed so more than once, `nth`: which of them.
//
//   entra.block-legacy-auth:
//     - {line: "WHERE count > 0", change: "0 → 1", why: there is never one}
Result<Trial> run(const Options& options);

}  // namespace assay::mutate
