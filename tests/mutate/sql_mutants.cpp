#include "sql_mutants.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <map>
#include <optional>

#include "base/text.h"

namespace assay::mutate {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool digit(char c) { return c >= '0' && c <= '9'; }

// Where a text in quotes ends that begins at `at`; a doubled quote is one of its characters.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
  const char quote = sql[at];
  for (auto i = at + 1; i < sql.size(); ++i) {
    if (sql[i] != quote) continue;
    if (i + 1 < sql.size() && sql[i + 1] == quote) {
      ++i;
    } else {
      return i + 1;
    }
  }
  return sql.size();
}

constexpr auto kLongSigns =
    std::to_array<std::string_view>({"->>", "->", "<>", "<=", ">=", "!=", "==", "||", "<<", ">>"});

// What other verdict stands for one. NULL and `unknown` are the same, so `unknown` becomes what would hide it.
std::optional<std::string_view> other_verdict(std::string_view text) {
  static constexpr auto kOthers = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"'pass'", "'fail'"},
      {"'fail'", "'pass'"},
      {"'unknown'", "'pass'"},
      {"'not_applicable'", "'pass'"},
      {"'manual'", "'pass'"},
  });
  for (const auto& [verdict, other] : kOthers)
    if (verdict == text) return other;
  return std::nullopt;
}

std::vector<std::string_view> other_comparisons(std::string_view sign) {
  if (sign == "=" || sign == "==") return {"<>"};
  if (sign == "<>" || sign == "!=") return {"="};
  if (sign == "<") return {"<=", ">"};
  if (sign == "<=") return {"<", ">="};
  if (sign == ">") return {">=", "<"};
  if (sign == ">=") return {">", "<="};
  return {};
}

// What an expression stands for: whether a part of it decides anything.
enum class Use { Logic, Reason, Label };

class Query {
 public:
  explicit Query(std::string_view sql) : tokens_(tokens(sql)) {
    find_parentheses();
    find_cases();
    find_betweens();
    find_outputs();
  }

