#include "import/graph_filter.h"

#include <algorithm>

#include "base/text.h"
#include "snapshot/loader.h"

namespace assay::import {
namespace {

constexpr int kDeepest = 32;

bool is_column(std::string_view literal) {
  return literal.size() > 2 && literal.front() == '{' && literal.back() == '}';
}

std::string text_of(simdjson::dom::element value) {
  if (value.is_string()) return std::string(std::string_view(value));
  return simdjson::minify(value);
}

}  // namespace

// A comparison where `member` is given, else its parts joined by `all`.
struct GraphFilter::Node {
  std::string member;
  std::vector<std::string> literals;
  bool all = false;
  std::vector<Node> parts;

  bool holds(simdjson::dom::element object) const {
    if (!member.empty()) {
      const auto value = snapshot::find(object, member);
      if (!value || value->is_array() || value->is_object()) return false;
      const auto is = text_of(*value);
      return std::any_of(literals.begin(), literals.end(),
                         [&](const auto& l) { return is_column(l) || text::iequals(l, is); });
    }
    const auto part_holds = [&](const Node& part) { return part.holds(object); };
    return all ? std::all_of(parts.begin(), parts.end(), part_holds)
               : std::any_of(parts.begin(), parts.end(), part_holds);
  }

  // Reads a filter from its text, from left to right.
  struct Reader {
    std::string_view rest;
    std::vector<std::string>& members;
    std::map<std::string, std::string>& columns;

    void blanks() {
      while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    }
    bool take(char c) {
      blanks();
      if (rest.empty() || rest.front() != c) return false;
      rest.remove_prefix(1);
      return true;
    }
    std::string_view word() {
      blanks();
      std::size_t n = 0;
      while (n < rest.size() && std::string_view(" (),'").find(rest[n]) == std::string_view::npos) ++n;
      const auto out = rest.substr(0, n);
      rest.remove_prefix(n);
      return out;
    }
    bool take_word(std::string_view wanted) {
      const auto before = rest;
      if (text::iequals(word(), wanted)) return true;
      rest = before;
      return false;
    }
    std::optional<std::string> literal() {
      if (!take('\'')) {
        const auto bare = word();
        return bare.empty() ? std::nullopt : std::optional(std::string(bare));
      }
      std::string out;
      while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c != '\'') {
          out += c;
        } else if (!rest.empty() && rest.front() == '\'') {  // doubled: the quote itself
          out += c;
          rest.remove_prefix(1);
        } else {
          return out;
        }
      }
      return std::nullopt;
    }
    std::optional<Node> term(int depth) {
      if (depth > kDeepest) return std::nullopt;
      if (take('(')) {
        auto inner = any(depth + 1);
        return inner && take(')') ? inner : std::nullopt;
      }
      Node out;
      const auto name = word();
      if (name.empty()) return std::nullopt;
      out.member = "/" + std::string(name);
      members.push_back(out.member);
      const bool list = take_word("in");
      if (!(list ? take('(') : take_word("eq"))) return std::nullopt;
      do {
        auto value = literal();
        if (!value) return std::nullopt;
        if (is_column(*value)) columns[value->substr(1, value->size() - 2)] = out.member;
        out.literals.push_back(std::move(*value));
      } while (list && take(','));
      if (list && !take(')')) return std::nullopt;
      return out;
    }
    std::optional<Node> every(int depth) {
      Node out;
      out.all = true;
      do {
        auto part = term(depth);
        if (!part) return std::nullopt;
        out.parts.push_back(std::move(*part));
      } while (take_word("and"));
      return out;
    }
    std::optional<Node> any(int depth) {
      Node out;
      do {
        auto part = every(depth);
        if (!part) return std::nullopt;
        out.parts.push_back(std::move(*part));
      } while (take_word("or"));
      return out;
    }
  };
};

std::optional<GraphFilter> GraphFilter::parse(std::string_view text) {
  GraphFilter out;
  Node::Reader reader{text, out.members_, out.columns_};
  auto root = reader.any(0);
  reader.blanks();
  if (!root || !reader.rest.empty()) return std::nullopt;
  out.root_ = std::make_shared<const Node>(std::move(*root));
  return out;
}

bool GraphFilter::holds(simdjson::dom::element object) const { return root_->holds(object); }

}  // namespace assay::import
