#include "sim/server/odata_filter.h"

#include <cctype>
#include <optional>
#include <vector>

#include "base/text.h"

namespace assay::sim {

struct FilterNode {
  enum class Kind { And, Or, Not, Compare, In, Literal, Property, Call, Any, All };
  Kind kind = Kind::Literal;
  std::string name;  // operator, function, path, or the variable of a lambda
  std::string path;  // of a lambda: the collection
  Json literal;
  std::vector<std::shared_ptr<FilterNode>> children;
};

namespace {

using Kind = FilterNode::Kind;
using Node = std::shared_ptr<FilterNode>;
const Json kNull;

bool is_time(const std::string& s) { return s.size() >= 10 && s[4] == '-' && s[7] == '-' && std::isdigit(s[0]) != 0; }

// 2026-01-10 and 2026-01-10T09:12:33.5Z in a form whose order as text is their order in time.
std::string sortable_time(const std::string& s) {
  auto out = s.substr(0, 19);
  if (out.size() == 10) out += "T00:00:00";
  std::string fraction;
  if (s.size() > 20 && s[19] == '.')
    for (std::size_t i = 20; i < s.size() && std::isdigit(static_cast<unsigned char>(s[i])) != 0; ++i) fraction += s[i];
  fraction.resize(9, '0');
  return out + '.' + fraction;
}

struct Token {
  enum class Type { End, Word, String, Symbol };
  Type type = Type::End;
  std::string text;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  std::optional<Node> parse() {
    auto out = parse_or();
    if (!out || broken_ || token_.type != Token::Type::End) return std::nullopt;
    return out;
  }

  std::set<std::string> properties;
  std::string advanced;

