#include "cli/context.h"

#include <fmt/format.h>

#include "assess/compliance.h"
#include "base/text.h"
#include "catalog/check.h"
#include "catalog/directory.h"
#include "catalog/image.h"

namespace assay::cli {

const char* const kVersion = ASSAY_VERSION;

Result<catalog::Catalogue> load_catalogue(const Context& context, Details details) {
  if (context.catalog.empty() && context.catalog_add.empty()) {
    auto catalogue = TRY(catalog::embedded());
    if (details == Details::With) TRY(catalog::add_embedded_details(catalogue));
    return catalogue;
  }
  std::vector<catalog::Problem> problems;
  catalog::Catalogue base;
  if (context.catalog.empty()) {
    base = TRY(catalog::embedded());
    TRY(catalog::add_embedded_details(base));  // they are part of the digest
  }
  auto folders = context.catalog;
  folders.insert(folders.end(), context.catalog_add.begin(), context.catalog_add.end());
  auto catalogue = TRY(catalog::read_directories(folders, problems, std::move(base)));
  catalog::resolve_sql(catalogue, problems);
  if (!problems.empty())
    return invalid(fmt::format("{}{}", describe(problems.front()),
                               problems.size() > 1 ? fmt::format(" and {} more", problems.size() - 1) : ""),
                   "`assay catalog check` lists every problem");
  const auto image = catalog::make_image(catalogue);
  catalogue.digest = catalog::image_digest(image.catalogue, image.details);
  return catalogue;
}

Result<catalog::Catalogue> load_catalogue_for(const Context& context, const std::string& framework,
                                              const std::filesystem::path& source) {
  const bool embedded = context.catalog.empty() && context.catalog_add.empty();
  // Decisions may name any control, and a snapshot is checked against all tables.
  // Tables of Graph's answers are worked out from others that the framework's controls do not read.
  if (!embedded || !context.decisions.empty() || context.kind == "graph" ||
      TRY(import::detect(source)) != import::Kind::Scubagear)
    return load_catalogue(context);
  auto some = TRY(catalog::embedded(framework));
  return some.frameworks.empty() ? load_catalogue(context) : std::move(some);
}

Result<snapshot::Evidence> read_source(const Context& context, const catalog::Catalogue& catalogue,
                                       const std::filesystem::path& source, const sql::Reads* only) {
  import::Options options;
  options.only = only;
  if (!context.kind.empty()) {
    options.kind = import::kind(context.kind);
    if (!options.kind)
      return Error{ErrorCode::Usage, fmt::format("--kind `{}` cannot be judged", context.kind),
                   "use snapshot, scubagear or graph; `assay official` reads Microsoft's own scores"};
  }
  ProgressLine progress("reading " + source.filename().string());
  options.progress = [&](std::size_t done, std::size_t total) { progress.update(done, total); };
  options.notice = [](const std::string& notice) { message("notice: " + text::printable(notice)); };
  return import::read(source, catalogue, options);
}

Result<assess::Decisions> read_decisions(const Context& context, const catalog::Catalogue& catalogue,
                                         const catalog::Framework* framework) {
  assess::Decisions out;
  if (!context.decisions.empty()) out = TRY(assess::read_decisions(context.decisions, catalogue));
  if (!context.profile.empty()) {
    if (catalogue.profile(context.profile) == nullptr)
      return Error{ErrorCode::Usage, fmt::format("there is no profile `{}`", context.profile),
                   "`assay catalog profiles` shows them"};
    out.profile = context.profile;
  } else if (framework != nullptr) {
    assess::follow(*framework, catalogue, out);
  }
  return out;
}

Result<Judged> judge(const Context& context, const catalog::Catalogue& catalogue, const std::filesystem::path& source,
                     const std::vector<const catalog::Control*>* controls, bool keep_resources,
                     const catalog::Framework* framework) {
  std::vector<const catalog::Control*> wanted;
  if (controls != nullptr) {
    wanted = *controls;
  } else {
    for (const auto& control : catalogue.controls) wanted.push_back(&control);
  }
  const auto only = assess::needed(catalogue, wanted);
  Judged out;
  out.decisions = TRY(read_decisions(context, catalogue, framework));
  out.evidence = TRY(read_source(context, catalogue, source, &only));
  assess::add_source_decisions(out.evidence, catalogue, out.decisions);
  const SystemClock clock;
  assess::Options options;
  options.keep_resources = keep_resources;
  auto assessor = TRY(assess::Assessor::create(catalogue, out.evidence, out.decisions, clock, options));
  for (const auto* control : wanted) {
    if (assess::in_scope(*control, out.evidence.manifest)) {
      out.findings.push_back(assessor.judge(*control));
    } else {
      out.out_of_scope.push_back(control);
    }
  }
  return out;
}

}  // namespace assay::cli
