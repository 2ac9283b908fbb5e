#include "catalog/pages.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "catalog/markdown.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

using Controls = std::vector<const Control*>;

template <class T>
std::vector<const T*> sorted(std::vector<const T*> list) {
  std::sort(list.begin(), list.end(), [](const T* a, const T* b) { return a->name < b->name; });
  return list;
}

std::vector<std::string> links(const Markdown& page, const Controls& controls) {
  std::vector<std::string> out;
  for (const auto* control : controls) out.push_back(page.link(control->title, path_of(*control)));
  return out;
}

std::string read_by(const Markdown& page, const Controls& controls) {
  std::vector<std::string> out;
  for (const auto* control : controls) out.push_back(page.link(control->id, path_of(*control)));
  return out.empty() ? std::string("No control reads it.") : "Read by " + text::join(out, ", ");
}

// How a source is asked, as far as a reader needs it.
std::string asked(const Markdown& page, const Source& source) {
  if (!source.sql.empty()) return "worked out from " + page.codes(source.needs);
  std::string what = !source.path.empty()     ? source.path
                     : !source.cmdlet.empty() ? source.cmdlet
                     : !source.object.empty() ? source.object
                                              : source.record + " " + source.name;
  auto out = fmt::format("{} `{}{}`", source.service, source.version == "beta" ? "/beta" : "", what);
  if (source.each) out += fmt::format(", once for each row of `{}`", source.each->table);
  if (!source.permissions.empty())
    out += fmt::format("; permission {}{}", page.codes(source.permissions, " or "),
                       source.delegated ? " of a signed-in person" : "");
  if (!source.role.empty()) out += "; role " + page.text(source.role);
  return out;
}

class Pages {
 public:
  explicit Pages(const Catalogue& catalogue) : catalogue_(catalogue) {
    for (const auto& control : catalogue.controls) {
      by_service_[control.service].push_back(&control);
      for (const auto& topic : control.topics) by_topic_[topic].push_back(&control);
      for (const auto& [table, columns] : catalogue.reads_of(control)) readers_[table].push_back(&control);
      for (const auto& setting : catalogue.settings_of(control)) by_setting_[setting].push_back(&control);
      for (const auto* view : catalogue.views_for(control)) readers_[view->name].push_back(&control);
    }
    for (const auto& table : catalogue.tables) tables_[table.service].push_back(&table);
  }

  std::vector<Page> write() {
    add("README.md", index());
    for (const auto& [service, controls] : by_service_) {
      add(fmt::format("controls/{}/README.md", service), service_index(service, controls));
      for (const auto* control : controls) add(path_of(*control), control_page(catalogue_, *control, Form::Linked));
    }
    for (const auto& framework : catalogue_.frameworks)
      add(path_of(framework), framework_page(catalogue_, framework, Form::Linked));
    for (const auto& [service, tables] : tables_) add(path_of_tables(service), tables_page(service, sorted(tables)));
    add("profiles.md", profiles_page());
    add("topics.md", topics_page());
    add("views.md", views_page());
    std::sort(out_.begin(), out_.end(), [](const Page& a, const Page& b) { return a.path < b.path; });
    return std::move(out_);
  }

 private:
  void add(std::string path, std::string text) { out_.push_back({std::move(path), std::move(text)}); }

  std::string index() const {
    Markdown page(Form::Linked, 0);
    page.heading(1, "The catalogue");
    page.paragraph(fmt::format(
        "What Assay looks at in Microsoft 365, version {}: {} controls, {} frameworks, {} tables. "
        "`assay catalog docs` writes these pages.",
        catalogue_.version, catalogue_.controls.size(), catalogue_.frameworks.size(), catalogue_.tables.size()));
    page.heading(2, "Controls");
    std::vector<std::vector<std::string>> rows;
    for (const auto& [service, controls] : by_service_) {
      int points = 0;
      for (const auto* control : controls) points += control->manual ? 0 : control->points;
      rows.push_back({page.link(product(service), fmt::format("controls/{}/README.md", service)),
                      std::to_string(controls.size()), std::to_string(points)});
    }
    page.table({"product", "controls", "points"}, rows);
    page.paragraph(fmt::format("By what they are about: {}.", page.link("topics", "topics.md")));
    page.heading(2, "Frameworks");
    rows.clear();
    for (const auto& framework : catalogue_.frameworks)
      rows.push_back({page.link(framework.title, path_of(framework)), Markdown::code(framework.id),
                      std::to_string(framework.requirements.size())});
    page.table({"framework", "id", "requirements"}, rows);
    page.paragraph(fmt::format("Where they draw a line differently: {}.", page.link("profiles", "profiles.md")));
    page.heading(2, "Tables");
    rows.clear();
    for (const auto& [service, tables] : tables_)
      rows.push_back({page.link(product(service), path_of_tables(service)), std::to_string(tables.size())});
    page.table({"product", "tables"}, rows);
    page.paragraph(fmt::format("Queries that several controls share: {}.", page.link("views", "views.md")));
    return page.take();
  }

