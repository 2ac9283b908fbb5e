#pragma once

#include <functional>

#include <CLI/App.hpp>

#include "base/result.h"
#include "cli/context.h"

namespace assay::cli {

// What a command does when it was chosen: its exit code, or the error that main prints.
using Run = std::function<Result<int>()>;

// Each adds its commands to the program and sets `run` when one of them is chosen.
void add_collect(CLI::App& app, Context& context, Run& run);
void add_import(CLI::App& app, Context& context, Run& run);
void add_assess(CLI::App& app, Context& context, Run& run);  // assess, actions, demo
void add_explain(CLI::App& app, Context& context, Run& run);
void add_compliance(CLI::App& app, Context& context, Run& run);
void add_official(CLI::App& app, Context& context, Run& run);
void add_connect(CLI::App& app, Context& context, Run& run);
void add_permissions(CLI::App& app, Context& context, Run& run);
void add_query(CLI::App& app, Context& context, Run& run);
void add_catalog(CLI::App& app, Context& context, Run& run);
void add_completion(CLI::App& app, Context& context, Run& run);

// The options that every command which reads a source has.
void add_source_options(CLI::App& command, Context& context);

}  // namespace assay::cli
