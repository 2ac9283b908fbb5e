#include <cctype>

#include "base/text.h"
#include "sim/server/filter_node.h"

namespace assay::sim::server {
namespace {

using Kind = FilterNode::Kind;
using Node = std::shared_ptr<FilterNode>;

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
    } else if (is_time(word) || (word.size() == 36 && word[8] == '-' && word[13] == '-')) {
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

}  // namespace

bool is_time(const std::string& s) { return s.size() >= 10 && s[4] == '-' && s[7] == '-' && std::isdigit(s[0]) != 0; }

std::optional<ParsedFilter> parse_filter(std::string_view text) {
  Parser parser(text);
  auto root = parser.parse();
  if (!root) return std::nullopt;
  return ParsedFilter{std::move(*root), std::move(parser.properties), std::move(parser.advanced)};
}

}  // namespace assay::sim::server
