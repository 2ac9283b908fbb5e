// Holds the source to its own map. A folder of src/ may include what the USES line of its CMakeLists.txt names and
// nothing else; `assess`, `score` and `plan` see neither network nor clock; only `cli` prints; ARCHITECTURE.md names
// every folder of src/ and no path that is not there.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Names = std::set<std::string>;
using Complaints = std::vector<std::string>;  // one line each: `file:line: what is wrong`

// What a folder may include, from its CMakeLists.txt.
struct Permission {
  Names uses;
  Names tests_use;  // what its `_test.cpp` files may use as well: each `assay_…` among TEST_LINKS
};
using Permissions = std::map<std::string, Permission>;

struct Source {
  std::string path;  // from the root of the project: src/score/score.h
  std::string text;
};

// ---- reading ----

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// src/<folder>/… gives <folder>.
std::string folder_of(const Source& source) {
  const auto begin = source.path.find('/') + 1;
  return source.path.substr(begin, source.path.find('/', begin) - begin);
}

std::string complaint(const Source& source, std::size_t line, const std::string& what, const std::string& why) {
  std::string out = source.path;
  return out.append(":").append(std::to_string(line + 1)).append(": `").append(what).append("`: ").append(why);
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]))) return true;
  }
  return false;
}

// The text with comments and literals blanked, so that words in them are not taken for code. Lines stay where they are.
std::string code_of(std::string_view text) {
  std::string out(text);
  std::size_t at = 0;
  const auto word_at = [&](std::size_t i) { return i < text.size() && is_word(text[i]); };
  const auto behind = [&](std::string_view end, std::size_t from) {
    const auto found = text.find(end, from);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  const auto behind_literal = [&](char quote) {
    auto i = at + 1;
    while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
    return i + 1;
  };
  const auto blank_until = [&](std::size_t end) {
    for (; at < std::min(end, out.size()); ++at)
      if (out[at] != '\n') out[at] = ' ';
  };
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (rest.starts_with("//")) {
      blank_until(text.find('\n', at));
    } else if (rest.starts_with("/*")) {
      blank_until(behind("*/", at + 2));
    } else if (rest.starts_with("R\"")) {
      const auto open = std::min(text.find('(', at), text.size());
      blank_until(behind(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open));
    } else if (word_at(at)) {
      const bool number = std::isdigit(static_cast<unsigned char>(text[at])) != 0;  // 1'000 begins no literal
      while (word_at(at) || (number && at < text.size() && text[at] == '\'' && word_at(at + 1))) ++at;
    } else if (text[at] == '"' || text[at] == '\'') {
      blank_until(behind_literal(text[at]));
    } else {
      ++at;
    }
  }
  return out;
}

struct Include {
  std::size_t line = 0;
  bool quoted = false;
  std::string path;
};

std::vector<Include> includes_of(const Source& source) {
  std::vector<Include> out;
  const auto code = lines(code_of(source.text));
  const auto text = lines(source.text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto hash = code[i].find_first_not_of(" \t");
    if (hash == std::string::npos || code[i][hash] != '#' || !has_word(code[i], "include")) continue;
    const auto open = text[i].find_first_of("<\"");
    const auto close = text[i].find_first_of(">\"", open + 1);
    if (open == std::string::npos || close == std::string::npos) continue;
    out.push_back({i, text[i][open] == '"', text[i].substr(open + 1, close - open - 1)});
  }
  return out;
}

// The permission in a CMakeLists.txt; nothing when it declares no module of that name.
std::optional<Permission> permission(const std::string& cmake, const std::string& module) {
  std::string text;
  for (const auto& line : lines(cmake)) text += line.substr(0, line.find('#')) + '\n';
  const auto call = "assay_module(" + module;
  const auto begin = text.find(call);
  if (begin == std::string::npos || is_word(text[begin + call.size()])) return std::nullopt;
  const auto arguments = text.substr(begin + call.size(), text.find(')', begin) - begin - call.size());

  static const Names keywords{"SOURCES", "TESTS", "USES", "LINKS", "TEST_LINKS"};
  Permission out;
  std::string keyword;
  std::istringstream words(arguments);
  for (std::string word; words >> word;) {
    if (keywords.count(word) != 0) {
      keyword = word;
    } else if (keyword == "USES") {
      out.uses.insert(word);
    } else if (keyword == "TEST_LINKS" && word.starts_with("assay_")) {
      out.tests_use.insert(word.substr(std::string_view("assay_").size()));
    }
  }
  return out;
}

