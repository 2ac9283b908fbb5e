#include "import/graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.h"
#include "import/graph_answer.h"
#include "import/graph_coverage.h"
#include "import/graph_origin.h"
#include "snapshot/json_stream.h"
#include "snapshot/loader.h"

namespace assay::import {
namespace {

using Element = simdjson::dom::element;

constexpr std::string_view kPolicies = "identity/conditionalAccess/policies";
constexpr std::size_t kMostBytesOfAnObject = std::size_t{64} << 20;

// An object of this shape is a Conditional Access policy wherever it lies.
bool is_policy(Element object) {
  const auto conditions = snapshot::find(object, "/conditions");
  const auto state = snapshot::find(object, "/state");
  return conditions && conditions->is_object() && state && state->is_string() &&
         (snapshot::find(object, "/grantControls") || snapshot::find(object, "/sessionControls"));
}

// How much of what the table reads of an object is there, 0 to 1.
double likeness(const GraphTable& table, Element object) {
  std::size_t there = 0;
  const auto& columns = table.table->columns;
  for (const auto& column : columns) {
    // The object that is exported, not the row inside it.
    const auto& pointer = table.source.rows.empty() ? column.pointer : table.source.rows;
    const auto first = pointer.substr(0, pointer.find('/', 1));
    there += pointer.starts_with('@') || first.starts_with("/@") || snapshot::find(object, first) ? 1 : 0;
  }
  return columns.empty() ? 0 : static_cast<double>(there) / static_cast<double>(columns.size());
}

class Reader {
 public:
  Reader(const GraphTables& tables, GraphCoverage& coverage, snapshot::Evidence& evidence, const Notice& notice)
      : tables_(tables), coverage_(coverage), evidence_(evidence), notice_(notice) {}

  Result<void> prepare() {
    for (const auto& table : tables_.all())
      loaders_.push_back(TRY(snapshot::Loader::create(evidence_.db, *table.table)));
    return {};
  }

  Result<void> read(const GraphFile& file) {
    auto head = TRY(read_head(file));
    if (head.is_list) {
      auto bytes = TRY(file.open());
      snapshot::Utf8Source utf8(*bytes);
      snapshot::JsonStream stream(
          utf8, [](auto key) { return key == "value" ? snapshot::Shape::Elements : snapshot::Shape::Skip; }, {},
          snapshot::Top::ObjectOrList);
      auto document = begin(file.name, file.shown, std::move(head));
      for (snapshot::Piece piece; TRY(stream.next(piece));) {
        if (piece.empty_container) continue;
        Element element;
        if (const auto error = parser_.parse(piece.json.data(), piece.json.size(), false).get(element);
            error != simdjson::SUCCESS)
          return invalid(fmt::format("element {}: not valid JSON at byte {}: {}", piece.index, piece.offset,
                                     simdjson::error_message(error)),
                         "is the file complete?");
        TRY(take(document, element));
      }
      end(document);
      return {};
    }
    std::string padded = TRY(whole(file));
    Element object;
    if (const auto error = parser_.parse(padded).get(object); error != simdjson::SUCCESS)
      return invalid(fmt::format("not valid JSON: {}", simdjson::error_message(error)), "is the file complete?");
    Element responses;
    if (object["responses"].get(responses) == simdjson::SUCCESS && responses.is_array()) {
      for (const Element response : simdjson::dom::array(responses)) TRY(take_response(file, response));
      return {};
    }
    return take_object(file.name, file.shown, object);
  }

  std::size_t placed() const { return placed_; }

 private:
  // One answer while it is read.
  struct Document {
    std::string shown;
    AnswerHead head;
    std::vector<GraphOrigin> origins;  // by its own context
    std::vector<NameMatch> names;      // by its file's name
    std::size_t elements = 0;
    std::size_t unplaced = 0;
    struct Seen {
      std::vector<bool> members;
      std::size_t rows = 0;
    };
    std::map<std::pair<const GraphTable*, snapshot::Given>, Seen> seen;
  };

