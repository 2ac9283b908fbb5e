#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assess/finding.h"
#include "base/json.h"
#include "base/result.h"

// The only place that prints. Data goes to standard output, messages and progress to standard error.
namespace assay::cli {

enum class Format { Table, Json, Csv };

// How to print here: table for a person, colour only on a terminal and where NO_COLOR is not set.
struct Terminal {
  bool is_terminal = false;
  bool colour = false;
  std::size_t width = 100;
  static Terminal of_stdout();
  static Terminal of_stderr();
};

// ANSI styles, empty without colour.
enum class Style { Plain, Bold, Dim, Green, Yellow, Red, Blue };
std::string styled(std::string_view text, Style style, const Terminal& terminal);
Style style_of(assess::Verdict verdict);

struct ColumnHead {
  std::string title;
  bool right = false;     // numbers
  bool flexible = false;  // gives way when the terminal is narrow
  bool optional = false;  // is left out when that is not enough
};

// Rows of text, as a table that fits the terminal or as CSV.
class Rows {
 public:
  explicit Rows(std::vector<ColumnHead> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells, Style style = Style::Plain);
  bool empty() const { return cells_.empty(); }
  std::string table(const Terminal& terminal) const;
  std::string csv() const;

 private:
  std::vector<ColumnHead> columns_;
  std::vector<std::vector<std::string>> cells_;
  std::vector<Style> styles_;
};

// Prose in lines that fit the terminal, broken between words; it keeps its own line ends.
std::string wrapped(std::string_view text, const Terminal& terminal);

// Columns that a text takes on a terminal: characters, wide ones (East Asian, emoji) twice, combining ones none.
std::size_t display_width(std::string_view text);

void print(std::string_view text);       // to standard output
void print_line(std::string_view text);  // with a line end
void print_json(const Json& json);       // indented, with a line end
void message(std::string_view text);     // to standard error, with a line end

// Whether everything that was printed has been taken: a full disk must not look like success.
Result<void> flush();

// A line on standard error that is redrawn, at most ten times a second and only after half a second of work; nothing
// when standard error is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  void update(std::size_t done, std::size_t total);

 private:
  std::string what_;
  double begun_;
  double drawn_ = 0;
  bool visible_ = false;
};

}  // namespace assay::cli
