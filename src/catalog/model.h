#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "sql/guard.h"

// The product's knowledge as plain data: what `catalog/` holds, after reading. docs/catalogue-format.md describes the
// files; the field names here are theirs.
namespace assay::catalog {

// Where a definition stands, for messages. Line 0: not known (an embedded catalogue).
struct Place {
  std::string file;
  int line = 0;
};

enum class ColumnType { Text, Integer, Real, Boolean, Datetime, List, Json };
std::string_view name(ColumnType type);
std::optional<ColumnType> column_type(std::string_view name);

struct Column {
  std::string name;
  std::string pointer;  // JSON pointer in Graph's spelling, matched without case; `@key`: the key of the map entry
  ColumnType type = ColumnType::Text;
  std::string about;
  std::optional<Json> absent;  // the value that the service documents for absent or null; nullopt: NULL
  std::optional<Json> null{};  // the value that it documents for an explicit null, where absent tells nothing
  std::vector<std::pair<std::string, std::string>> values{};  // other spelling or number → canonical name
};

// Where an import finds the rows of a table. Several: files of different ages; the first that is present counts.
struct ImportSource {
  std::string key;                    // top-level member of the file
  std::string rows;                   // pointer inside each element to the real rows; empty: the elements are the rows
  bool map = false;                   // the member is an object keyed by id
  std::vector<std::string> commands;  // if one of them failed in the exporter's own list, the table is `failed`
};

struct Table {
  std::string name;
  std::string service;
  std::string about;
  std::vector<std::string> key;
  std::vector<Column> columns;
  std::vector<Table> children;  // nested arrays; each has a column `parent`, the row id of the parent's row
  std::string pointer;          // of a child: where its rows are inside the parent's object
  bool map = false;             // of a child: an object keyed by id
  Json source;                  // service, version, path or cmdlet, query, paging, permission
  std::vector<std::string> licence;
  std::vector<ImportSource> scubagear;
  Place place;

  const Column* column(std::string_view column_name) const;
};

struct View {
  std::string name;
  std::string about;
  std::string sql;
  sql::Reads reads;  // tables, views and columns that it reads itself
  Place place;
};

struct Case {
  std::string name;
  Json given;
  std::string profile;  // empty: every setting has its default
  Json settings = Json::object();
  std::string verdict;
  std::optional<std::string> reason;  // must be part of the finding's reason
  std::optional<std::int64_t> good;
  std::optional<std::int64_t> total;
  std::optional<double> share;
  int line = 0;
};

// What controls and requirements are about. A requirement that names a topic is answered by every control that has it.
struct Topic {
  std::string id;
  std::string title;
  std::string about;
  Place place;
};

// A value on which frameworks differ, or operators may: a threshold, a list of what is allowed. Controls and views read
// it as a column of the table `settings`.
struct Setting {
  std::string name;
  ColumnType type = ColumnType::Integer;  // integer, boolean, text or list
  std::string about;
  Json value;  // without a profile that says otherwise
  Place place;
};

using Settings = std::map<std::string, Json>;  // by name

// What a framework or an operator sets differently. That of a framework has the framework's id.
struct Profile {
  std::string id;
  std::string title;
  std::string base;  // another profile, whose settings hold where this one says nothing; empty: the defaults
  Settings settings;
  Place place;
};

enum class Scoring { Binary, Proportional };

struct Control {
  std::string id;
  int version = 1;
  std::string title;
  std::string service;
  std::string category;  // identity device apps data
  int points = 0;        // 1 to 10; 0 for a variant
  // The control that judges the same matter and has the points: this one judges it in another way, for a framework's
  // sake. Counted twice, one setting would weigh twice. Empty: it has points of its own.
  std::string variant_of;
  Scoring scoring = Scoring::Binary;
  std::string unit;
  std::string why;
  std::string user_impact;         // low moderate high
  std::string user_impact_notice;  // what people notice
  std::string effort;              // low moderate high
  double effort_hours = 0;
  std::vector<std::string> licence;  // service plans, any of; empty: free
  std::vector<std::string> needs;    // primary tables
  std::vector<std::string> reads;    // other tables; not collected means empty
  std::vector<std::string> microsoft;
  std::map<std::string, std::vector<std::string>> frameworks;  // requirements that it names
  std::vector<std::string> topics;
  std::string none_verdict;  // what no rows of the check mean
  std::string none_reason;
  std::string check;  // SQL
  Json rubric;
  Json remediation;
  bool manual = false;
  std::string manual_look;
  std::string manual_attest;
  std::vector<Case> cases;  // empty in an image that was loaded without them
  sql::Reads sql_reads;     // what the check reads itself
  Place place;
  Place check_place;
};

struct Requirement {
  std::string id;
  std::string title;
  std::string level;                                          // shall, should, … in the framework's own terms
  std::map<std::string, std::vector<std::string>> crosswalk;  // other framework → its ids
  std::vector<std::string> topics;                            // every control of these answers it
  std::string manual;                                         // what people must see to besides
  Place place;
};

struct Framework {
  std::string id;
  std::string title;
  std::string publisher;
  std::string version;
  std::string source;
  std::string about;
  bool unlicensed_fails = false;  // the framework demands the licence as well
  std::vector<Requirement> requirements;
  Place place;
};

struct ServicePlan {
  std::string plan;
  std::string title;
  std::vector<std::string> offered_by;
  std::vector<std::string> also;  // plans that give at least the same: other editions, government names
};

class Catalogue {
 public:
  Catalogue() = default;
  Catalogue(Catalogue&&) = default;  // the index points into the vectors, which keep their elements when moved
  Catalogue& operator=(Catalogue&&) = default;
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  ~Catalogue() = default;