  static Result<std::string> whole(const GraphFile& file) {
    auto bytes = TRY(file.open());
    snapshot::Utf8Source utf8(*bytes);
    auto out = snapshot::read_all(utf8, kMostBytesOfAnObject);
    if (!out) return out;
    out->reserve(out->size() + simdjson::SIMDJSON_PADDING);
    return out;
  }

  Result<void> take_response(const GraphFile& file, Element response) {
    const auto id = snapshot::find(response, "/id");
    const auto body = snapshot::find(response, "/body");
    const auto name = id && id->is_string() ? std::string(std::string_view(*id)) : std::string();
    if (!body) return {};
    return take_object(fmt::format("{}/{}", file.name, name), fmt::format("{}, response {}", file.shown, name), *body);
  }

  // A whole answer that is held in memory.
  Result<void> take_object(const std::string& name, const std::string& shown, Element object) {
    auto document = begin(name, shown, head_of(object));
    if (!document.head.error_code.empty()) {
      refuse(document);
    } else if (document.head.is_list) {
      const auto list = object.is_array() ? object : *snapshot::find(object, "/value");
      for (const Element element : simdjson::dom::array(list)) TRY(take(document, element));
    } else {
      TRY(take(document, object));
    }
    end(document);
    return {};
  }

  Document begin(const std::string& name, const std::string& shown, AnswerHead head) {
    Document out{shown, std::move(head), {}, tables_.by_name(name), 0, 0, {}};
    out.origins = tables_.by_context(out.head.context);
    coverage_.saw_context(out.head.context);
    return out;
  }

  std::vector<GraphOrigin> origins_of(const Document& document, Element element) {
    if (!document.origins.empty()) return document.origins;
    if (const auto own = snapshot::find(element, "/@odata.context"); own && own->is_string()) {
      coverage_.saw_context(std::string_view(*own));
      if (auto origins = tables_.by_context(std::string_view(*own)); !origins.empty()) return origins;
    }
    if (is_policy(element)) return tables_.by_path(kPolicies);
    // A group may be called `users`: what the names say is held against the object.
    const NameMatch* best = nullptr;
    double best_likeness = 0;
    for (const auto& match : document.names) {
      const double is = likeness(*match.origins.front().table, element);
      if (is <= best_likeness || (match.match == Match::LastSegment && is < 0.5)) continue;
      best = &match;
      best_likeness = is;
    }
    return best == nullptr ? std::vector<GraphOrigin>{} : best->origins;
  }

  // What an object tells of the row that its request was made for.
  static bool fill_given(GraphOrigin& origin, Element element) {
    if (!origin.table->filter) return true;
    for (const auto& [column, pointer] : origin.table->filter->columns()) {
      const auto value = snapshot::find(element, pointer);
      if (!value || !value->is_string()) return false;
      origin.given[column] = std::string(std::string_view(*value));
    }
    return true;
  }

  Result<void> take(Document& document, Element element) {
    ++document.elements;
    const auto origins = element.is_object() ? origins_of(document, element) : std::vector<GraphOrigin>{};
    if (origins.empty()) ++document.unplaced;
    for (auto origin : origins) {
      const auto& table = *origin.table;
      if (!fill_given(origin, element)) continue;
      auto& seen = document.seen[{&table, origin.given}];
      seen.members.resize(table.members.size());
      for (std::size_t i = 0; i < table.members.size(); ++i) {
        if (seen.members[i]) continue;
        const auto value = snapshot::find(element, table.members[i].pointer);
        seen.members[i] = value && !(table.members[i].never_null && value->is_null());
      }
      if (table.filter && !table.filter->holds(element)) continue;
      auto& loader = loaders_[static_cast<std::size_t>(&table - tables_.all().data())];
      loader.give(origin.given);
      if (++seen.rows > most_objects(table)) continue;
      if (table.source.rows.empty()) {
        TRY(loader.add(element));
      } else if (const auto rows = snapshot::find(element, table.source.rows)) {
        if (rows->is_array()) {
          for (const Element row : simdjson::dom::array(*rows)) TRY(loader.add(row));
        } else {
          TRY(loader.add(*rows));
        }
      }
    }
    return {};
  }