  static std::string service_index(std::string_view service, const Controls& controls) {
    Markdown page(Form::Linked, 2);
    page.heading(1, product(service));
    page.paragraph(text::count(controls.size(), "control", "controls"));
    std::vector<std::vector<std::string>> rows;
    for (const auto* control : controls)
      rows.push_back({page.link(control->title, path_of(*control)), Markdown::code(control->id),
                      control->manual ? std::string("by a person") : std::to_string(control->points)});
    page.table({"control", "id", "points"}, rows);
    return page.take();
  }

  const Controls& readers(const std::string& name) const {
    static const Controls none;
    const auto found = readers_.find(name);
    return found == readers_.end() ? none : found->second;
  }

  void columns(Markdown& page, const Table& table) const {
    std::vector<std::vector<std::string>> rows;
    for (const auto& column : table.columns)
      rows.push_back({Markdown::code(column.name), std::string(name(column.type)), page.text(column.about)});
    page.table({"column", "type", "about"}, rows);
    page.paragraph(read_by(page, readers(table.name)));
  }

  std::string tables_page(std::string_view service, const std::vector<const Table*>& tables) const {
    Markdown page(Form::Linked, 1);
    page.heading(1, fmt::format("Tables: {}", product(service)));
    for (const auto* table : tables) {
      page.heading(2, table->name);
      page.prose(table->about);
      if (const auto source = read_source(table->source)) page.paragraph("Source: " + asked(page, *source));
      if (!table->licence.empty()) page.paragraph("Licence: " + page.codes(table->licence, " or "));
      columns(page, *table);
      for (const auto& child : table->children) {
        page.heading(3, child.name);
        page.prose(child.about);
        columns(page, child);
      }
    }
    return page.take();
  }

  std::string profiles_page() const {
    Markdown page(Form::Linked, 0);
    page.heading(1, "Profiles and settings");
    page.paragraph(
        "A setting is a value on which frameworks differ, or you may. `--profile ID` judges by a profile; a "
        "framework that has one is always judged by its own.");
    std::vector<std::string> lines;
    for (const auto& profile : catalogue_.profiles)
      lines.push_back(fmt::format("`{}`: {}", profile.id, page.text(profile.title)));
    page.items(lines);
    for (const auto& setting : catalogue_.settings) {
      page.heading(2, setting.name);
      page.prose(setting.about);
      page.paragraph(values_of(catalogue_, setting));
      if (const auto found = by_setting_.find(setting.name); found != by_setting_.end())
        page.items(links(page, found->second));
    }
    return page.take();
  }

  std::string topics_page() const {
    Markdown page(Form::Linked, 0);
    page.heading(1, "Topics");
    page.paragraph("What controls are about. A requirement of a broad framework names topics.");
    for (const auto& topic : catalogue_.topics) {
      page.heading(2, page.text(topic.title));
      page.prose(topic.about);
      if (const auto found = by_topic_.find(topic.id); found != by_topic_.end()) page.items(links(page, found->second));
    }
    return page.take();
  }

  std::string views_page() const {
    Markdown page(Form::Linked, 0);
    page.heading(1, "Views");
    page.paragraph("Queries that several controls share. Each is worked out once in a run.");
    std::vector<const View*> views;
    for (const auto& view : catalogue_.views) views.push_back(&view);
    for (const auto* view : sorted(std::move(views))) {
      page.heading(2, view->name);
      page.block("sql", view->sql);
      page.paragraph(read_by(page, readers(view->name)));
    }
    return page.take();
  }

  const Catalogue& catalogue_;
  std::map<std::string, Controls> by_service_;
  std::map<std::string, Controls> by_topic_;
  std::map<std::string, Controls> by_setting_;
  std::map<std::string, Controls> readers_;  // of tables and views
  std::map<std::string, std::vector<const Table*>> tables_;
  std::vector<Page> out_;
};

}  // namespace

std::vector<Page> pages(const Catalogue& catalogue) { return Pages(catalogue).write(); }

}  // namespace assay::catalog
