#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace assay {

// What can be seen of a program that ran.
struct Run {
  int exit_code = -1;           // -1: it was ended by a signal
  std::string out;              // standard output
  std::string err;              // standard error
  std::size_t peak_memory = 0;  // bytes that were resident at most
};

struct RunOptions {
  std::filesystem::path folder;                                  // where it runs; empty: here
  std::vector<std::pair<std::string, std::string>> environment;  // beside ours
  bool terminal = false;                                         // standard output is a terminal
  std::filesystem::path output;                                  // standard output goes to this file, unseen
  bool as_nobody = false;                                        // only root can: as the user 65534
};

// Runs `assay` with these arguments and nothing on standard input; ends it after two minutes.
Run run_assay(const std::vector<std::string>& arguments, const RunOptions& options = {});

// The same with another program, found on PATH.
Run run_program(const std::string& program, const std::vector<std::string>& arguments, const RunOptions& options = {});

std::vector<std::string> lines(const std::string& text);

}  // namespace assay
