#include "cli/output.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

namespace assay::cli {
namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string_view code(Style style) {
  switch (style) {
    case Style::Bold:
      return "\x1b[1m";
    case Style::Dim:
      return "\x1b[2m";
    case Style::Green:
      return "\x1b[32m";
    case Style::Yellow:
      return "\x1b[33m";
    case Style::Red:
      return "\x1b[31m";
    case Style::Blue:
      return "\x1b[36m";
    case Style::Plain:
      break;
  }
  return "";
}

// The code point at the start of well-formed UTF-8 and its length.
std::pair<char32_t, std::size_t> first_character(std::string_view s) {
  const auto b = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(s[i])); };
  if (b(0) < 0x80) return {b(0), 1};
  if (b(0) < 0xE0 && s.size() >= 2) return {(b(0) & 31) << 6 | (b(1) & 63), 2};
  if (b(0) < 0xF0 && s.size() >= 3) return {(b(0) & 15) << 12 | (b(1) & 63) << 6 | (b(2) & 63), 3};
  if (s.size() >= 4) return {(b(0) & 7) << 18 | (b(1) & 63) << 12 | (b(2) & 63) << 6 | (b(3) & 63), 4};
  return {b(0), 1};
}

std::size_t character_width(char32_t c) {
  if ((c >= 0x0300 && c <= 0x036F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1F64F) || (c >= 0x1F900 && c <= 0x1F9FF) ||
                    (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

// The text cut to a width, with an ellipsis when something is missing.
std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto [c, length] = first_character(text);
    const auto w = character_width(c);
    if (used + w > width - 1) break;
    out += text.substr(0, length);
    text.remove_prefix(length);
    used += w;
  }
  return out + "…";
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  auto s = fit(text, width);
  const auto have = display_width(s);
  const std::string blanks(width > have ? width - have : 0, ' ');
  return right ? blanks + s : s + blanks;
}

Terminal terminal_of(int descriptor) {
  Terminal t;
  t.is_terminal = ::isatty(descriptor) != 0;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  t.colour = t.is_terminal && (no_colour == nullptr || *no_colour == '\0') &&
             (term == nullptr || std::strcmp(term, "dumb") != 0);
  struct winsize size {};
  if (t.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) t.width = size.ws_col;
  if (const char* columns = std::getenv("COLUMNS")) {
    std::size_t width = 0;
    if (std::from_chars(columns, columns + std::strlen(columns), width).ec == std::errc() && width >= 20)
      t.width = width;
  }
  return t;
}

}  // namespace

Terminal Terminal::of_stdout() { return terminal_of(STDOUT_FILENO); }
Terminal Terminal::of_stderr() { return terminal_of(STDERR_FILENO); }

std::string styled(std::string_view text, Style style, const Terminal& terminal) {
  if (!terminal.colour || style == Style::Plain) return std::string(text);
  return fmt::format("{}{}\x1b[0m", code(style), text);
}

Style style_of(assess::Verdict verdict) {
  switch (verdict) {
    case assess::Verdict::Pass:
      return Style::Green;
    case assess::Verdict::Fail:
      return Style::Red;
    case assess::Verdict::Unknown:
      return Style::Yellow;
    case assess::Verdict::Manual:
      return Style::Blue;
    default:
      return Style::Dim;
  }
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [c, length] = first_character(text);
    width += character_width(c);
    text.remove_prefix(length);
  }
  return width;
}

void Rows::add(std::vector<std::string> cells, Style style) {
  cells.resize(columns_.size());
  for (auto& cell : cells) cell = text::printable(cell);
  cells_.push_back(std::move(cells));
  styles_.push_back(style);
}

namespace {

// As display_width, without the colours of `styled`.
std::size_t visible_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto escape = std::min(text.find('\x1b'), text.size());
    width += display_width(text.substr(0, escape));
    text.remove_prefix(escape);
    const auto end = text.find('m');
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return width;
}

}  // namespace

std::string wrapped(std::string_view text, const Terminal& terminal) {
  std::string out;
  for (const auto line : text::split(text, '\n')) {
    if (!out.empty()) out += '\n';
    std::size_t used = 0;
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    for (const auto word : text::split(line.substr(indent), ' ')) {
      const auto width = visible_width(word);
      if (used == 0) {
        out.append(indent, ' ');
        used = indent;
      } else if (used + 1 + width > terminal.width) {
        out += '\n' + std::string(indent, ' ');
        used = indent;
      } else {
        out += ' ';
        ++used;
      }
      out += word;
      used += width;
    }
  }
  return out;
}

