#include "sql/list.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace assay::sql {
namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 63));
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 63));
    out += static_cast<char>(0x80 | ((c >> 6) & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
}

std::uint32_t hex4(std::string_view s) {
  std::uint32_t value = 0;
  for (const char c : s.substr(0, 4)) {
    const char l = static_cast<char>(c | 32);
    value = value * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : l - 'a' + 10);
  }
  return value;
}

void unescape(std::string_view s, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\' || i + 1 == s.size()) {
      out += s[i];
      continue;
    }
    switch (const char c = s[++i]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u': {
        if (i + 4 >= s.size()) return;
        std::uint32_t point = hex4(s.substr(i + 1));
        i += 4;
        if (point >= 0xD800 && point < 0xDC00 && i + 6 < s.size() && s[i + 1] == '\\' && s[i + 2] == 'u') {
          const std::uint32_t low = hex4(s.substr(i + 3));
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
          }
        }
        const bool half = point >= 0xD800 && point < 0xE000;
        append_utf8(out, half || point > 0x10FFFF ? 0xFFFD : point);
        break;
      }
      default:
        out += c;
    }
  }
}

}  // namespace

ListReader::ListReader(std::string_view list) : rest_(text::trim(list)) {
  if (!rest_.empty() && rest_.front() == '[' && rest_.back() == ']') {
    rest_ = rest_.substr(1, rest_.size() - 2);
  } else {
    single_ = true;
  }
}

bool ListReader::next(std::string_view& element) {
  if (single_) {
    single_ = false;
    element = rest_;
    rest_ = {};
    return true;
  }
  std::size_t i = 0;
  while (i < rest_.size() && std::string_view(", \t\r\n").find(rest_[i]) != std::string_view::npos) ++i;
  rest_.remove_prefix(i);
  if (rest_.empty()) return false;
  if (rest_[0] == '"') {
    std::size_t end = std::min(rest_.find('"', 1), rest_.size());
    // Without a backslash before it, it is the closing quote.
    const std::size_t backslash = rest_.substr(0, end).find('\\');
    const bool escaped = backslash != std::string_view::npos;
    if (escaped) {
      end = backslash;
      while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    }
    const auto raw = rest_.substr(1, std::min(end, rest_.size()) - 1);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (escaped) {
      unescape(raw, unescaped_);
      element = unescaped_;
    } else {
      element = raw;
    }
    return true;
  }
  // A number, a literal, or a nested value taken whole.
  int depth = 0;
  bool in_string = false;
  std::size_t end = 0;
  for (; end < rest_.size(); ++end) {
    const char c = rest_[end];
    if (in_string) {
      if (c == '\\')
        ++end;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      break;
    }
  }
  end = std::min(end, rest_.size());
  element = text::trim(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return true;
}

}  // namespace assay::sql
