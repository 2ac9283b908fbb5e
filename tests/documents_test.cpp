// Documents that the program writes or that show its commands: they say what it does today.
#include <cstdlib>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "program.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kCatalogue = fs::path(ASSAY_SOURCE_DIR) / "docs/catalogue";

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file()) out[fs::relative(it->path(), folder).string()] = read_file(it->path()).take();
  return out;
}

Run write_pages(const fs::path& folder) { return run_assay({"catalog", "docs", "--to", folder.string()}); }

TEST(DocumentsTest, ThePagesOfTheCatalogueAreWhatItSays) {
  if (std::getenv("ASSAY_GOLDEN") != nullptr) {
    EXPECT_EQ(write_pages(kCatalogue).exit_code, 0);
  }
  const TemporaryFolder folder;
  ASSERT_EQ(write_pages(folder.path()).exit_code, 0);
  const auto there = files_below(kCatalogue);

  std::vector<std::string> differ;
  const auto now = files_below(folder.path());
  for (const auto& [path, text] : now)
    if (const auto found = there.find(path); found == there.end() || found->second != text) differ.push_back(path);
  for (const auto& [path, text] : there)
    if (now.count(path) == 0) differ.push_back(path + " (no longer)");

  EXPECT_THAT(differ, IsEmpty()) << "docs/catalogue is not what the catalogue says: run ./dev golden";
}

TEST(DocumentsTest, PagesAreWrittenAnewAndNothingElseIsTouched) {
  const TemporaryFolder folder;
  const auto pages = folder.path() / "pages";
  ASSERT_EQ(write_pages(pages).exit_code, 0);
  ASSERT_TRUE(write_file(pages / "controls/entra/entra.gone.md", "# Gone\n").has_value());
  ASSERT_TRUE(write_file(pages / "notes.txt", "ours\n").has_value());

  const auto again = write_pages(pages);

  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.err, HasSubstr(" pages in "));
  EXPECT_FALSE(fs::exists(pages / "controls/entra/entra.gone.md"));
  EXPECT_TRUE(fs::exists(pages / "notes.txt"));
}

TEST(DocumentsTest, AFolderWithSomethingElseIsRefused) {
  const TemporaryFolder folder;
  folder.write("README.md", "# My notes\n");

  const auto refused = write_pages(folder.path());

  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("holds something else than the catalogue's pages"));
  EXPECT_EQ(files_below(folder.path()).size(), 1U);
}

// A command of a document, and what stands below it.
struct Shown {
  std::string command;
  std::vector<std::string> output;
};

// The commands of a document's ```console blocks: a line `$ …` and the lines below it.
std::vector<Shown> shown_in(const std::string& document) {
  std::vector<Shown> out;
  bool console = false;
  for (const auto line : text::split(document, '\n')) {
    if (line.starts_with("```")) {
      console = line == "```console";
    } else if (console && line.starts_with("$ ")) {
      out.push_back({std::string(line.substr(2)), {}});
    } else if (console && !out.empty()) {
      out.back().output.emplace_back(line);
    }
  }
  return out;
}

// Words as a shell makes them, as far as the documents need it: blanks part them, double quotes hold them together.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : command) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

// Whether each word of a shown line stands in one line of the output, in this order: columns may be wider and more.
bool stands_in(const std::string& line, const std::string& output) {
  for (const auto& of : lines(output)) {
    std::size_t at = 0;
    for (const auto& word : words_of(line)) {
      if (at != std::string::npos && !word.empty()) at = of.find(word, at);
    }
    if (at != std::string::npos) return true;
  }
  return false;
}

TEST(DocumentsTest, TheCommandsOfOwnControlsSayWhatTheDocumentShows) {
  const auto commands = shown_in(read_file(fs::path(ASSAY_SOURCE_DIR) / "docs/own-controls.md").take());
  ASSERT_GE(commands.size(), 8U);
  const TemporaryFolder folder;
  fs::copy(fs::path(ASSAY_SOURCE_DIR) / "examples", folder.path() / "examples", fs::copy_options::recursive);
  RunOptions options;
  options.folder = folder.path();

  for (const auto& shown : commands) {
    auto words = words_of(shown.command);
    ASSERT_EQ(words.front(), "assay") << shown.command;
    words.erase(words.begin());
    const auto run = run_assay(words, options);
    EXPECT_EQ(run.exit_code, 0) << shown.command << "\n" << run.err;
    for (const auto& line : shown.output)
      EXPECT_TRUE(stands_in(line, run.out + run.err)) << shown.command << "\ndoes not say: " << line << "\n" << run.out;
  }
}

TEST(DocumentsTest, TheExampleOfAnOwnCatalogueIsTheOneThatTheDocumentExplains) {
  const auto document = read_file(fs::path(ASSAY_SOURCE_DIR) / "docs/own-controls.md").take();
  for (const auto& [path, text] : files_below(fs::path(ASSAY_SOURCE_DIR) / "examples/own-catalogue"))
    EXPECT_THAT(document, HasSubstr(fs::path(path).filename().string())) << path;
}

}  // namespace
}  // namespace assay