  void end(Document& document) {
    // A list without elements says that there are none, of what its context or its full name says.
    if (document.elements == 0 && document.head.is_list) {
      for (const auto& origin : whole_origins(document)) document.seen[{origin.table, origin.given}];
      if (document.seen.empty()) notice_(cannot_place(document.shown));
    }
    for (const auto& [of, seen] : document.seen) {
      ++placed_;
      std::vector<std::string> missing;
      for (std::size_t i = 0; i < seen.members.size(); ++i)
        if (!seen.members[i]) missing.push_back(of.first->members[i].pointer.substr(1));
      coverage_.brought(*of.first, of.second, document.shown, document.head, document.elements, missing);
    }
    if (document.unplaced == 0) return;
    notice_(document.unplaced == document.elements ? cannot_place(document.shown)
                                                   : fmt::format("`{}`: {} of {} objects cannot be placed",
                                                                 document.shown, document.unplaced, document.elements));
  }

  // Where a document without an object comes from. Of a request that is made for a row, the row must be known too: the
  // context tells the table then, and the file's name the row.
  static std::vector<GraphOrigin> whole_origins(const Document& document) {
    std::vector<GraphOrigin> out;
    const auto add = [&](const std::vector<GraphOrigin>& origins) {
      for (const auto& origin : origins) {
        const auto& filter = origin.table->filter;
        const bool meant =
            document.origins.empty() || std::any_of(document.origins.begin(), document.origins.end(),
                                                    [&](const auto& known) { return known.table == origin.table; });
        if (meant && (!filter || origin.given.size() >= filter->columns().size())) out.push_back(origin);
      }
    };
    add(document.origins);
    for (const auto& match : document.names)
      if (out.empty() && match.match == Match::Whole) add(match.origins);
    return out;
  }

  void refuse(Document& document) {
    const auto origins = whole_origins(document);
    for (const auto& origin : origins) {
      ++placed_;
      coverage_.refused(*origin.table, document.shown, document.head);
    }
    if (origins.empty()) notice_(fmt::format("`{}`: is an error: {}", document.shown, document.head.error_message));
  }

  static std::string cannot_place(const std::string& shown) {
    return fmt::format("`{}`: cannot be told what it holds; it is kept as evidence alone", shown);
  }

  const GraphTables& tables_;
  GraphCoverage& coverage_;
  snapshot::Evidence& evidence_;
  const Notice& notice_;
  std::vector<snapshot::Loader> loaders_;  // in the order of the tables
  simdjson::dom::parser parser_;
  std::size_t placed_ = 0;
};

}  // namespace

Result<void> read_graph(const std::vector<GraphFile>& files, const catalog::Catalogue& catalogue,
                        snapshot::Evidence& evidence, const Notice& notice) {
  const auto tables = TRY(GraphTables::create(catalogue));
  GraphCoverage coverage(catalogue, tables, evidence);
  std::vector<std::string> notices;
  const Notice gather = [&](const std::string& text) { notices.push_back(text); };
  Reader reader(tables, coverage, evidence, gather);
  TRY(reader.prepare());
  for (const auto& file : files) TRY_IN(fmt::format("`{}`", file.shown), reader.read(file));
  if (reader.placed() == 0)
    return invalid(files.size() == 1 ? fmt::format("`{}`: cannot be told what it holds", files.front().shown)
                                     : fmt::format("`{}`: cannot be told what it and {} hold", files.front().shown,
                                                   text::count(files.size() - 1, "other file", "other files")),
                   "keep `@odata.context`, or name it as Graph does, such as users.json");
  if (notice)
    for (const auto& text : notices) notice(text);
  return coverage.settle();
}

}  // namespace assay::import
