// docs/microsoft-controls.md against the catalogue: which of Microsoft's own controls ours answer, and by what.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "catalog/image.h"

namespace assay::catalog {
namespace {

using ::testing::IsEmpty;

constexpr auto kPage = ASSAY_SOURCE_DIR "/docs/microsoft-controls.md";

// How a verdict comes about, the best first, in the words of the page.
constexpr std::array<std::string_view, 5> kWays{"settings", "devices", "points", "person", "nothing yet"};

std::size_t way(const Catalogue& catalogue, const Control& control) {
  if (control.manual) return 3;
  const auto reads = catalogue.reads_of(control);
  if (reads.count("secure_configuration_assessments") != 0) return 1;
  return reads.count("secure_score_controls") != 0 ? 2 : 0;
}

struct Answer {
  std::size_t way = 4;
  std::vector<std::string> controls;
};

std::map<std::string, Answer> answers(const Catalogue& catalogue) {
  std::map<std::string, Answer> out;
  for (const auto& control : catalogue.controls) {
    for (const auto& id : control.microsoft) {
      auto& answer = out[id];
      answer.way = std::min(answer.way, way(catalogue, control));
      answer.controls.push_back(fmt::format("`{}`", control.id));
    }
  }
  return out;
}

std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> out;
  for (const auto part : text::split(line, '|')) out.emplace_back(text::trim(part));
  return out;
}

struct Page {
  std::set<std::string> ids;
  std::array<int, kWays.size()> counts{};
  std::string text;
};

// The page with the columns that the catalogue decides: a row of one of Microsoft's controls is `id`, product, points,
// what it is about, way, ours; a row of a count is way, number, what that means.
Page written_anew(const std::string& page, const std::map<std::string, Answer>& answers) {
  Page out;
  std::vector<std::string> lines;
  for (const auto line : text::split(page, '\n')) {
    lines.emplace_back(line);
    const auto row = cells(line);
    if (row.size() != 8 || !row[1].starts_with('`')) continue;
    const auto id = row[1].substr(1, row[1].size() - 2);
    const auto found = answers.find(id);
    const auto answer = found == answers.end() ? Answer{} : found->second;
    out.ids.insert(id);
    ++out.counts[answer.way];
    lines.back() = fmt::format("| {} | {} | {} | {} | {} | {} |", row[1], row[2], row[3], row[4], kWays[answer.way],
                               fmt::join(answer.controls, ", "));
  }
  for (auto& line : lines) {
    const auto row = cells(line);
    const auto at = row.size() == 5 ? std::find(kWays.begin(), kWays.end(), row[1]) : kWays.end();
    if (at != kWays.end()) line = fmt::format("| {} | {} | {} |", row[1], out.counts[at - kWays.begin()], row[3]);
  }
  out.text = fmt::format("{}", fmt::join(lines, "\n"));
  return out;
}

TEST(MicrosoftControlsTest, ThePageSaysWhatTheCatalogueDoes) {
  const auto catalogue = embedded().take();
  const auto page = read_file(kPage).take();
  const auto all = answers(catalogue);

  const auto anew = written_anew(page, all);

  EXPECT_EQ(anew.ids.size(), 465U);
  std::vector<std::string> unknown;
  for (const auto& [id, answer] : all)
    if (anew.ids.count(id) == 0) unknown.push_back(fmt::format("{} in {}", id, fmt::join(answer.controls, ", ")));
  EXPECT_THAT(unknown, IsEmpty()) << "ids that the page does not list";
  if (std::getenv("ASSAY_GOLDEN") != nullptr) {
    EXPECT_TRUE(write_file(kPage, anew.text).has_value());
  } else {
    EXPECT_TRUE(page == anew.text) << kPage << " is not what the catalogue says; `./dev golden` writes it anew";
  }
}

TEST(MicrosoftControlsTest, EveryControlOfMicrosoftHasAnAnswer) {
  const auto anew = written_anew(read_file(kPage).take(), answers(embedded().take()));

  EXPECT_EQ(anew.counts.back(), 0) << "the page names them: `nothing yet`";
}

}  // namespace
}  // namespace assay::catalog
