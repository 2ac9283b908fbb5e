#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/markdown.h"

namespace assay::catalog {
namespace {

std::string counts(const Catalogue& catalogue, const Framework& framework) {
  std::size_t controls = 0;
  std::size_t both = 0;
  std::size_t people = 0;
  for (const auto& requirement : framework.requirements) {
    const bool answered = !catalogue.answering(framework, requirement).empty();
    const bool manual = !requirement.manual.empty();
    controls += answered && !manual ? 1 : 0;
    both += answered && manual ? 1 : 0;
    people += !answered ? 1 : 0;
  }
  return fmt::format("{}: {} answered by controls, {} by controls and a person, {} by a person alone.",
                     text::count(framework.requirements.size(), "requirement", "requirements"), controls, both, people);
}

}  // namespace

std::string framework_page(const Catalogue& catalogue, const Framework& framework, Form form) {
  Markdown page(form, 1);
  page.heading(1, page.text(framework.title));
  page.paragraph(
      fmt::format("`{}`, version {}, {}", framework.id, page.text(framework.version), page.text(framework.publisher)));
  if (!framework.about.empty()) page.prose(framework.about);
  page.paragraph(counts(catalogue, framework));
  if (framework.unlicensed_fails) page.paragraph("A control that is not licensed counts as failed.");
  page.paragraph(page.text("Source: " + framework.source));
  for (const auto& requirement : framework.requirements) {
    page.heading(2, page.text(requirement.id));
    page.paragraph(page.text(requirement.title) +
                   (requirement.level.empty() ? std::string() : fmt::format(" ({})", requirement.level)));
    std::vector<std::string> lines;
    for (const auto* control : catalogue.naming(framework.id, requirement.id))
      lines.push_back(fmt::format("{} (`{}`, {}{})", page.link(control->title, path_of(*control)), control->id,
                                  control->variant_of.empty()
                                      ? text::count(static_cast<std::size_t>(control->points), "point", "points")
                                      : fmt::format("a variant of `{}`", control->variant_of),
                                  control->manual ? ", by a person" : ""));
    for (const auto& id : requirement.topics) {
      const auto* topic = catalogue.topic(id);
      if (topic == nullptr) continue;
      const auto of_topic =
          std::count_if(catalogue.controls.begin(), catalogue.controls.end(), [&](const auto& control) {
            return std::find(control.topics.begin(), control.topics.end(), id) != control.topics.end();
          });
      lines.push_back(fmt::format("{} on the topic {}",
                                  text::count(static_cast<std::size_t>(of_topic), "control", "controls"),
                                  page.link(topic->title, path_of(*topic))));
    }
    if (!requirement.manual.empty()) lines.push_back("By a person: " + page.text(requirement.manual));
    for (const auto& [other, ids] : requirement.crosswalk)
      lines.push_back(fmt::format("{}: {}", other, text::join(ids, ", ")));
    page.items(lines);
  }
  return page.take();
}

}  // namespace assay::catalog
