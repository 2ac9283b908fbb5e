#include "snapshot/answer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "snapshot/json_stream.h"

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

// What has been read of a source already, then the rest of it.
class HeadSource final : public ByteSource {
 public:
  HeadSource(std::string_view head, ByteSource& rest) : head_(head), rest_(rest) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const auto n = TRY(head_.read(buffer));
    return n != 0 ? Result<std::size_t>(n) : rest_.read(buffer);
  }

 private:
  MemorySource head_;
  ByteSource& rest_;
};

Error lacks(const std::string& list) { return invalid(fmt::format("the answer has no `{}`", list)); }

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
    bool found = false;  // its list, in the answer that is read apart
  };
  const sql::Database* db = nullptr;
  std::vector<Part> parts;
  Options options;
  simdjson::dom::parser parser;
  std::unique_ptr<char[]> buffer;  // options.whole bytes, and padding

  Result<Element> parse(std::string_view padded) {
    Element out;
    if (const auto error = parser.parse(padded.data(), padded.size(), false).get(out); error != simdjson::SUCCESS)
      return invalid(fmt::format("the answer is no JSON: {}", simdjson::error_message(error)));
    return out;
  }

  bool is_marked(std::string_view member) const {
    return std::find(options.marks.begin(), options.marks.end(), member) != options.marks.end();
  }

  Result<std::size_t> add_element(Part& part, Element element) {
    if (part.slice.rows.empty()) return std::size_t{TRY(part.loader.add(element))};
    std::size_t rows = 0;
    if (const auto inner = elements_at(element, part.slice.rows))
      for (const auto& row : *inner) rows += TRY(part.loader.add(row)) ? 1 : 0;
    return rows;
  }

  // Whether the answer, which begins with `first`, can be read without holding more than an element.
  bool comes_apart(char first) const {
    return std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
      const std::string_view list = part.slice.list;
      return list == "/" ? first == '[' : first == '{' && list.find('/', 1) == list.npos;
    });
  }

  Result<Answered> add_whole(std::string_view padded);
  Result<Answered> add_apart(ByteSource& json);
  Result<void> take(const Piece& piece, Answered& out);
};

AnswerLoader::AnswerLoader(std::unique_ptr<State> state) : state_(std::move(state)) {}
AnswerLoader::AnswerLoader(AnswerLoader&&) noexcept = default;
AnswerLoader& AnswerLoader::operator=(AnswerLoader&&) noexcept = default;
AnswerLoader::~AnswerLoader() = default;

Result<AnswerLoader> AnswerLoader::create(const sql::Database& db, const catalog::Catalogue& catalogue,
                                          const std::vector<Slice>& slices, Options options) {
  auto state = std::make_unique<State>();
  state->db = &db;
  for (const auto& slice : slices) {
    const auto* table = catalogue.table(slice.table);
    if (table == nullptr) continue;  // a table that this catalogue no longer has
    if (options.only != nullptr && options.only->count(table->name) == 0) continue;
    state->parts.push_back({slice, TRY(Loader::create(db, *table, options.only))});
  }
  state->options = std::move(options);
  state->buffer = std::make_unique_for_overwrite<char[]>(state->options.whole + simdjson::SIMDJSON_PADDING);
  return AnswerLoader(std::move(state));
}

Result<Answered> AnswerLoader::State::add_whole(std::string_view padded) {
  const auto document = TRY(parse(padded));
  std::vector<std::vector<Element>> lists;
  for (auto& part : parts) {
    auto list = elements_at(document, part.slice.list);
    if (!list) return lacks(part.slice.list);
    lists.push_back(std::move(*list));
  }
  Answered out;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const auto& element : lists[i]) out.rows += TRY(add_element(parts[i], element));
  if (document.is_object()) {
    for (const auto& mark : options.marks) {
      std::string_view value;
      if (document[mark].get(value) == simdjson::SUCCESS) out.marks[mark] = value;
    }
  }
  return out;
}

// An element of a list, or a member that is no list.
Result<void> AnswerLoader::State::take(const Piece& piece, Answered& out) {
  std::optional<Element> element;
  if (!piece.empty_container) element = TRY(parse(piece.json));
  for (auto& part : parts) {
    if (!text::iequals(part.slice.list.substr(1), piece.key)) continue;
    part.found = true;
    if (element && (piece.in_container || !element->is_null())) out.rows += TRY(add_element(part, *element));
  }
  if (std::string_view value;
      element && !piece.in_container && is_marked(piece.key) && element->get(value) == simdjson::SUCCESS)
    out.marks.emplace(piece.key, value);
  return {};
}

Result<Answered> AnswerLoader::State::add_apart(ByteSource& json) {
  for (auto& part : parts) part.found = false;
  // Of members of the same name the first counts.
  std::vector<std::string> seen;
  const auto wanted = [&](std::string_view key) {
    const auto is_key = [&](std::string_view name) { return text::iequals(name, key); };
    const bool of_a_part =
        std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return is_key(part.slice.list.substr(1)); });
    if ((!of_a_part && !is_marked(key)) || std::any_of(seen.begin(), seen.end(), is_key)) return Shape::Skip;
    seen.emplace_back(key);
    return Shape::Elements;
  };
  JsonStream stream(json, wanted, {}, Top::ObjectOrList);
  Answered out;
  for (Piece piece; TRY(stream.next(piece));) TRY(take(piece, out));
  for (const auto& part : parts)
    if (!part.found) return lacks(part.slice.list);
  return out;
}

Result<Answered> AnswerLoader::add(ByteSource& json, const Given& given) {
  auto& s = *state_;
  const std::size_t most = s.options.whole;
  std::size_t size = 0;
  bool ended = false;
  while (!ended && size < most) {
    const auto n = TRY(json.read({s.buffer.get() + size, most - size}));
    size += n;
    ended = n == 0;
  }
  std::string_view head(s.buffer.get(), size);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  for (auto& part : s.parts) part.loader.give(given);
  if (ended) return s.add_whole(head);
  HeadSource all(head, json);
  const auto first = head.find_first_not_of(" \t\r\n");
  if (first == head.npos || !s.comes_apart(head[first])) {
    std::string padded = TRY(read_all(all));
    padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
    return s.add_whole(padded);
  }
  TRY(s.db->execute("SAVEPOINT answer"));
  auto added = s.add_apart(all);
  if (!added) TRY(s.db->execute("ROLLBACK TO answer"));
  TRY(s.db->execute("RELEASE answer"));
  return added;
}

}  // namespace assay::snapshot
