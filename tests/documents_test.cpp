// Documents that the program writes or that show its commands: they say what it does today.
#include <cstdlib>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temporary_folder.h"
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

}  // namespace
}  // namespace assay
