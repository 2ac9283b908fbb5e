#include "catalog/image.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/sha256.h"

namespace assay::catalog {
namespace {

Json strings(const std::vector<std::string>& list) { return Json(list); }

Json reads_json(const sql::Reads& reads) {
  Json out = Json::object();
  for (const auto& [table, columns] : reads) out[table] = Json(columns);
  return out;
}

Json columns_json(const std::vector<Column>& columns) {
  Json out = Json::array();
  for (const auto& c : columns) {
    Json column{{"name", c.name}, {"pointer", c.pointer}, {"type", name(c.type)}, {"about", c.about}};
    if (c.absent) column["absent"] = c.absent->dump();
    if (c.null) column["null"] = c.null->dump();
    if (!c.values.empty()) {
      Json values = Json::array();
      for (const auto& [from, to] : c.values) values.push_back({from, to});
      column["values"] = values;
    }
    out.push_back(std::move(column));
  }
  return out;
}

Json table_json(const Table& t) {
  Json out{{"table", t.name}, {"service", t.service}, {"about", t.about}, {"columns", columns_json(t.columns)}};
  if (!t.pointer.empty()) out["pointer"] = t.pointer;
  if (t.map) out["map"] = true;
  out["key"] = strings(t.key);
  out["licence"] = strings(t.licence);
  Json children = Json::array();
  for (const auto& child : t.children) children.push_back(table_json(child));
  out["children"] = children;
  Json imports = Json::array();
  for (const auto& s : t.scubagear)
    imports.push_back({{"key", s.key}, {"rows", s.rows}, {"map", s.map}, {"commands", strings(s.commands)}});
  out["scubagear"] = imports;
  // How a table is worked out from others is needed whenever tables are made from pages; other sources are details.
  if (t.source.is_object() && t.source.contains("sql")) out["source"] = t.source.dump();
  return out;
}

Json control_json(const Control& c) {
  Json frameworks = Json::object();
  for (const auto& [id, requirements] : c.frameworks) frameworks[id] = strings(requirements);
  return {{"id", c.id},
          {"version", c.version},
          {"title", c.title},
          {"service", c.service},
          {"category", c.category},
          {"points", c.points},
          {"variant_of", c.variant_of},
          {"proportional", c.scoring == Scoring::Proportional},
          {"unit", c.unit},
          {"why", c.why},
          {"user_impact", c.user_impact},
          {"user_impact_notice", c.user_impact_notice},
          {"effort", c.effort},
          {"effort_hours", c.effort_hours},
          {"licence", strings(c.licence)},
          {"needs", strings(c.needs)},
          {"reads", strings(c.reads)},
          {"microsoft", strings(c.microsoft)},
          {"frameworks", frameworks},
          {"none_verdict", c.none_verdict},
          {"none_reason", c.none_reason},
          {"check", c.check},
          {"manual", c.manual},
          {"manual_look", c.manual_look},
          {"manual_attest", c.manual_attest},
          {"sql_reads", reads_json(c.sql_reads)}};
}

Json framework_json(const Framework& f) {
  Json requirements = Json::array();
  for (const auto& r : f.requirements) {
    Json crosswalk = Json::object();
    for (const auto& [id, list] : r.crosswalk) crosswalk[id] = strings(list);
    Json requirement{{"id", r.id}, {"title", r.title}, {"level", r.level}, {"crosswalk", crosswalk}};
    if (!r.topics.empty()) requirement["topics"] = strings(r.topics);
    if (!r.manual.empty()) requirement["manual"] = r.manual;
    requirements.push_back(std::move(requirement));
  }
  return {{"id", f.id},
          {"title", f.title},
          {"publisher", f.publisher},
          {"version", f.version},
          {"source", f.source},
          {"about", f.about},
          {"unlicensed_fails", f.unlicensed_fails},
          {"requirements", requirements}};
}

// Topics hold the positions of their controls, so that a run that asks for none of them has little to pass over.
Json topics_json(const Catalogue& catalogue) {
  std::unordered_map<std::string_view, Json> controls;
  for (std::size_t i = 0; i < catalogue.controls.size(); ++i)
    for (const auto& topic : catalogue.controls[i].topics) controls[topic].push_back(i);
  Json out = Json::array();
  for (const auto& t : catalogue.topics) {
    auto& positions = controls[t.id];
    if (positions.is_null()) positions = Json::array();
    out.push_back({{"id", t.id}, {"title", t.title}, {"about", t.about}, {"controls", std::move(positions)}});
  }
  return out;
}

// Reading. The image is ours: simdjson's exceptions are caught once, in read_image.
using Element = simdjson::dom::element;

std::string text(Element e) { return std::string(e.get_string().value()); }
std::vector<std::string> texts(Element e) {
  std::vector<std::string> out;
  for (Element item : e.get_array()) out.push_back(text(item));
  return out;
}
Json parsed(Element e) { return Json::parse(e.get_string().value()); }

sql::Reads reads_of(Element e) {
  sql::Reads out;
  for (auto field : e.get_object()) {
    auto& columns = out[std::string(field.key)];
    for (Element item : field.value.get_array()) columns.insert(text(item));
  }
  return out;
}

Table table_of(Element e) {
  Table t;
  t.name = text(e["table"]);
  t.service = text(e["service"]);
  t.about = text(e["about"]);
  for (Element item : e["columns"].get_array()) {
    Column c;
    c.name = text(item["name"]);
    c.pointer = text(item["pointer"]);
    c.type = column_type(item["type"].get_string().value()).value_or(ColumnType::Text);
    c.about = text(item["about"]);
    if (Element absent; item["absent"].get(absent) == simdjson::SUCCESS) c.absent = parsed(absent);
    if (Element null; item["null"].get(null) == simdjson::SUCCESS) c.null = parsed(null);
    if (simdjson::dom::array values; item["values"].get(values) == simdjson::SUCCESS)
      for (Element pair : values) c.values.emplace_back(text(pair.at(0)), text(pair.at(1)));
    t.columns.push_back(std::move(c));
  }
  if (Element pointer; e["pointer"].get(pointer) == simdjson::SUCCESS) t.pointer = text(pointer);
  if (bool map = false; e["map"].get(map) == simdjson::SUCCESS) t.map = map;
  t.key = texts(e["key"]);
  t.licence = texts(e["licence"]);
  if (Element source; e["source"].get(source) == simdjson::SUCCESS) t.source = parsed(source);
  for (Element child : e["children"].get_array()) t.children.push_back(table_of(child));
  for (Element s : e["scubagear"].get_array())
    t.scubagear.push_back({text(s["key"]), text(s["rows"]), s["map"].get_bool().value(), texts(s["commands"])});
  return t;
}

Control control_of(Element e) {
  Control c;
  c.id = text(e["id"]);
  c.version = static_cast<int>(e["version"].get_int64().value());
  c.title = text(e["title"]);
  c.service = text(e["service"]);
  c.category = text(e["category"]);
  c.points = static_cast<int>(e["points"].get_int64().value());
  c.variant_of = text(e["variant_of"]);
  c.scoring = e["proportional"].get_bool().value() ? Scoring::Proportional : Scoring::Binary;
  c.unit = text(e["unit"]);
  c.why = text(e["why"]);
  c.user_impact = text(e["user_impact"]);
  c.user_impact_notice = text(e["user_impact_notice"]);
  c.effort = text(e["effort"]);
  c.effort_hours = e["effort_hours"].get_double().value();
  c.licence = texts(e["licence"]);
  c.needs = texts(e["needs"]);
  c.reads = texts(e["reads"]);
  c.microsoft = texts(e["microsoft"]);
  for (auto field : e["frameworks"].get_object()) c.frameworks[std::string(field.key)] = texts(field.value);
  c.none_verdict = text(e["none_verdict"]);
  c.none_reason = text(e["none_reason"]);
  c.check = text(e["check"]);
  c.manual = e["manual"].get_bool().value();
  c.manual_look = text(e["manual_look"]);
  c.manual_attest = text(e["manual_attest"]);
  c.sql_reads = reads_of(e["sql_reads"]);
  return c;
}

Framework framework_of(Element e) {
  Framework f;
  f.id = text(e["id"]);
  f.title = text(e["title"]);
  f.publisher = text(e["publisher"]);
  f.version = text(e["version"]);
  f.source = text(e["source"]);
  f.about = text(e["about"]);
  f.unlicensed_fails = e["unlicensed_fails"].get_bool().value();
  for (Element item : e["requirements"].get_array()) {
    Requirement r;
    r.id = text(item["id"]);
    r.title = text(item["title"]);
    r.level = text(item["level"]);
    for (auto field : item["crosswalk"].get_object()) r.crosswalk[std::string(field.key)] = texts(field.value);
    if (Element topics; item["topics"].get(topics) == simdjson::SUCCESS) r.topics = texts(topics);
    if (Element manual; item["manual"].get(manual) == simdjson::SUCCESS) r.manual = text(manual);
    f.requirements.push_back(std::move(r));
  }
  return f;
}

Json settings_json(const Catalogue& catalogue) {
  Json out = Json::array();
  for (const auto& s : catalogue.settings)
    out.push_back({{"setting", s.name}, {"type", name(s.type)}, {"about", s.about}, {"default", s.value.dump()}});
  return out;
}

Json profiles_json(const Catalogue& catalogue) {
  Json out = Json::array();
  for (const auto& p : catalogue.profiles)
    out.push_back({{"id", p.id}, {"title", p.title}, {"base", p.base}, {"settings", Json(p.settings).dump()}});
  return out;
}

Profile profile_of(Element e) {
  Profile p{text(e["id"]), text(e["title"]), text(e["base"]), {}, {}};
  const auto settings = parsed(e["settings"]);
  for (const auto& [setting, value] : settings.items()) p.settings[setting] = value;
  return p;
}

Error damaged(const std::exception& thrown) {
  return {ErrorCode::Internal, fmt::format("the compiled catalogue is damaged: {}", thrown.what()), {}};
}

}  // namespace

Image make_image(const Catalogue& catalogue) {
  std::string parts;
  const auto add = [&](const Json& document, Json entry) {
    const auto text = document.dump();
    entry["bytes"] = text.size();
    parts += text + "\n";
    return entry;
  };
  Json frameworks = Json::array();
  for (const auto& f : catalogue.frameworks) frameworks.push_back(add(framework_json(f), {{"id", f.id}}));
  Json controls = Json::array();
  Json details = Json::object();
  Json sources = Json::object();
  for (const auto& t : catalogue.tables) sources[t.name] = t.source;
  for (const auto& c : catalogue.controls) {
    Json answers = Json::array();
    for (const auto& [framework, requirements] : c.frameworks) answers.push_back(framework);
    controls.push_back(add(control_json(c), {{"frameworks", std::move(answers)}}));
    Json list = Json::array();
    for (const auto& k : c.cases) {
      Json item{{"case", k.name}, {"given", k.given}, {"verdict", k.verdict}};
      if (!k.profile.empty()) item["profile"] = k.profile;
      if (!k.settings.empty()) item["settings"] = k.settings;
      if (k.reason) item["reason"] = *k.reason;
      if (k.good) item["good"] = *k.good;
      if (k.total) item["total"] = *k.total;
      if (k.share) item["share"] = *k.share;
      list.push_back(std::move(item));
    }
    details[c.id] = {{"cases", std::move(list)}, {"remediation", c.remediation}, {"rubric", c.rubric}};
  }
  Json tables = Json::array();
  for (const auto& t : catalogue.tables) {
    Json names = Json::array({t.name});
    for (const auto& child : t.children) names.push_back(child.name);
    tables.push_back(add(table_json(t), {{"names", names}}));
  }
  Json views = Json::array();
  for (const auto& v : catalogue.views) {
    const auto reads = reads_json(v.reads);
    Json of = Json::array();
    for (const auto& [name, columns] : v.reads) of.push_back(name);
    views.push_back(add({{"name", v.name}, {"about", v.about}, {"sql", v.sql}, {"reads", reads}},
                        {{"name", v.name}, {"reads", std::move(of)}}));
  }
  Json plans = Json::array();
  for (const auto& p : catalogue.plans)
    plans.push_back(
        {{"plan", p.plan}, {"title", p.title}, {"offered_by", strings(p.offered_by)}, {"also", strings(p.also)}});
  const Json index{{"version", catalogue.version},
                   {"tables", tables},
                   {"views", views},
                   {"controls", controls},
                   {"frameworks", frameworks},
                   {"plans", plans},
                   {"settings", settings_json(catalogue)},
                   {"profiles", profiles_json(catalogue)},
                   {"topics", topics_json(catalogue)}};
  return {index.dump() + "\n" + parts,
          Json{{"controls", details}, {"sources", sources}, {"services", catalogue.services}}.dump()};
}

std::string tables_definition_digest(const Catalogue& catalogue) {
  Sha256 digest;
  for (const auto& t : catalogue.tables) {
    auto json = table_json(t);
    json.erase("about");
    for (auto& column : json["columns"]) column.erase("about");
    digest.add(json.dump());
  }
  return digest.hex();
}

std::string image_digest(std::string_view catalogue, std::string_view details) {
  Sha256 digest;
  digest.add(catalogue);
  digest.add(details);
  return digest.hex();
}

namespace {

// Goes through the parts of an image in the order of its index, and reads those that are wanted.
class Parts {
 public:
  Parts(const simdjson::padded_string& image, std::size_t at) : image_(image), at_(at) {}