// ---- the rules ----

Complaints check_includes(const Source& source, const Permissions& permissions) {
  const auto own = folder_of(source);
  const auto& allowed = permissions.at(own);
  Complaints out;
  for (const auto& include : includes_of(source)) {
    const auto folder = include.path.substr(0, include.path.find('/'));
    const bool has_folder = folder != include.path && folder != "..";
    if (!include.quoted && !(has_folder && permissions.count(folder) != 0)) continue;  // from outside
    std::string why;
    if (!has_folder) {
      why = "write it as `folder/file.h`";
    } else if (folder != own && allowed.uses.count(folder) == 0 &&
               !(source.path.ends_with("_test.cpp") && allowed.tests_use.count(folder) != 0)) {
      why.append("`").append(own).append("` does not name `").append(folder).append("` under USES");
    }
    if (!why.empty()) out.push_back(complaint(source, include.line, include.path, why));
  }
  return out;
}

// A folder that is reached from itself over USES, as `a > b > a`. Empty: there is none.
std::string find_circle(const Permissions& permissions, const std::vector<std::string>& path) {
  const auto& last = path.back();
  const auto from = permissions.find(last);
  if (from == permissions.end()) return {};
  for (const auto& next : from->second.uses) {
    auto longer = path;
    longer.push_back(next);
    if (std::find(path.begin(), path.end(), next) != path.end()) {
      std::string out;
      for (const auto& name : longer) out += (out.empty() ? "" : " > ") + name;
      return out;
    }
    if (auto circle = find_circle(permissions, longer); !circle.empty()) return circle;
  }
  return {};
}

Complaints check_words(const Source& source, const Names& forbidden, const std::string& why) {
  Complaints out;
  const auto code = lines(code_of(source.text));
  for (std::size_t i = 0; i < code.size(); ++i)
    for (const auto& word : forbidden)
      if (has_word(code[i], word)) out.push_back(complaint(source, i, word, why));
  return out;
}

Complaints check_pure(const Source& source) {
  static const Names pure{"assess", "score", "plan"};
  static const Names headers{"arpa/inet.h", "ctime", "netdb.h", "sys/socket.h", "sys/time.h", "time.h"};
  static const Names libraries{"ares.h", "asio", "asio.hpp", "boost", "curl"};  // header, or folder of headers
  static const Names words{"SystemClock",  "clock_gettime", "gettimeofday", "high_resolution_clock",
                           "steady_clock", "system_clock",  "timespec_get"};
  const auto folder = folder_of(source);
  if (pure.count(folder) == 0) return {};
  const auto why = "`" + folder + "` sees neither network nor clock";
  auto out = check_words(source, words, why);
  for (const auto& include : includes_of(source))
    if (headers.count(include.path) != 0 || libraries.count(include.path.substr(0, include.path.find('/'))) != 0)
      out.push_back(complaint(source, include.line, include.path, why));
  return out;
}

Complaints check_quiet(const Source& source) {
  static const Names may_print{
      "src/base/check.cpp",  // the last words before the process stops on a bug of ours
  };
  static const Names words{"fmt::print", "fmt::println", "std::cerr",     "std::clog",     "std::cout",
                           "stderr",     "stdout",       "STDERR_FILENO", "STDOUT_FILENO", "fprintf",
                           "perror",     "printf",       "putchar",       "puts",          "vprintf"};
  if (folder_of(source) == "cli" || source.path.ends_with("_main.cpp") || may_print.count(source.path) != 0) return {};
  return check_words(source, words, "only `cli` prints");
}

// What stands between the marks, each time they occur in the line.
std::vector<std::string> between(const std::string& line, std::string_view open, std::string_view close) {
  std::vector<std::string> out;
  for (auto begin = line.find(open); begin != std::string::npos; begin = line.find(open, begin)) {
    begin += open.size();
    const auto end = line.find(close, begin);
    if (end == std::string::npos) break;
    out.push_back(line.substr(begin, end - begin));
    begin = end + close.size();
  }
  return out;
}

