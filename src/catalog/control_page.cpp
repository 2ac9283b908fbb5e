#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/markdown.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

// `pass` first, as a reader expects it.
std::string_view words(std::string_view verdict) {
  if (verdict == "not_applicable") return "not applicable";
  if (verdict == "not_licensed") return "not licensed";
  return verdict;
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

// Kinds of exception that the rule asks for: those that its SQL or that of its views names, and its cases declare.
std::set<std::string> exception_kinds(const Catalogue& catalogue, const Control& control) {
  std::string sql = control.check;
  for (const auto* view : catalogue.views_for(control)) sql += "\n" + view->sql;
  std::set<std::string> out;
  const auto begin = fmt::format("undeclared('{}', '", control.id);
  for (auto at = sql.find(begin); at != std::string::npos; at = sql.find(begin, at + 1)) {
    const auto kind = at + begin.size();
    out.insert(sql.substr(kind, sql.find('\'', kind) - kind));
  }
  for (const auto& test : control.cases)
    if (test.given.is_object() && test.given.contains("declared"))
      for (const auto& [kind, values] : test.given["declared"].items())
        if (sql.find("'" + kind + "'") != std::string::npos) out.insert(kind);
  return out;
}

class ControlPage {
 public:
  ControlPage(const Catalogue& catalogue, const Control& control, Form form)
      : catalogue_(catalogue), control_(control), page_(form, 2) {}

  std::string write() {
    head();
    points();
    if (control_.manual) {
      page_.heading(2, "What to look at");
      page_.paragraph("No interface tells it, so a person looks and attests.");
      page_.items({"Look: " + page_.text(control_.manual_look), "Attest: " + page_.text(control_.manual_attest)});
    } else {
      evidence();
    }
    settings();
    licence();
    fix();
    exceptions();
    mapping();
    cases();
    rule();
    return page_.take();
  }

 private:
  void head() {
    page_.heading(1, page_.text(control_.title));
    page_.paragraph(
        fmt::format("`{}`, {}, category {}, version {}", control_.id,
                    page_.link(product(control_.service), fmt::format("controls/{}/README.md", control_.service)),
                    control_.category, control_.version));
    page_.heading(2, "Why");
    page_.prose(control_.why);
  }

  void points() {
    page_.heading(2, "Points");
    const auto unit = text::plural(control_.unit);
    auto how = control_.scoring == Scoring::Proportional
                   ? fmt::format("{} × {} that pass / {} judged, all of them on a pass", control_.points, unit, unit)
                   : std::string("all or nothing");
    std::string origin;
    if (control_.rubric.is_object() && !control_.rubric.empty()) {
      std::vector<std::string> parts;
      for (const auto& [name, value] : control_.rubric.items()) {
        auto word = name;
        std::replace(word.begin(), word.end(), '_', ' ');
        parts.push_back(fmt::format("{} {}", word, value.dump()));
      }
      origin = ": " + text::join(parts, ", ");
    } else if (!control_.microsoft.empty()) {
      origin = ", as Microsoft Secure Score gives";
    }
    const auto* base = catalogue_.control(control_.variant_of);
    const auto worth =
        base == nullptr
            ? fmt::format("{}{}", text::count(static_cast<std::size_t>(control_.points), "point", "points"), origin)
            : fmt::format("None of its own: {} judges the same matter and has them. This one answers a framework.",
                          page_.link(base->title, path_of(*base)));
    page_.items(
        {worth, "Earned: " + how,
         fmt::format("On users: {}. {}", control_.user_impact, sentence(page_.text(control_.user_impact_notice))),
         fmt::format("Effort: {}, about {}", control_.effort,
                     control_.effort_hours == 1 ? "an hour" : fmt::format("{} hours", control_.effort_hours))});
  }

  std::string service_title(const std::string& service) const {
    for (const auto& known : catalogue_.services)
      if (known.value("service", "") == service) return known.value("title", service);
    return service;
  }

  // What must be granted so that a table can be read, those included that it is asked for with or worked out from.
  void add_grants(const std::string& name, std::set<std::string>& seen, std::vector<std::string>& out) const {
    const auto* table = catalogue_.table(name);
    if (table == nullptr || !seen.insert(name).second) return;
    const auto source = read_source(table->source);
    if (!source) return;
    std::string grant;
    if (!source->permissions.empty())
      grant =
          fmt::format("{}{}{}", service_title(source->service), source->delegated ? ", signed in as a person, " : " ",
                      page_.codes(source->permissions, " or "));
    if (!source->role.empty())
      grant += fmt::format("{}role {}", grant.empty() ? "" : " and ", page_.text(source->role));
    if (!grant.empty() && std::find(out.begin(), out.end(), grant) == out.end()) out.push_back(std::move(grant));
    if (source->each) add_grants(source->each->table, seen, out);
    for (const auto& from : source->needs) add_grants(from, seen, out);
  }

  // What is read of a table, and what opens it.
  std::string table_line(const std::string& name, const std::set<std::string>* columns) const {
    auto line = page_.link(Markdown::code(name), path_of_table(catalogue_, name));
    if (columns != nullptr && !columns->empty()) line += ": " + page_.codes({columns->begin(), columns->end()});
    std::set<std::string> seen;
    std::vector<std::string> grants;
    add_grants(name, seen, grants);
    return grants.empty() ? line : fmt::format("{} ({})", line, text::join(grants, "; "));
  }

  void evidence() {
    page_.heading(2, "What is looked at");
    const auto reads = catalogue_.reads_of(control_);
    std::set<std::string> names;
    for (const auto& [name, columns] : reads) names.insert(name);
    for (const auto& name : control_.needs)
      if (!is_built_in(name)) names.insert(name);
    page_.paragraph(
        fmt::format("One row for each {}. Tables, their columns and the permission that opens them:", control_.unit));
    std::vector<std::string> lines;
    for (const auto& name : names) {
      const auto found = reads.find(name);
      lines.push_back(table_line(name, found == reads.end() ? nullptr : &found->second));
    }
    page_.items(lines);
    std::vector<std::string> needs;
    for (const auto& name : control_.needs)
      if (!is_built_in(name)) needs.push_back(name);
    if (!needs.empty()) page_.paragraph(fmt::format("Without {} the verdict is unknown.", page_.codes(needs, " and ")));
    page_.paragraph(fmt::format("When there is nothing to judge: {}, because {}", words(control_.none_verdict),
                                sentence(page_.text(control_.none_reason))));
  }

  void settings() {
    const auto read = catalogue_.settings_of(control_);
    if (read.empty()) return;
    page_.heading(2, "Settings");
    page_.paragraph(
        fmt::format("Where the line is drawn, by default and by {}; the decisions file may draw it elsewhere.",
                    page_.link("profile", "profiles.md")));
    std::vector<std::string> lines;
    for (const auto& name : read) {
      const auto& setting = *catalogue_.setting(name);
      lines.push_back(fmt::format("`{}`: {} ({})", name, values_of(catalogue_, setting), page_.text(setting.about)));
    }
    page_.items(lines);
  }

  void licence() {
    page_.heading(2, "Licence");
    if (control_.licence.empty()) {
      page_.paragraph("None beyond Microsoft 365.");
      return;
    }
    page_.paragraph(control_.licence.size() > 1 ? "Any of these service plans:" : "This service plan:");
    std::vector<std::string> lines;
    for (const auto& name : control_.licence) {
      const auto plan = std::find_if(catalogue_.plans.begin(), catalogue_.plans.end(),
                                     [&](const auto& p) { return text::iequals(p.plan, name); });
      if (plan == catalogue_.plans.end()) {
        lines.push_back(Markdown::code(name));
        continue;
      }
      auto line = fmt::format("{} (`{}`)", page_.text(plan->title), plan->plan);
      if (!plan->offered_by.empty()) line += ", part of " + page_.text(text::join(plan->offered_by, ", "));
      lines.push_back(std::move(line));
    }
    page_.items(lines);
  }

  void fix() {
    page_.heading(2, "How to fix it");
    if (!control_.remediation.is_object()) return;
    page_.prose(control_.remediation.value("steps", ""));
    if (!control_.remediation.contains("change")) return;
    page_.paragraph("As requests:");
    std::string requests;
    for (const auto& request : control_.remediation["change"]) requests += request.dump() + "\n";
    page_.block("json", requests);
  }

  void exceptions() {
    const auto kinds = exception_kinds(catalogue_, control_);
    if (kinds.empty()) return;
    page_.heading(2, "Exceptions");
    page_.paragraph(fmt::format("The decisions file may declare values of the kind {}, each with owner and reason:",
                                page_.codes({kinds.begin(), kinds.end()}, " or ")));
    page_.block("yaml",
                fmt::format("exceptions:\n  - {{control: {}, kind: {}, values: [...], owner: ..., reason: ...}}",
                            control_.id, *kinds.begin()));
  }

  void mapping() {
    page_.heading(2, "Answers");
    std::vector<std::string> lines;
    for (const auto& [id, requirements] : control_.frameworks) {
      const auto* framework = catalogue_.framework(id);
      for (const auto& name : requirements) {
        if (framework == nullptr) continue;
        const auto found = std::find_if(framework->requirements.begin(), framework->requirements.end(),
                                        [&](const auto& r) { return r.id == name; });
        if (found == framework->requirements.end()) continue;
        lines.push_back(fmt::format("{} {}: {}", id, page_.link(name, path_of(*framework) + "#" + anchor(name)),
                                    page_.text(found->title)));
      }
    }
    for (const auto& [id, requirements] : catalogue_.answered_by_topic(control_)) {
      const auto* framework = catalogue_.framework(id);
      lines.push_back(
          fmt::format("{}, by topic: {}", page_.link(id, path_of(*framework)), text::join(requirements, ", ")));
    }
    if (!control_.microsoft.empty()) lines.push_back("Microsoft Secure Score: " + page_.codes(control_.microsoft));
    std::vector<std::string> topics;
    for (const auto& id : control_.topics) {
      const auto* topic = catalogue_.topic(id);
      topics.push_back(topic == nullptr ? id : page_.link(topic->title, path_of(*topic)));
    }
    if (!topics.empty()) lines.push_back("Topics: " + text::join(topics, ", "));
    if (lines.empty()) {
      page_.paragraph("No requirement of a framework, and no control of Microsoft's.");
    } else {
      page_.items(lines);
    }
  }

  void cases() {
    if (control_.cases.empty()) return;
    page_.heading(2, "Cases that prove the rule");
    std::vector<std::string> lines;
    for (const auto& test : control_.cases)
      lines.push_back(fmt::format("{}{}: {}", page_.text(test.name),
                                  test.profile.empty() ? std::string() : fmt::format(" (profile {})", test.profile),
                                  words(test.verdict)));
    page_.items(lines);
  }

  void rule() {
    if (control_.check.empty()) return;
    page_.heading(2, "The rule, as SQL");
    page_.block("sql", control_.check);
    const auto views = catalogue_.views_for(control_);
    if (views.empty()) return;
    page_.paragraph("Views that it reads, directly or through another:");
    std::vector<std::string> lines;
    lines.reserve(views.size());
    for (const auto* view : views)
      lines.push_back(fmt::format("{}: {}", page_.link(Markdown::code(view->name), path_of(*view)),
                                  page_.text(text::shorten(view->about, 200))));
    page_.items(lines);
  }

  const Catalogue& catalogue_;
  const Control& control_;
  Markdown page_;
};

}  // namespace

std::string control_page(const Catalogue& catalogue, const Control& control, Form form) {
  return ControlPage(catalogue, control, form).write();
}

}  // namespace assay::catalog