  std::string version;
  std::string digest;  // SHA-256 of the image
  std::vector<Table> tables;
  std::vector<View> views;
  std::vector<Control> controls;  // ordered by id
  std::vector<Framework> frameworks;
  std::vector<Topic> topics;
  std::vector<ServicePlan> plans;
  std::vector<Setting> settings;
  std::vector<Profile> profiles;
  Json services = Json::array();  // what a collector asks (services.yaml); empty in an image loaded without details

  void build_index();                               // after the vectors have been filled
  const Table* table(std::string_view name) const;  // top-level tables
  const Table* table_or_child(std::string_view name) const;
  const Table* parent_of(std::string_view child) const;  // nullptr for a top-level table
  const View* view(std::string_view name) const;
  const Control* control(std::string_view id) const;
  const Framework* framework(std::string_view id) const;
  const Topic* topic(std::string_view id) const;
  const Setting* setting(std::string_view name) const;
  const Profile* profile(std::string_view id) const;
  // What a profile and those that it is based on say; nothing for an empty or unknown id.
  Settings said_by(std::string_view profile) const;
  // Every setting's value: the default, the profile's word, then `own`.
  Settings settings_with(std::string_view profile, const Settings& own = {}) const;
  // The settings that a control's check reads, through views too.
  std::set<std::string> settings_of(const Control& control) const;
  // The controls that name a requirement, in order of id.
  std::vector<const Control*> naming(std::string_view framework, std::string_view requirement) const;
  // The controls that answer a requirement, in order of id: those that name it and those of its topics.
  std::vector<const Control*> answering(const Framework& framework, const Requirement& requirement) const;
  // The requirements that a control answers through its topics and does not name: framework → ids.
  std::map<std::string, std::vector<std::string>> answered_by_topic(const Control& control) const;

  // Views that the control's check needs, in the order in which they must be made.
  std::vector<const View*> views_for(const Control& control) const;
  // Everything the check reads of the catalogue's tables, through views too: table → columns.
  sql::Reads reads_of(const Control& control) const;

 private:
  void add_views(const sql::Reads& reads, std::vector<const View*>& out) const;
  std::unordered_map<std::string, const Table*> tables_;
  std::unordered_map<std::string, const Table*> parents_;
  std::unordered_map<std::string, const View*> views_;
  std::unordered_map<std::string, const Control*> controls_;
  std::unordered_map<std::string, std::vector<const Control*>> naming_;
  std::unordered_map<std::string, std::vector<const Control*>> by_topic_;
};

// Tables that the engine itself fills, as SQL. Controls may read them without naming them in `needs`.
//   tenant(id, name, cloud)            one row; cloud: commercial gcc gcchigh dod, or NULL
//   coverage("table", state, "rows", detail)
//   declared(control, kind, value)     the operator's declared exceptions that are in force
//   licence_flags(plan, held)          service plans that an import states by itself
//   settings(…)                        one row; a column for each setting (create_settings_sql)
extern const std::string_view kBuiltInTables;
bool is_built_in(std::string_view table);

// CREATE TABLE for `settings`; `temporary`: in the schema `temp`.
std::string create_settings_sql(const Catalogue& catalogue, bool temporary = false);

// Whether a value is one that the setting can have.
bool fits(const Setting& setting, const Json& value);
std::string_view what_fits(const Setting& setting);  // "a whole number"

// CREATE TABLE for a table or child, with all its columns or only those in `columns`.
std::string create_table_sql(const Table& table, bool child, const std::set<std::string>* columns = nullptr);

// CREATE TABLE … AS for a view: views are materialised, once per run and only when a control needs them.
std::string create_view_sql(const View& view);

}  // namespace assay::catalog