 private:
  void advance() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    token_ = {};
    if (at_ >= text_.size()) return;
    const char c = text_[at_];
    if (c == '\'') {
      token_.type = Token::Type::String;
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '\'') {
          if (at_ + 1 >= text_.size() || text_[at_ + 1] != '\'') break;
          ++at_;
        }
        token_.text += text_[at_];
      }
      if (at_ >= text_.size()) broken_ = true;
      ++at_;
      return;
    }
    if (c == '(' || c == ')' || c == ',') {
      token_ = {Token::Type::Symbol, std::string(1, c)};
      ++at_;
      return;
    }
    token_.type = Token::Type::Word;
    while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '(' && text_[at_] != ')' && text_[at_] != ',' &&
           text_[at_] != '\'')
      token_.text += text_[at_++];
  }

  bool is_word(std::string_view word) const {
    return token_.type == Token::Type::Word && text::iequals(token_.text, word);
  }
  bool is_symbol(char c) const { return token_.type == Token::Type::Symbol && token_.text.front() == c; }
  bool eat(char c) {
    if (!is_symbol(c)) return false;
    advance();
    return true;
  }

  std::optional<Node> binary(Kind kind, std::string_view word, std::optional<Node> (Parser::*next)()) {
    auto left = (this->*next)();
    while (left && is_word(word)) {
      advance();
      auto right = (this->*next)();
      if (!right) return std::nullopt;
      auto node = std::make_shared<FilterNode>();
      node->kind = kind;
      node->children = {*left, *right};
      left = node;
    }
    return left;
  }
  std::optional<Node> parse_or() { return binary(Kind::Or, "or", &Parser::parse_and); }
  std::optional<Node> parse_and() { return binary(Kind::And, "and", &Parser::parse_not); }

  std::optional<Node> parse_not() {
    if (!is_word("not")) return parse_comparison();
    if (advanced.empty()) advanced = "not";
    advance();
    auto inner = parse_not();
    if (!inner) return std::nullopt;
    auto node = std::make_shared<FilterNode>();
    node->kind = Kind::Not;
    node->children = {*inner};
    return node;
  }

  std::optional<Node> parse_comparison() {
    if (++depth_ > 50 || broken_) return std::nullopt;
    std::optional<Node> left;
    if (eat('(')) {
      left = parse_or();
      if (!left || !eat(')')) return std::nullopt;
    } else {
      left = parse_operand();
    }
    --depth_;
    if (!left || token_.type != Token::Type::Word) return left;
    const auto op = text::lower(token_.text);
    if (op == "in") {
      advance();
      return parse_in(*left);
    }
    static const std::set<std::string> operators{"eq", "ne", "gt", "ge", "lt", "le", "has"};
    if (operators.count(op) == 0) return left;
    if (op == "ne" && advanced.empty()) advanced = "ne";
    advance();
    auto right = parse_operand();
    if (!right) return std::nullopt;
    auto node = std::make_shared<FilterNode>();
    node->kind = Kind::Compare;
    node->name = op;
    node->children = {*left, *right};
    return node;
  }

  std::optional<Node> parse_in(const Node& left) {
    auto node = std::make_shared<FilterNode>();
    node->kind = Kind::In;
    node->children = {left};
    if (!eat('(')) return std::nullopt;
    do {
      auto one = parse_operand();
      if (!one) return std::nullopt;
      node->children.push_back(*one);
    } while (eat(','));
    if (!eat(')')) return std::nullopt;
    return node;
  }

  std::optional<Node> parse_operand() {
    auto node = std::make_shared<FilterNode>();
    if (token_.type == Token::Type::String) {
      node->literal = token_.text;
      advance();
      return node;
    }
    if (token_.type != Token::Type::Word) return std::nullopt;
    const auto word = token_.text;
    advance();
    if (is_symbol('(')) return parse_call(word);
    if (as_literal(word, node->literal)) return node;
    node->kind = Kind::Property;
    node->name = word;
    note(word);
    if (word.ends_with("/$count") && advanced.empty()) advanced = "$count";
    return node;
  }

  static bool as_literal(const std::string& word, Json& out) {
    const auto low = text::lower(word);
    if (low == "null") {
      out = nullptr;
    } else if (low == "true" || low == "false") {
      out = low == "true";
    } else if (is_time(word)) {
      out = word;
    } else if (word.size() == 36 && word[8] == '-' && word[13] == '-') {
      out = word;
    } else if (std::isdigit(static_cast<unsigned char>(word[0])) != 0 || word[0] == '-') {
      const auto number = Json::parse(word, nullptr, false);
      if (!number.is_number()) return false;
      out = number;
    } else {
      return false;
    }
    return true;
  }

  std::optional<Node> parse_call(const std::string& word) {
    eat('(');
    auto node = std::make_shared<FilterNode>();
    const auto low = text::lower(word);
    const bool any = low.ends_with("/any");
    if (any || low.ends_with("/all")) {
      node->kind = any ? Kind::Any : Kind::All;
      node->path = word.substr(0, word.size() - 4);
      note(node->path);
      if (eat(')')) return node;  // any(): there is at least one
      if (token_.type != Token::Type::Word) return std::nullopt;
      // `x:x` is one word, and so is `x:` before a parenthesis.
      const auto colon = token_.text.find(':');
      if (colon == std::string::npos) return std::nullopt;
      node->name = token_.text.substr(0, colon);
      token_.text.erase(0, colon + 1);
      if (token_.text.empty()) advance();
      variables_.insert(node->name);
      auto inner = parse_or();
      variables_.erase(node->name);
      if (!inner || !eat(')')) return std::nullopt;
      node->children = {*inner};
      return node;
    }
    static const std::set<std::string> functions{"startswith", "endswith", "contains", "tolower",
                                                 "toupper",    "isof",     "length"};
    if (functions.count(low) == 0) return std::nullopt;
    if (low == "endswith" && advanced.empty()) advanced = "endsWith";
    node->kind = Kind::Call;
    node->name = low;
    do {
      auto one = parse_operand();
      if (!one) return std::nullopt;
      node->children.push_back(*one);
    } while (eat(','));
    if (!eat(')')) return std::nullopt;
    return node;
  }

  void note(const std::string& path) {
    const auto first = path.substr(0, path.find('/'));
    if (variables_.count(first) == 0) properties.insert(first);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token token_;
  std::set<std::string> variables_;
  int depth_ = 0;
  bool broken_ = false;
};

struct Scope {
  const Json* object;
  const Scope* outer = nullptr;
  std::string variable;
};

Json evaluate(const FilterNode& node, const Scope& scope);

bool truth(const FilterNode& node, const Scope& scope) {
  const auto value = evaluate(node, scope);
  return value.is_boolean() && value.get<bool>();
}

const Json& property(const std::string& path, const Scope& scope) {
  const auto first = path.substr(0, path.find('/'));
  for (const auto* at = &scope; at != nullptr; at = at->outer) {
    if (at->variable.empty()) return value_at(*at->object, path);
    if (at->variable == first)
      return first.size() == path.size() ? *at->object : value_at(*at->object, path.substr(first.size() + 1));
  }
  return kNull;
}

Json call(const FilterNode& node, const Scope& scope) {
  std::vector<Json> values;
  for (const auto& child : node.children) values.push_back(evaluate(*child, scope));
  if (node.name == "isof") {
    const auto& type = value_at(*scope.object, "@odata.type");
    auto wanted = values.back().is_string() ? values.back().get<std::string>() : std::string();
    return type.is_string() && text::iequals(type.get<std::string>(), "#" + wanted);
  }
  if (!values[0].is_string()) return false;
  const auto text = text::lower(values[0].get<std::string>());
  if (node.name == "tolower") return text;
  if (node.name == "toupper") return text;  // all comparisons are without case
  if (node.name == "length") return text.size();
  if (values.size() < 2 || !values[1].is_string()) return false;
  const auto part = text::lower(values[1].get<std::string>());
  if (node.name == "startswith") return text.starts_with(part);
  if (node.name == "endswith") return text.ends_with(part);
  return text.find(part) != std::string::npos;
}