// Paths that a page names: what stands in backticks and has a slash in it, and the targets of its links. Blocks of code
// are passed over; of `catalog/controls/<service>/` only the part before `<` counts.
std::vector<std::string> paths_in(const std::string& page) {
  std::vector<std::string> out;
  bool block = false;
  for (const auto& line : lines(page)) {
    if (line.starts_with("```")) block = !block;
    if (block) continue;
    for (const auto& words : between(line, "`", "`")) {
      const auto path = words.substr(0, words.find_first_of("<*"));
      const bool is_path = path.find('/') != std::string::npos && path.find(' ') == std::string::npos;
      if (is_path) out.push_back(path.size() == words.size() ? path : path.substr(0, path.rfind('/') + 1));
    }
    for (const auto& target : between(line, "](", ")"))
      if (target.find("://") == std::string::npos) out.push_back(target.substr(0, target.find('#')));
  }
  return out;
}

// ---- the project itself ----

fs::path root() { return ASSAY_SOURCE_DIR; }

Permissions project_permissions() {
  Permissions out;
  for (const auto& folder : fs::directory_iterator(root() / "src")) {
    if (!folder.is_directory()) continue;
    const auto name = folder.path().filename().string();
    const auto found = permission(read(folder.path() / "CMakeLists.txt"), name);
    EXPECT_TRUE(found) << "src/" << name << "/CMakeLists.txt has no assay_module(" << name << " …)";
    out[name] = found.value_or(Permission{});
  }
  return out;
}

