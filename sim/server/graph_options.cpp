#include "sim/server/graph_options.h"

#include <charconv>

#include "base/text.h"

namespace assay::sim::server {
namespace {

constexpr int kDeepest = 6;

// Splits at the separator where no parenthesis and no quote is open.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == separator && depth == 0 && !quoted)) {
      const auto part = text::trim(text.substr(begin, i - begin));
      if (!part.empty()) out.push_back(part);
      begin = i + 1;
    } else if (text[i] == '\'') {
      quoted = !quoted;
    } else if (!quoted) {
      depth += text[i] == '(' ? 1 : (text[i] == ')' ? -1 : 0);
    }
  }
  return out;
}

std::vector<std::string> names(std::string_view list) {
  std::vector<std::string> out;
  for (const auto part : split_outside(list, ',')) out.emplace_back(part);
  return out;
}

Result<std::vector<Expand>> parse_expand(std::string_view list, int depth) {
  if (depth > kDeepest) return invalid("$expand is nested too deep");
  std::vector<Expand> out;
  for (const auto part : split_outside(list, ',')) {
    Expand one;
    const auto open = part.find('(');
    one.name = std::string(text::trim(part.substr(0, open)));
    if (open != std::string_view::npos) {
      if (part.back() != ')') return invalid("$expand has a parenthesis too few");
      for (const auto option : split_outside(part.substr(open + 1, part.size() - open - 2), ';')) {
        const auto equals = option.find('=');
        if (equals == std::string_view::npos) return invalid("$expand has an option without a value");
        const auto value = option.substr(equals + 1);
        if (text::iequals(option.substr(0, equals), "$select")) one.select = names(value);
        if (text::iequals(option.substr(0, equals), "$expand")) one.expand = TRY(parse_expand(value, depth + 1));
      }
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::size_t> number(std::string_view name, const std::string& text) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size())
    return invalid("Invalid value '" + text + "' for " + std::string(name) + " query option found.");
  return out;
}

}  // namespace

Result<GraphOptions> parse_graph_options(const Request& request) {
  GraphOptions out;
  for (const auto& [raw, value] : request.options()) {
    // Names are accepted without the dollar sign too.
    const auto name = text::lower(raw.starts_with('$') ? raw : "$" + raw);
    if (name == "$skiptoken") {
      out.page_token = value;
      continue;
    }
    out.text.append(name).append("=").append(value).append("&");
    if (name == "$select") {
      out.select = names(value);
    } else if (name == "$expand") {
      out.expand = TRY(parse_expand(value, 0));
    } else if (name == "$filter") {
      out.filter_text = value;
      out.filter = TRY(Filter::parse(value));
    } else if (name == "$orderby") {
      for (const auto& part : names(value)) {
        const auto blank = part.find(' ');
        out.order.push_back({part.substr(0, blank),
                             blank != std::string::npos && text::iequals(text::trim(part.substr(blank)), "desc")});
      }
    } else if (name == "$search") {
      out.search = value;
    } else if (name == "$top") {
      out.top = TRY(number("$top", value));
    } else if (name == "$skip") {
      out.skip = TRY(number("$skip", value));
    } else if (name == "$count") {
      out.count = text::iequals(value, "true");
    } else if (name == "$deltatoken") {
      out.delta_token = value;
    } else if (raw.starts_with('$') && name != "$format") {
      return invalid("The query parameter '" + raw + "' is not supported.");
    }
  }
  return out;
}

std::string with_page_token(const Request& request, std::string_view name, const std::string& token) {
  std::string out;
  for (const auto part : text::split(request.query, '&')) {
    const auto key = url_decode(part.substr(0, part.find('=')));
    if (part.empty() || text::iequals(key, "$skiptoken") || text::iequals(key, "$skip") ||
        text::iequals(key, "$deltatoken"))
      continue;
    out.append(part).append("&");
  }
  return out.append(name).append("=").append(url_encode(token));
}

}  // namespace assay::sim::server