bool has_flag(const Json& value, const Json& flag) {
  if (!value.is_string() || !flag.is_string()) return false;
  const auto all = value.get<std::string>();
  for (const auto part : text::split(all, ','))
    if (text::iequals(text::trim(part), flag.get<std::string>())) return true;
  return false;
}

Json compare(const FilterNode& node, const Scope& scope) {
  const auto left = evaluate(*node.children[0], scope);
  const auto right = evaluate(*node.children[1], scope);
  if (node.name == "has") return has_flag(left, right);
  if (node.name == "eq" || node.name == "ne") {
    const bool same = left.is_null() || right.is_null() ? left.is_null() && right.is_null()
                                                        : compare_values(left, right) == 0;
    return same == (node.name == "eq");
  }
  if (left.is_null() || right.is_null()) return false;
  const int order = compare_values(left, right);
  if (node.name == "gt") return order > 0;
  if (node.name == "ge") return order >= 0;
  if (node.name == "lt") return order < 0;
  return order <= 0;
}

Json lambda(const FilterNode& node, const Scope& scope) {
  const auto& list = property(node.path, scope);
  const bool any = node.kind == Kind::Any;
  if (!list.is_array()) return !any;
  if (node.children.empty()) return !list.empty();
  for (const auto& element : list) {
    const Scope inner{&element, &scope, node.name};
    if (truth(*node.children[0], inner) == any) return any;
  }
  return !any;
}

Json evaluate(const FilterNode& node, const Scope& scope) {
  switch (node.kind) {
    case Kind::And: return truth(*node.children[0], scope) && truth(*node.children[1], scope);
    case Kind::Or: return truth(*node.children[0], scope) || truth(*node.children[1], scope);
    case Kind::Not: return !truth(*node.children[0], scope);
    case Kind::Compare: return compare(node, scope);
    case Kind::In: {
      const auto value = evaluate(*node.children[0], scope);
      for (std::size_t i = 1; i < node.children.size(); ++i)
        if (compare_values(value, evaluate(*node.children[i], scope)) == 0) return true;
      return false;
    }
    case Kind::Literal: return node.literal;
    case Kind::Property: {
      if (!node.name.ends_with("/$count")) return property(node.name, scope);
      const auto& list = property(node.name.substr(0, node.name.size() - 7), scope);
      return list.is_array() ? list.size() : 0;
    }
    case Kind::Call: return call(node, scope);
    case Kind::Any:
    case Kind::All: return lambda(node, scope);
  }
  return nullptr;
}

void collect_equalities(const FilterNode& node, Json& out) {
  if (node.kind == Kind::And)
    for (const auto& child : node.children) collect_equalities(*child, out);
  if (node.kind == Kind::Compare && node.name == "eq" && node.children[0]->kind == Kind::Property &&
      node.children[1]->kind == Kind::Literal)
    out[node.children[0]->name] = node.children[1]->literal;
}

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
  Parser parser(text);
  auto root = parser.parse();
  if (!root) return invalid("`" + std::string(text) + "` is not a filter", "see OData's $filter");
  Filter out;
  out.root_ = *root;
  out.properties_ = std::move(parser.properties);
  out.advanced_ = std::move(parser.advanced);
  collect_equalities(**root, out.equalities_);
  return out;
}

bool Filter::matches(const Json& object) const { return truth(*root_, {&object, nullptr, {}}); }

const Json& value_at(const Json& object, std::string_view path) {
  const Json* at = &object;
  for (const auto part : text::split(path, '/')) {
    if (!at->is_object()) return kNull;
    auto found = at->find(std::string(part));
    if (found == at->end())
      for (auto i = at->begin(); i != at->end(); ++i)
        if (text::iequals(i.key(), part)) found = i;
    if (found == at->end()) return kNull;
    at = &*found;
  }
  return *at;
}

int compare_values(const Json& a, const Json& b) {
  if (a.is_string() && b.is_string()) {
    auto left = a.get<std::string>();
    auto right = b.get<std::string>();
    if (is_time(left) && is_time(right)) {
      left = sortable_time(left);
      right = sortable_time(right);
    } else {
      left = text::lower(left);
      right = text::lower(right);
    }
    return left.compare(right);
  }
  if (a.is_number() && b.is_number()) {
    const auto left = a.get<double>();
    const auto right = b.get<double>();
    return left < right ? -1 : (left > right ? 1 : 0);
  }
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

}  // namespace assay::sim