  // What `read` makes of the part that each entry of a list stands for, where `wanted` says so of the entry.
  template <typename Wanted, typename Read>
  void each(Element list, const Wanted& wanted, const Read& read) {
    for (Element entry : list.get_array()) {
      const auto bytes = entry["bytes"].get_uint64().value();
      if (bytes > image_.size() - at_) throw std::out_of_range("a part is longer than the image");
      const Element known = entry;
      if (wanted(known)) read(parser_.parse(image_.data() + at_, bytes, false).value());
      at_ += bytes + 1;
    }
  }

 private:
  const simdjson::padded_string& image_;
  std::size_t at_;
  simdjson::dom::parser parser_;
};

using Names = std::set<std::string, std::less<>>;

// Names of the tables and views that some controls read, directly or through a view, and of the tables they need.
Names read_by(const std::vector<Control>& controls, Element views) {
  Names out{"service_plans"};
  std::vector<std::string> to_look_at;
  for (const auto& control : controls) {
    for (const auto& [name, columns] : control.sql_reads) to_look_at.push_back(name);
    to_look_at.insert(to_look_at.end(), control.needs.begin(), control.needs.end());
  }
  std::unordered_map<std::string_view, Element> by_name;
  for (Element view : views.get_array()) by_name.emplace(view["name"].get_string().value(), view["reads"]);
  while (!to_look_at.empty()) {
    const auto name = std::move(to_look_at.back());
    to_look_at.pop_back();
    if (!out.insert(name).second) continue;
    if (const auto view = by_name.find(name); view != by_name.end())
      for (auto& read : texts(view->second)) to_look_at.push_back(std::move(read));
  }
  return out;
}

bool holds(Element list, std::string_view name) {
  for (Element item : list.get_array())
    if (item.get_string().value() == name) return true;
  return false;
}

// Fills in the topics that the frameworks name (all: every one). Returns those of each control, by its position.
std::unordered_map<std::size_t, std::vector<std::string>> read_topics(Element list, bool all, Catalogue& out) {
  std::set<std::string_view> named;
  for (const auto& framework : out.frameworks)
    for (const auto& requirement : framework.requirements)
      named.insert(requirement.topics.begin(), requirement.topics.end());
  std::unordered_map<std::size_t, std::vector<std::string>> topics_of;
  for (Element e : list.get_array()) {
    const auto id = e["id"].get_string().value();
    if (!all && named.count(id) == 0) continue;
    out.topics.push_back({text(e["id"]), text(e["title"]), text(e["about"]), {}});
    for (Element position : e["controls"].get_array()) topics_of[position.get_uint64().value()].emplace_back(id);
  }
  return topics_of;
}

}  // namespace

Result<Catalogue> read_image(std::string_view image, std::string_view only_framework) {
  try {
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(image);
    const auto end = std::min(image.find('\n'), image.size());
    const Element index = parser.parse(padded.data(), end, false);
    Catalogue out;
    out.version = text(index["version"]);
    const bool all = only_framework.empty();
    Parts parts(padded, end + 1);
    parts.each(
        index["frameworks"], [&](Element e) { return all || e["id"].get_string().value() == only_framework; },
        [&](Element part) { out.frameworks.push_back(framework_of(part)); });
    auto topics_of = read_topics(index["topics"], all, out);
    std::size_t next = 0;
    std::size_t position = 0;
    parts.each(
        index["controls"],
        [&](Element e) {
          position = next++;
          return all || topics_of.count(position) != 0 || holds(e["frameworks"], only_framework);
        },
        [&](Element part) {
          out.controls.push_back(control_of(part));
          if (const auto topics = topics_of.find(position); topics != topics_of.end())
            out.controls.back().topics = std::move(topics->second);
        });
    const auto names = all ? Names() : read_by(out.controls, index["views"]);
    const auto any_is_read = [&](Element list) {
      for (Element name : list.get_array())
        if (names.count(name.get_string().value()) != 0) return true;
      return false;
    };
    parts.each(
        index["tables"], [&](Element e) { return all || any_is_read(e["names"]); },
        [&](Element part) { out.tables.push_back(table_of(part)); });
    parts.each(
        index["views"], [&](Element e) { return all || names.count(e["name"].get_string().value()) != 0; },
        [&](Element e) {
          out.views.push_back({text(e["name"]), text(e["about"]), text(e["sql"]), reads_of(e["reads"]), {}});
        });
    for (Element e : index["plans"].get_array())
      out.plans.push_back({text(e["plan"]), text(e["title"]), texts(e["offered_by"]), texts(e["also"])});
    for (Element e : index["settings"].get_array())
      out.settings.push_back({text(e["setting"]),
                              column_type(e["type"].get_string().value()).value_or(ColumnType::Text),
                              text(e["about"]),
                              parsed(e["default"]),
                              {}});
    for (Element e : index["profiles"].get_array()) out.profiles.push_back(profile_of(e));
    out.build_index();
    return out;
  } catch (const std::exception& thrown) {
    return damaged(thrown);
  }
}

Result<void> read_details(std::string_view details, Catalogue& catalogue) {
  try {
    const auto document = Json::parse(details);
    const auto& controls = document.at("controls");
    catalogue.services = document.at("services");
    for (auto& table : catalogue.tables) table.source = document.at("sources").value(table.name, Json());
    for (auto& control : catalogue.controls) {
      control.cases.clear();
      if (!controls.contains(control.id)) continue;
      control.remediation = controls[control.id]["remediation"];
      control.rubric = controls[control.id]["rubric"];
      for (const auto& item : controls[control.id]["cases"]) {
        Case c;
        c.name = item["case"];
        c.given = item["given"];
        c.verdict = item["verdict"];
        c.profile = item.value("profile", "");
        c.settings = item.value("settings", Json::object());
        if (item.contains("reason")) c.reason = item["reason"].get<std::string>();
        if (item.contains("good")) c.good = item["good"].get<std::int64_t>();
        if (item.contains("total")) c.total = item["total"].get<std::int64_t>();
        if (item.contains("share")) c.share = item["share"].get<double>();
        control.cases.push_back(std::move(c));
      }
    }
    return {};
  } catch (const std::exception& thrown) {
    return damaged(thrown);
  }
}

}  // namespace assay::catalog