std::vector<Source> project_sources() {
  std::vector<Source> out;
  for (const auto& entry : fs::recursive_directory_iterator(root() / "src")) {
    const auto extension = entry.path().extension();
    if (extension != ".h" && extension != ".cpp") continue;
    out.push_back({fs::relative(entry.path(), root()).generic_string(), read(entry.path())});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

// Every complaint of a rule over the whole of src/, as the text of one failure.
template <class Rule>
void expect_no_complaint(Rule rule) {
  const auto sources = project_sources();
  ASSERT_FALSE(sources.empty());
  std::string all;
  for (const auto& source : sources)
    for (const auto& complaint : rule(source)) all += complaint + '\n';
  EXPECT_EQ(all, "");
}

TEST(LayersTest, FoldersIncludeOnlyWhatTheirUsesLineNames) {
  const auto permissions = project_permissions();
  expect_no_complaint([&](const Source& source) { return check_includes(source, permissions); });
}

TEST(LayersTest, UsesNamesFoldersThatExistAndNeverGoesInACircle) {
  const auto permissions = project_permissions();
  for (const auto& [folder, permission] : permissions) {
    for (const auto& used : permission.uses)
      EXPECT_EQ(permissions.count(used), 1U) << "src/" << folder << "/CMakeLists.txt: USES names `" << used << "`";
    EXPECT_EQ(find_circle(permissions, {folder}), "");
  }
}

TEST(LayersTest, PureFoldersSeeNeitherNetworkNorClock) { expect_no_complaint(check_pure); }

TEST(LayersTest, OnlyCliPrints) { expect_no_complaint(check_quiet); }

TEST(LayersTest, ArchitectureNamesOnlyPathsThatExist) {
  const auto paths = paths_in(read(root() / "ARCHITECTURE.md"));
  EXPECT_FALSE(paths.empty());
  for (const auto& path : paths)
    EXPECT_TRUE(fs::exists(root() / path)) << "ARCHITECTURE.md: `" << path << "` is not there";
}

TEST(LayersTest, ArchitectureNamesEveryFolderOfSrc) {
  const auto page = read(root() / "ARCHITECTURE.md");
  for (const auto& [folder, permission] : project_permissions())
    EXPECT_TRUE(page.find("`src/" + folder + "/`") != std::string::npos)
        << "ARCHITECTURE.md says nothing of `src/" << folder << "/`";
}

// ---- the rules can fail ----

const Permissions kExample{
    {"base", {}}, {"sql", {{"base"}, {}}}, {"score", {{"base"}, {"sql"}}}, {"http", {{"base"}, {}}}};

TEST(LayersTest, ReadsTheUsesLine) {
  const auto read = permission(
      "# assay_module(x USES wrong)\nassay_module(score\n  SOURCES score.cpp ${GENERATED}/a.S\n"
      "  TESTS score_test.cpp\n  USES base catalog # sql\n  assess\n  LINKS fmt::fmt\n"
      "  TEST_LINKS assay_import fmt::fmt)",
      "score");

  ASSERT_TRUE(read);
  EXPECT_THAT(read->uses, UnorderedElementsAre("base", "catalog", "assess"));
  EXPECT_THAT(read->tests_use, UnorderedElementsAre("import"));
  EXPECT_FALSE(permission("assay_module(score_test USES base)", "score"));
}

TEST(LayersTest, AnIncludeThatUsesDoesNotNameIsFound) {
  const Source source{
      "src/score/sub/x.h",
      "#include <string>\n#include \"score/y.h\"\n#include \"base/z.h\"\n  #  include \"http/client.h\"\n"};

  EXPECT_THAT(check_includes(source, kExample),
              ElementsAre("src/score/sub/x.h:4: `http/client.h`: `score` does not name `http` under USES"));
}

TEST(LayersTest, AngleBracketsAndRelativePathsAreNoWayAround) {
  const Source source{
      "src/score/x.cpp",
      "#include <http/client.h>\n#include \"../http/client.h\"\n#include \"client.h\"\n#include <sys/types.h>\n"};

  EXPECT_THAT(check_includes(source, kExample),
              ElementsAre("src/score/x.cpp:1: `http/client.h`: `score` does not name `http` under USES",
                          "src/score/x.cpp:2: `../http/client.h`: write it as `folder/file.h`",
                          "src/score/x.cpp:3: `client.h`: write it as `folder/file.h`"));
}

TEST(LayersTest, WhatTestsLinkIsForTestsAlone) {
  const std::string text = "#include \"sql/database.h\"\n";

  EXPECT_THAT(check_includes({"src/score/score_test.cpp", text}, kExample), IsEmpty());
  EXPECT_THAT(check_includes({"src/score/score.cpp", text}, kExample),
              ElementsAre(testing::HasSubstr("does not name `sql`")));
}

TEST(LayersTest, CommentsAndLiteralsAreNoCode) {
  EXPECT_EQ(code_of("a(\"x\\\"y\"); // b\nc /* d\n */ e '\\'' 1'000 f"), "a(      );     \nc     \n    e      1'000 f");
  EXPECT_EQ(code_of("R\"sql(\" // )\" \n)sql\" g"), std::string(14, ' ') + "\n      g");
  EXPECT_THAT(check_includes({"src/score/x.cpp", "/*\n#include \"http/client.h\"\n*/\n"}, kExample), IsEmpty());
  EXPECT_THAT(check_quiet({"src/score/x.cpp", "// printf(x)\nf(\"printf(x)\");\nstd::snprintf(b, n, f);\n"}),
              IsEmpty());
}

TEST(LayersTest, ACircleIsFound) {
  EXPECT_EQ(find_circle({{"a", {{"b"}, {}}}, {"b", {{"c"}, {}}}, {"c", {{"a"}, {}}}}, {"a"}), "a > b > c > a");
  EXPECT_EQ(find_circle(kExample, {"score"}), "");
}

TEST(LayersTest, NetworkAndClockInAPureFolderAreFound) {
  for (const std::string line : {"#include <curl/curl.h>", "#include <boost/asio.hpp>", "#include <ctime>",
                                 "std::chrono::system_clock::now()", "SystemClock clock;"}) {
    EXPECT_EQ(check_pure({"src/assess/x.cpp", line}).size(), 1U) << line;
    EXPECT_THAT(check_pure({"src/collect/x.cpp", line}), IsEmpty()) << line;
  }
  EXPECT_THAT(check_pure({"src/score/x.cpp", "#include <chrono>\nFixedClock clock(1);"}), IsEmpty());
}

TEST(LayersTest, PrintingOutsideCliIsFound) {
  for (const std::string line :
       {"fmt::print(\"x\");", "std::cout << 1;", "std::printf(\"x\");", "std::fputs(s, stderr);"}) {
    EXPECT_EQ(check_quiet({"src/score/x.cpp", line}).size(), 1U) << line;
    EXPECT_THAT(check_quiet({"src/cli/x.cpp", line}), IsEmpty()) << line;
    EXPECT_THAT(check_quiet({"src/catalog/compile_main.cpp", line}), IsEmpty()) << line;
  }
}

TEST(LayersTest, PathsOfAPageAreFound) {
  EXPECT_THAT(
      paths_in("see `src/base/`, `catalog/controls/<service>/x.yaml` and [it](docs/a.md#b), not `a b/c`, `word` or\n"
               "[that](https://example.org/x)\n```\n`no/path`\n```\n`x/*.md`\n"),
      ElementsAre("src/base/", "catalog/controls/", "docs/a.md", "x/"));
}

}  // namespace
}  // namespace assay