  std::vector<Mutant> mutants() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (use_[i] == Use::Label) continue;
      const auto& token = tokens_[i];
      if (token.kind == Kind::Sign) {
        for (const auto other : other_comparisons(token.text)) replace(i, i, other);
      } else if (token.kind == Kind::Word) {
        change_word(i);
      } else if (use_[i] == Use::Logic && token.kind == Kind::Number) {
        change_number(i);
      } else if (use_[i] == Use::Logic && token.kind == Kind::Text) {
        change_text(i);
      }
    }
    return std::move(out_);
  }

 private:
  bool is(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].kind == Kind::Word && text::iequals(tokens_[i].text, word);
  }
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return is(i, word); });
  }
  bool sign(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].kind == Kind::Sign && tokens_[i].text == text;
  }
  bool compares(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == Kind::Sign && !other_comparisons(tokens_[i].text).empty();
  }
  std::size_t before(std::size_t i) const { return i == 0 ? kNone : i - 1; }

  void replace(std::size_t first, std::size_t last, std::string_view put) {
    const auto at = tokens_[first].at;
    out_.push_back({at, tokens_[last].at + tokens_[last].text.size() - at, std::string(put)});
  }

  void find_parentheses() {
    std::vector<std::size_t> open;
    inside_.assign(tokens_.size(), kNone);
    open_.assign(tokens_.size(), kNone);
    close_.assign(tokens_.size(), tokens_.size());
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (sign(i, ")") && !open.empty()) {
        close_[open.back()] = i;
        open_[i] = open.back();
        open.pop_back();
      }
      inside_[i] = open.empty() ? kNone : open.back();
      if (sign(i, "(")) open.push_back(i);
    }
  }

  // Of each WHEN and ELSE, its CASE; of each ELSE also its END.
  void find_cases() {
    case_.assign(tokens_.size(), kNone);
    end_.assign(tokens_.size(), kNone);
    struct Open {
      std::size_t at;
      std::size_t otherwise;
    };
    std::vector<Open> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is(i, "CASE")) open.push_back({i, kNone});
      if (open.empty()) continue;
      if (is(i, "WHEN")) case_[i] = open.back().at;
      if (is(i, "ELSE")) open.back().otherwise = i;
      if (is(i, "END")) {
        if (open.back().otherwise != kNone) end_[open.back().otherwise] = i;
        open.pop_back();
      }
    }
  }

  // An AND that belongs to a BETWEEN.
  void find_betweens() {
    between_.assign(tokens_.size(), false);
    std::map<std::size_t, int> waiting;  // for each parenthesis
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is(i, "BETWEEN")) ++waiting[inside_[i]];
      if (is(i, "AND") && waiting[inside_[i]] > 0) {
        --waiting[inside_[i]];
        between_[i] = true;
      }
    }
  }

  static Use use_of(std::string_view name, bool outermost) {
    if (text::iequals(name, "reason") || text::iequals(name, "says")) return Use::Reason;
    const bool label = text::iequals(name, "resource") || text::iequals(name, "name");
    return label && outermost ? Use::Label : Use::Logic;
  }

  // The columns of `name(a, b) AS (`, when the parenthesis is opened by that.
  std::vector<std::string> named_columns(std::size_t parenthesis) const {
    std::vector<std::string> out;
    auto i = before(parenthesis);
    while (is_any(i, {"MATERIALIZED", "NOT"})) i = before(i);
    if (!is(i, "AS") || !sign(before(i), ")")) return out;
    for (auto c = open_[i - 1] + 1; c < i - 1; ++c)
      if (tokens_[c].kind == Kind::Word) out.emplace_back(tokens_[c].text);
    return out;
  }

  // Marks what the outputs of every SELECT and the rows of every VALUES are for. Those of a UNION are called as in its
  // first SELECT.
  void find_outputs() {
    use_.assign(tokens_.size(), Use::Logic);
    in_values_.assign(tokens_.size(), false);
    std::map<std::size_t, std::vector<std::string>> columns;  // for each parenthesis
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const auto level = inside_[i];
      auto& names = columns[level];
      if (names.empty() && level != kNone) names = named_columns(level);
      if (is(i, "SELECT")) {
        const auto end = level == kNone ? tokens_.size() : close_[level];
        mark_outputs(i + 1, end, level, names);
      } else if (is(i, "VALUES")) {
        for (auto row = i + 1; sign(row, "("); row = close_[row] + 2) {
          in_values_[row] = true;
          mark_outputs(row + 1, close_[row], row, names);
        }
      }
    }
  }

  // The outputs from `begin` on, up to `end` or a keyword; `names` are theirs, found here if there are none.
  void mark_outputs(std::size_t begin, std::size_t end, std::size_t level, std::vector<std::string>& names) {
    const bool first = names.empty();
    std::size_t item = 0;
    for (auto at = begin; at <= end; ++at) {
      if (at < end && inside_[at] != level) continue;
      const bool ends =
          at == end || (is_any(at, {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT"}) &&
                        !is(before(at), "DISTINCT"));
      if (!ends && !sign(at, ",")) continue;
      if (first) names.emplace_back(at > begin ? tokens_[at - 1].text : std::string_view());
      const auto use = item < names.size() ? use_of(names[item], level == kNone) : Use::Logic;
      for (auto i = begin; i < at; ++i) use_[i] = std::max(use_[i], use);
      ++item;
      begin = at + 1;
      if (ends) return;
    }
  }

  void change_word(std::size_t i) {
    if (is(i, "AND") && !between_[i]) replace(i, i, "OR");
    if (is(i, "OR")) replace(i, i, "AND");
    if (is_any(i, {"IN", "LIKE", "GLOB", "EXISTS"}) && !sign(before(i), ".")) {
      if (is(before(i), "NOT")) {
        replace(i - 1, i, tokens_[i].text);
      } else {
        replace(i, i, "NOT " + std::string(tokens_[i].text));
      }
    }
    if (is(i, "IS")) {
      if (is(i + 1, "NOT")) {
        replace(i, i + 1, "IS");
      } else {
        replace(i, i, "IS NOT");
      }
    }
    if (is(i, "ELSE") && end_[i] != kNone && use_[i] == Use::Logic) {
      // Without a verdict it is unknown.
      const bool same = end_[i] == i + 2 && (is(i + 1, "NULL") || tokens_[i + 1].text == "'unknown'");
      if (!same && end_[i] > i + 1) replace(i + 1, end_[i] - 1, "NULL");
    }
  }

  void change_number(std::size_t i) {
    // Neither a column's position nor what EXISTS and count() look at, where anything will do.
    for (auto at = before(i); at != kNone; --at) {
      if (is(at, "BY")) return;
      if (tokens_[at].kind == Kind::Word || sign(at, "(") || sign(at, ")")) break;
    }
    const auto opener = inside_[i];
    const bool of_exists = opener != kNone && is(before(opener), "EXISTS") && before(i) == opener + 1;
    const bool counted = opener != kNone && is(before(opener), "count") &&
                         (before(i) == opener || (is(opener + 1, "CASE") && is_any(before(i), {"THEN", "ELSE"})));
    if (of_exists || counted) return;
    const auto& token = tokens_[i].text;
    const bool bound = is(before(i), "BETWEEN") || (i > 0 && between_[i - 1]);
    const bool negative =
        sign(before(i), "-") && i >= 2 &&
        (tokens_[i - 2].kind == Kind::Sign ? !sign(i - 2, ")") : is_any(i - 2, {"THEN", "ELSE", "WHEN", "AND", "IS"}));
    if ((token == "0" || token == "1") && !bound && !negative) {
      replace(i, i, token == "0" ? "1" : "0");
      return;
    }
    std::int64_t value = 0;
    const auto* end = token.data() + token.size();
    if (const auto read = std::from_chars(token.data(), end, value); read.ec == std::errc() && read.ptr == end) {
      replace(i, i, std::to_string(value + 1));
      if (value > 0) replace(i, i, std::to_string(value - 1));
    } else {
      replace(i, i, "(" + std::string(token) + "+1)");
      replace(i, i, "(" + std::string(token) + "-1)");
    }
  }

  void change_text(std::size_t i) {
    const auto text = tokens_[i].text;
    if (const auto other = other_verdict(text)) {
      replace(i, i, *other);
    } else if (decides(i)) {
      replace(i, i, std::string(text.substr(0, text.size() - 1)) + "~'");
    }
  }

  // Whether the text at `i` is compared or in a list, and not put together for a reader.
  bool decides(std::size_t i) const {
    const auto previous = before(i);
    if (compares(previous) || compares(i + 1)) return true;
    if (sign(previous, "->") || sign(previous, "->>")) return true;
    if (is_any(previous, {"LIKE", "GLOB", "IS", "BETWEEN"}) || (is(previous, "NOT") && is(before(previous), "IS")))
      return true;
    if (previous != kNone && between_[previous]) return true;
    if (is_any(i + 1, {"LIKE", "GLOB", "IS", "IN", "NOT", "BETWEEN"})) return true;
    if (is(previous, "WHEN") && case_[previous] != kNone && !is(case_[previous] + 1, "WHEN")) return true;
    const auto opener = inside_[i];
    if (opener == kNone) return false;
    if (in_values_[opener]) return tokens_[i].text.find(' ') == std::string_view::npos;
    return is_any(before(opener), {"IN", "has", "has_any", "within", "undeclared", "tag", "under_domain", "instr",
                                   "split", "json_extract", "json_each", "json_type", "json_array_length", "nullif"});
  }

  std::vector<Token> tokens_;
  std::vector<std::size_t> inside_;  // the parenthesis around it; of a parenthesis, the one around that
  std::vector<std::size_t> open_;    // of a closing parenthesis
  std::vector<std::size_t> close_;   // of an opening parenthesis
  std::vector<std::size_t> case_;
  std::vector<std::size_t> end_;
  std::vector<bool> between_;
  std::vector<bool> in_values_;  // of an opening parenthesis: a row of VALUES
  std::vector<Use> use_;
  std::vector<Mutant> out_;
};

}  // namespace

