#include "snapshot/answer.h"

#include <fmt/format.h>

#include "base/json.h"

namespace assay::snapshot {
namespace {

using Element = simdjson::dom::element;

// The elements under a pointer: a list's, or the one that stands there. Nothing: the answer has no such member.
std::optional<std::vector<Element>> elements_at(Element from, std::string_view pointer) {
  const auto found = find(from, pointer);
  if (!found) return std::nullopt;
  std::vector<Element> out;
  if (found->is_array()) {
    for (const Element item : simdjson::dom::array(*found)) out.push_back(item);
  } else if (!found->is_null()) {
    out.push_back(*found);
  }
  return out;
}

}  // namespace

std::string slices_json(const std::vector<Slice>& slices) {
  Json out = Json::array();
  for (const auto& s : slices) out.push_back({{"table", s.table}, {"list", s.list}, {"rows", s.rows}});
  return out.dump();
}

Result<std::vector<Slice>> read_slices(std::string_view text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return invalid("the snapshot does not say which tables a document is for");
  std::vector<Slice> out;
  for (const auto& item : json)
    out.push_back({item.value("table", ""), item.value("list", "/value"), item.value("rows", "")});
  return out;
}

struct AnswerLoader::State {
  struct Part {
    Slice slice;
    Loader loader;
  };
  std::vector<Part> parts;
  std::vector<std::string> marks;
  simdjson::dom::parser parser;
  std::string padded;
};

AnswerLoader::AnswerLoader(std::unique_ptr<State> state) : state_(std::move(state)) {}
AnswerLoader::AnswerLoader(AnswerLoader&&) noexcept = default;
AnswerLoader& AnswerLoader::operator=(AnswerLoader&&) noexcept = default;
AnswerLoader::~AnswerLoader() = default;

Result<AnswerLoader> AnswerLoader::create(const sql::Database& db, const catalog::Catalogue& catalogue,
                                          const std::vector<Slice>& slices, std::vector<std::string> marks,
                                          const sql::Reads* only) {
  auto state = std::make_unique<State>();
  for (const auto& slice : slices) {
    const auto* table = catalogue.table(slice.table);
    if (table == nullptr) continue;  // a table that this catalogue no longer has
    if (only != nullptr && only->count(table->name) == 0) continue;
    state->parts.push_back({slice, TRY(Loader::create(db, *table, only))});
  }
  state->marks = std::move(marks);
  return AnswerLoader(std::move(state));
}

Result<Answered> AnswerLoader::add(std::string_view json, const Given& given) {
  auto& s = *state_;
  // A byte-order mark and trailing NULs are seen in real answers.
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  s.padded.clear();
  s.padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  s.padded.assign(json);
  Element document;
  if (const auto error = s.parser.parse(s.padded).get(document); error != simdjson::SUCCESS)
    return invalid(fmt::format("the answer is no JSON: {}", simdjson::error_message(error)));
  std::vector<std::vector<Element>> lists;
  for (auto& part : s.parts) {
    auto list = elements_at(document, part.slice.list);
    if (!list) return invalid(fmt::format("the answer has no `{}`", part.slice.list));
    lists.push_back(std::move(*list));
  }
  Answered out;
  for (std::size_t i = 0; i < s.parts.size(); ++i) {
    auto& part = s.parts[i];
    part.loader.give(given);
    for (const auto& element : lists[i]) {
      if (part.slice.rows.empty()) {
        out.rows += TRY(part.loader.add(element)) ? 1 : 0;
      } else if (const auto inner = elements_at(element, part.slice.rows)) {
        for (const auto& row : *inner) out.rows += TRY(part.loader.add(row)) ? 1 : 0;
      }
    }
  }
  if (document.is_object()) {
    for (const auto& mark : s.marks) {
      std::string_view value;
      if (document[mark].get(value) == simdjson::SUCCESS) out.marks[mark] = value;
    }
  }
  return out;
}

}  // namespace assay::snapshot