std::string Rows::table(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : cells_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  // Flexible columns share what is missing, the widest first.
  constexpr std::size_t gap = 2;
  constexpr std::size_t narrowest = 12;
  std::vector<bool> shown(columns_.size(), true);
  const auto total = [&] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (shown[i]) sum += widths[i] + (sum == 0 ? 0 : gap);
    return sum;
  };
  // Takes one from the widest column that may give way and is still wider than `least`.
  const auto narrow = [&](bool any, std::size_t least) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (shown[i] && (columns_[i].flexible || (any && !columns_[i].right)) && widths[i] > least &&
          (widest == columns_.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == columns_.size()) return false;
    --widths[widest];
    return true;
  };
  const auto leave_out = [&] {
    for (std::size_t i = columns_.size(); i-- > 0;) {
      if (!shown[i] || !columns_[i].optional) continue;
      shown[i] = false;
      return true;
    }
    return false;
  };
  while (total() > terminal.width && narrow(false, narrowest)) {
  }
  while (total() > terminal.width && leave_out()) {
  }
  while (total() > terminal.width && (narrow(true, narrowest) || narrow(true, 1))) {
  }
  std::size_t end = columns_.size();
  while (end > 0 && !shown[end - 1]) --end;
  const auto line = [&](const auto& cell_of, Style style) {
    std::string out;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!shown[i]) continue;
      const bool last = i == end - 1;
      auto cell =
          last && !columns_[i].right ? fit(cell_of(i), widths[i]) : padded(cell_of(i), widths[i], columns_[i].right);
      out += cell;
      if (!last) out += std::string(gap, ' ');
    }
    return styled(out, style, terminal) + "\n";
  };
  std::string out = line([&](std::size_t i) -> std::string_view { return columns_[i].title; }, Style::Bold);
  for (std::size_t r = 0; r < cells_.size(); ++r)
    out += line([&](std::size_t i) -> std::string_view { return cells_[r][i]; }, styles_[r]);
  return out;
}

std::string Rows::csv() const {
  const auto cell = [](std::string_view s) {
    // A leading = + - @ would be run as a formula by spreadsheets.
    std::string safe(s);
    if (!safe.empty() && std::strchr("=+-@", safe[0]) != nullptr &&
        !((safe[0] == '-' || safe[0] == '+') && safe.size() > 1 && safe[1] >= '0' && safe[1] <= '9'))
      safe.insert(0, "'");
    if (safe.find_first_of(",\"\n\r") == std::string::npos) return safe;
    std::string out = "\"";
    for (const char c : safe) {
      if (c == '"') out += '"';
      out += c;
    }
    return out + "\"";
  };
  std::string out;
  for (std::size_t i = 0; i < columns_.size(); ++i) out += (i == 0 ? "" : ",") + cell(columns_[i].title);
  out += "\n";
  for (const auto& row : cells_) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + cell(row[i]);
    out += "\n";
  }
  return out;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_line(std::string_view text) {
  print(text);
  print("\n");
}
void print_json(const Json& json) { print_line(json.dump(2, ' ', false, Json::error_handler_t::replace)); }

void message(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

Result<void> flush() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  return Error{ErrorCode::Invalid, fmt::format("standard output: {}", std::strerror(errno)), {}};
}

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)), begun_(seconds()) {}

ProgressLine::~ProgressLine() {
  if (visible_) std::fputs("\r\x1b[K", stderr);
}

void ProgressLine::update(std::size_t done, std::size_t total) {
  const double now = seconds();
  if (now - begun_ < 0.5 || now - drawn_ < 0.1 || ::isatty(STDERR_FILENO) == 0) return;
  drawn_ = now;
  visible_ = true;
  const double share = total == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const double left = share > 0.02 ? (now - begun_) * (1 - share) / share : 0;
  fmt::print(stderr, "\r\x1b[K{} {:3.0f} %  {} of {} MB{}", what_, share * 100, done >> 20, total >> 20,
             left >= 1 ? fmt::format("  about {:.0f} s left", left) : "");
  std::fflush(stderr);
}

}  // namespace assay::cli