std::vector<Token> tokens(std::string_view sql) {
  std::vector<Token> out;
  std::size_t at = 0;
  const auto take = [&](Kind kind, std::size_t end) {
    out.push_back({kind, at, sql.substr(at, end - at)});
    at = end;
  };
  const auto end_of = [&](std::size_t from, auto fits) {
    while (from < sql.size() && fits(sql[from])) ++from;
    return from;
  };
  while (at < sql.size()) {
    const char c = sql[at];
    const auto rest = sql.substr(at);
    if (rest.starts_with("--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (rest.starts_with("/*")) {
      const auto end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else if (c == '\'') {
      take(Kind::Text, end_of_quoted(sql, at));
    } else if (c == '"' || c == '`') {
      take(Kind::Quoted, end_of_quoted(sql, at));
    } else if (letter(c)) {
      take(Kind::Word, end_of(at, [](char x) { return letter(x) || digit(x) || x == '$'; }));
    } else if (digit(c)) {
      take(Kind::Number, end_of(at, [](char x) { return digit(x) || letter(x) || x == '.'; }));
    } else if (static_cast<unsigned char>(c) <= ' ') {
      ++at;
    } else {
      const auto* const found = std::find_if(kLongSigns.begin(), kLongSigns.end(),
                                             [&](std::string_view sign) { return rest.starts_with(sign); });
      take(Kind::Sign, at + (found == kLongSigns.end() ? 1 : found->size()));
    }
  }
  return out;
}

std::string Mutant::in(std::string_view sql) const {
  return std::string(sql.substr(0, at)) + put + std::string(sql.substr(at + size));
}

std::vector<Mutant> mutants(std::string_view sql) { return Query(sql).mutants(); }

}  // namespace assay::mutate
