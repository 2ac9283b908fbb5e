#include "snapshot/loader.h"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/text.h"

namespace assay::snapshot {
namespace {

using Element = simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::string_view kEachElement = "/*/";

void append_json(std::string& out, Element e) {
  switch (e.type()) {
    case element_type::OBJECT: {
      out += '{';
      bool first = true;
      for (const auto field : simdjson::dom::object(e)) {
        if (!first) out += ',';
        first = false;
        text::append_json_string(out, field.key);
        out += ':';
        append_json(out, field.value);
      }
      out += '}';
      return;
    }
    case element_type::ARRAY: {
      out += '[';
      bool first = true;
      for (const Element item : simdjson::dom::array(e)) {
        if (!first) out += ',';
        first = false;
        append_json(out, item);
      }
      out += ']';
      return;
    }
    case element_type::STRING:
      text::append_json_string(out, std::string_view(e));
      return;
    case element_type::INT64:
      out += std::to_string(std::int64_t(e));
      return;
    case element_type::UINT64:
      out += std::to_string(std::uint64_t(e));
      return;
    case element_type::DOUBLE:
      fmt::format_to(std::back_inserter(out), "{}", double(e));
      return;
    case element_type::BOOL:
      out += bool(e) ? "true" : "false";
      return;
    case element_type::NULL_VALUE:
      out += "null";
      return;
  }
}

// A scalar as a person would write it; JSON text for anything else.
void append_plain(std::string& out, Element e) {
  if (e.is_string()) {
    out += std::string_view(e);
  } else {
    append_json(out, e);
  }
}

// How PowerShell writes an empty list.
bool is_nothing(Element e) {
  return (e.is_object() && simdjson::dom::object(e).size() == 0) || (e.is_string() && std::string_view(e).empty());
}

std::optional<std::int64_t> as_integer(Element e) {
  switch (e.type()) {
    case element_type::INT64:
      return std::int64_t(e);
    case element_type::UINT64:
      return std::nullopt;  // above 2^63: no property we know is
    case element_type::BOOL:
      return bool(e) ? 1 : 0;
    case element_type::DOUBLE: {
      const double value = e;
      if (std::trunc(value) != value || std::abs(value) > 9e15) return std::nullopt;
      return static_cast<std::int64_t>(value);
    }
    case element_type::STRING: {
      const auto s = text::trim(std::string_view(e));
      std::int64_t value = 0;
      const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
      if (r.ec != std::errc() || r.ptr != s.data() + s.size()) return std::nullopt;
      return value;
    }
    default:
      return std::nullopt;
  }
}

std::optional<double> as_real(Element e) {
  if (e.type() == element_type::STRING) {
    const auto s = text::trim(std::string_view(e));
    double value = 0;
    const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
    if (r.ec != std::errc() || r.ptr != s.data() + s.size() || !std::isfinite(value)) return std::nullopt;
    return value;
  }
  double value = 0;
  if (e.get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<bool> as_boolean(Element e) {
  if (e.is_bool()) return bool(e);
  if (e.is_string()) {
    const auto s = text::trim(std::string_view(e));
    for (const auto* yes : {"true", "1", "yes"})
      if (text::iequals(s, yes)) return true;
    for (const auto* no : {"false", "0", "no"})
      if (text::iequals(s, no)) return false;
    return std::nullopt;
  }
  if (const auto number = as_integer(e)) return *number != 0;
  return std::nullopt;
}

}  // namespace

// A key on the way to one or more columns or children.
struct Loader::Node {
  std::string key;
  std::vector<Node> below;
  std::vector<int> columns;                        // slots that end here
  std::vector<int> children;                       // child targets whose rows are here
  std::vector<std::pair<int, std::string>> lists;  // slots of `*`, with the pointer from each element

  Node& at(std::string_view name) {
    for (auto& node : below)
      if (text::iequals(node.key, name)) return node;
    below.push_back({std::string(name), {}, {}, {}, {}});
    return below.back();
  }
};

struct Loader::Target {
  const catalog::Table* table = nullptr;
  bool child = false;
  std::vector<const catalog::Column*> columns;           // one per slot
  std::vector<int> key_slots;                            // slots that take the entry's key
  std::vector<std::pair<int, std::string>> given_slots;  // slots that take a value of the request
  std::map<std::string, std::string> given;
  Node root;
  sql::Statement insert;
  std::vector<std::unique_ptr<Target>> children;

  // Of the row being filled. Slot values are text, an integer, a real or nothing; texts live in `scratch` until the
  // insert has run.
  struct Value {
    enum class Kind { Null, Text, Integer, Real } kind = Kind::Null;
    std::size_t begin = 0;
    std::size_t size = 0;
    std::int64_t integer = 0;
    double real = 0;
  };
  std::vector<Value> values;
  std::vector<Value> defaults;  // for what is absent
  std::vector<Value> nulls;     // for an explicit null
  bool of_scalars = false;      // the rows are plain values: some column has the pointer `/`
  std::string default_text;
  std::string scratch;
  std::vector<std::pair<Target*, Element>> pending;  // children found on the walk

  void set_text(Value& value, std::size_t begin) {
    value.kind = Value::Kind::Text;
    value.begin = begin;
    value.size = scratch.size() - begin;
  }

  void set(int slot, Element e) {
    auto& value = values[static_cast<std::size_t>(slot)];
    const auto& column = *columns[static_cast<std::size_t>(slot)];
    if (e.is_null()) {
      value = nulls[static_cast<std::size_t>(slot)];
      return;
    }
    value = {};
    if (!column.values.empty()) {
      const auto begin = scratch.size();
      append_plain(scratch, e);
      const auto spelling = std::string_view(scratch).substr(begin);
      for (const auto& [from, to] : column.values) {
        if (!text::iequals(spelling, from) && !text::iequals(spelling, to)) continue;
        scratch.resize(begin);
        scratch += to;
        break;
      }
      return set_text(value, begin);
    }
    set_typed(value, column.type, e);
  }

  // What the pointer finds in each element; null keeps the place of an element without it.
  void set_list(int slot, Element list, std::string_view pointer) {
    auto& value = values[static_cast<std::size_t>(slot)];
    if (list.is_null()) {
      value = nulls[static_cast<std::size_t>(slot)];
      return;
    }
    value = {};
    const auto begin = scratch.size();
    scratch += '[';
    const auto add = [&](Element from) {
      if (scratch.size() != begin + 1) scratch += ',';
      if (const auto found = find(from, pointer)) {
        append_json(scratch, *found);
      } else {
        scratch += "null";
      }
    };
    if (list.is_array()) {
      for (const Element item : simdjson::dom::array(list)) add(item);
    } else if (!is_nothing(list)) {
      add(list);
    }
    scratch += ']';
    set_text(value, begin);
  }

  void set_typed(Value& value, catalog::ColumnType type, Element e) {
    const auto begin = scratch.size();
    switch (type) {
      case catalog::ColumnType::Text:
        append_plain(scratch, e);
        return set_text(value, begin);
      case catalog::ColumnType::Json:
        append_json(scratch, e);
        return set_text(value, begin);
      case catalog::ColumnType::List:
        if (e.is_array()) {
          append_json(scratch, e);
        } else if (is_nothing(e)) {
          scratch += "[]";
        } else {
          scratch += '[';
          append_json(scratch, e);
          scratch += ']';
        }
        return set_text(value, begin);
      case catalog::ColumnType::Integer:
        if (const auto number = as_integer(e)) {
          value.kind = Value::Kind::Integer;
          value.integer = *number;
        }
        return;
      case catalog::ColumnType::Boolean:
        if (const auto truth = as_boolean(e)) {
          value.kind = Value::Kind::Integer;
          value.integer = *truth ? 1 : 0;
        }
        return;
      case catalog::ColumnType::Real:
        if (const auto number = as_real(e)) {
          value.kind = Value::Kind::Real;
          value.real = *number;
        }
        return;
      case catalog::ColumnType::Datetime:
        if (const auto time = e.is_string() ? iso8601::parse_time(std::string_view(e)) : std::nullopt) {
          scratch += iso8601::format_time(*time);
          set_text(value, begin);
        }
        return;
    }
  }

  void walk(const Node& node, Element e) {
    for (const int slot : node.columns) set(slot, e);
    for (const auto& [slot, pointer] : node.lists) set_list(slot, e, pointer);
    for (const int index : node.children) pending.emplace_back(children[static_cast<std::size_t>(index)].get(), e);
    if (node.below.empty()) return;
    if (e.is_array()) {
      const simdjson::dom::array list = e;
      if (list.size() != 1) return;
      e = list.at(0);
    }
    if (!e.is_object()) return;
    for (const auto field : simdjson::dom::object(e)) {
      for (const auto& below : node.below) {
        if (below.key.size() == field.key.size() && text::iequals(below.key, field.key)) {
          walk(below, field.value);
          break;
        }
      }
    }
  }

  void bind(sql::Statement& statement, int index, const Value& value, std::string_view texts) {
    switch (value.kind) {
      case Value::Kind::Null:
        statement.bind_null(index);
        return;
      case Value::Kind::Text:
        statement.bind(index, texts.substr(value.begin, value.size));
        return;
      case Value::Kind::Integer:
        statement.bind(index, value.integer);
        return;
      case Value::Kind::Real:
        statement.bind(index, value.real);
        return;
    }
  }

  // A value that a column declares, as one that a row can hold.
  Value constant(const std::optional<Json>& declared) {
    Value value;
    if (!declared || declared->is_null()) return value;
    if (declared->is_boolean() || declared->is_number_integer()) {
      value.kind = Value::Kind::Integer;
      value.integer = declared->is_boolean() ? (declared->get<bool>() ? 1 : 0) : declared->get<std::int64_t>();
    } else {
      value.kind = Value::Kind::Text;
      value.begin = default_text.size();
      default_text += declared->is_string() ? declared->get<std::string>() : declared->dump();
      value.size = default_text.size() - value.begin;
    }
    return value;
  }

  Result<void> prepare(const sql::Database& db, const catalog::Table& of, bool is_child, const sql::Reads* wanted) {
    table = &of;
    child = is_child;
    for (const auto& column : of.columns) of_scalars = of_scalars || column.pointer == "/";
    const std::set<std::string>* names = nullptr;
    static const std::set<std::string> nothing;
    if (wanted != nullptr) {
      const auto found = wanted->find(of.name);
      names = found == wanted->end() ? &nothing : &found->second;
    }
    for (const auto& column : of.columns) {
      if (names != nullptr && names->count(column.name) == 0) continue;
      const int slot = static_cast<int>(columns.size());
      columns.push_back(&column);
      if (column.pointer == "@key") {
        key_slots.push_back(slot);
      } else if (column.pointer.starts_with('@')) {
        given_slots.emplace_back(slot, column.pointer.substr(1));
      } else {
        const std::string_view pointer = column.pointer;
        const auto star = pointer.find(kEachElement);
        auto* node = &root;
        for (const auto part : text::split(pointer.substr(1, star == pointer.npos ? star : star - 1), '/'))
          if (!part.empty()) node = &node->at(part);
        if (star == pointer.npos) {
          node->columns.push_back(slot);
        } else {
          node->lists.emplace_back(slot, pointer.substr(star + kEachElement.size()));
        }
      }
      defaults.push_back(constant(column.absent));
      nulls.push_back(constant(column.null ? column.null : column.absent));
    }
    std::string sql = "INSERT INTO " + sql::identifier(of.name) + " VALUES(";
    const std::size_t parameters = std::max<std::size_t>(columns.size() + (is_child ? 1 : 0), 1);
    for (std::size_t i = 0; i < parameters; ++i) sql += i == 0 ? "?" : ",?";
    insert = TRY(db.prepare(sql + ")"));
    for (const auto& c : of.children) {
      if (wanted != nullptr && wanted->count(c.name) == 0) continue;
      auto target = std::make_unique<Target>();
      TRY(target->prepare(db, c, true, wanted));
      auto* node = &root;
      for (const auto part : text::split(std::string_view(c.pointer).substr(1), '/'))
        if (!part.empty()) node = &node->at(part);
      node->children.push_back(static_cast<int>(children.size()));
      children.push_back(std::move(target));
    }
    return {};
  }
};

Loader::Loader(const sql::Database& db, const catalog::Table& table)
    : db_(&db), table_(&table), target_(std::make_unique<Target>()) {}
Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;
Loader::~Loader() = default;

Result<Loader> Loader::create(const sql::Database& db, const catalog::Table& table, const sql::Reads* columns) {
  Loader loader(db, table);
  TRY_IN(table.name, loader.target_->prepare(db, table, false, columns));
  return loader;
}

Result<void> Loader::insert(Target& target, Element object, std::string_view key, std::int64_t parent) {
  target.values = target.defaults;
  target.scratch = target.default_text;
  target.pending.clear();
  for (const int slot : target.key_slots) {
    const auto begin = target.scratch.size();
    target.scratch += key;
    target.set_text(target.values[static_cast<std::size_t>(slot)], begin);
  }
  for (const auto& [slot, name] : target.given_slots) {
    const auto found = target.given.find(name);
    if (found == target.given.end()) continue;
    const auto begin = target.scratch.size();
    target.scratch += found->second;
    target.set_text(target.values[static_cast<std::size_t>(slot)], begin);
  }
  target.walk(target.root, object);
  target.insert.reset();
  int index = 1;
  if (target.child) target.insert.bind(index++, parent);
  for (const auto& value : target.values) target.bind(target.insert, index++, value, target.scratch);
  TRY(target.insert.step());
  if (target.pending.empty()) return {};
  const auto row = db_->last_row_id();
  // A copy: a child of the same kind may be filled while we go through.
  const auto pending = std::move(target.pending);
  // Where rows are not plain values, what is no object is no row.
  const auto is_row = [](const Target& of, Element e) { return !e.is_null() && (e.is_object() || of.of_scalars); };
  for (const auto& [child, rows] : pending) {
    if (child->table->map && rows.is_object()) {
      for (const auto field : simdjson::dom::object(rows))
        if (is_row(*child, field.value)) TRY(insert(*child, field.value, field.key, row));
    } else if (rows.is_array()) {
      for (const Element item : simdjson::dom::array(rows))
        if (is_row(*child, item)) TRY(insert(*child, item, {}, row));
    } else if (rows.is_object() ? simdjson::dom::object(rows).size() != 0 : is_row(*child, rows)) {
      TRY(insert(*child, rows, {}, row));
    }
  }
  return {};
}

void Loader::give(const std::map<std::string, std::string>& values) {
  target_->given = values;
  for (auto& child : target_->children) child->given = values;
}

Result<bool> Loader::add(Element object, std::string_view key) {
  if (!object.is_object()) return false;
  TRY_IN(table_->name, insert(*target_, object, key, 0));
  ++rows_;
  return true;
}

Result<void> Loader::clear() {
  rows_ = 0;
  TRY(db_->execute("DELETE FROM " + sql::identifier(table_->name)));
  for (const auto& below : target_->children) TRY(db_->execute("DELETE FROM " + sql::identifier(below->table->name)));
  return {};
}

std::optional<Element> find(Element from, std::string_view pointer) {
  for (const auto part : text::split(pointer, '/')) {
    if (part.empty()) continue;
    if (from.is_array()) {
      const simdjson::dom::array list = from;
      std::size_t index = 0;
      const auto r = std::from_chars(part.data(), part.data() + part.size(), index);
      if (r.ec == std::errc() && r.ptr == part.data() + part.size()) {
        if (index >= list.size()) return std::nullopt;
        from = list.at(index);
        continue;
      }
      if (list.size() != 1) return std::nullopt;
      from = list.at(0);
    }
    if (!from.is_object()) return std::nullopt;
    Element next;
    if (simdjson::dom::object(from).at_key_case_insensitive(part).get(next) != simdjson::SUCCESS) return std::nullopt;
    from = next;
  }
  return from;
}

}  // namespace assay::snapshot
