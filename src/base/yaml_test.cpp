#include "base/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/temporary_folder.h"

namespace assay::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

YAML::Node parsed(const std::string& yaml) {
  auto node = parse(yaml, "x.yaml");
  EXPECT_TRUE(node) << (node ? "" : describe(node.error()));
  return node ? *node : YAML::Node();
}

Error fault(const std::string& yaml) {
  auto node = parse(yaml, "x.yaml");
  EXPECT_FALSE(node) << yaml;
  return node ? Error() : node.error();
}

TEST(YamlTest, GivesScalarsAndLists) {
  const auto map = parsed("a: one\nb: [x, y]\nc: single\nd:\ne: {f: g}\n");

  EXPECT_EQ(text(map, "a"), "one");
  EXPECT_EQ(text(map, "missing", "fallback"), "fallback");
  EXPECT_EQ(text(map, "d", "fallback"), "fallback") << "null";
  EXPECT_EQ(text(map, "b", "fallback"), "fallback") << "a list is no text";
  EXPECT_THAT(texts(map, "b"), ElementsAre("x", "y"));
  EXPECT_THAT(texts(map, "c"), ElementsAre("single"));
  EXPECT_THAT(texts(map, "d"), IsEmpty());
  EXPECT_THAT(texts(map, "e"), IsEmpty());
  EXPECT_THAT(texts(map, "missing"), IsEmpty());
}

TEST(YamlTest, WhatIsNoMapHasNoKeys) {
  for (const char* yaml : {"", "just text", "[a, b]", "~"}) {
    EXPECT_EQ(text(parsed(yaml), "a", "fallback"), "fallback") << yaml;
    EXPECT_THAT(texts(parsed(yaml), "a"), IsEmpty()) << yaml;
  }
}

TEST(YamlTest, PlacesCountLinesFromOne) {
  const auto map = parsed("a: 1\nb:\n  - x\n  - y\n");

  EXPECT_EQ(place("x.yaml", map), "x.yaml:1");
  EXPECT_EQ(place("x.yaml", map["b"][1]), "x.yaml:4");
  EXPECT_EQ(place("x.yaml", parsed("")), "x.yaml:1") << "an empty document begins, and ends, on its first line";
}

TEST(YamlTest, WhatIsNoYamlIsNamedWithItsLine) {
  const auto error = fault("a: 1\nb: [1\nc: 2\n");

  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_THAT(error.message, HasSubstr("x.yaml:3: "));
  EXPECT_EQ(error.hint, "it must be YAML");
}

TEST(YamlTest, AKeyThatStandsTwiceIsAMistake) {
  const auto error = fault("points: 5\nlist:\n  - {a: 1, a: 2}\n");

  EXPECT_EQ(error.code, ErrorCode::Invalid);
  EXPECT_EQ(error.message, "x.yaml:3: `a` stands twice in one map");
}

TEST(YamlTest, ATextThatIsNotUtf8IsAMistake) {
  EXPECT_EQ(fault("a: 1\nb: Gr\xFC\xDF"
                  "e\n")
                .message,
            "x.yaml:2: not UTF-8");
  EXPECT_EQ(fault("a: 1\n\xFC: x\n").message, "x.yaml:2: not UTF-8");
}

TEST(YamlTest, DeepNestingIsALimit) {
  for (const auto& yaml : {std::string(65, '['), std::string(100'000, '{')}) {
    const auto error = fault(yaml);
    EXPECT_EQ(error.code, ErrorCode::Limit);
    EXPECT_EQ(error.message, "`x.yaml`: nested deeper than 64 levels");
  }
  EXPECT_TRUE(parse(std::string(64, '[') + std::string(64, ']'), "x.yaml"));
}

TEST(YamlTest, DeepNestingWithoutBracketsIsALimitToo) {
  std::string lists;
  std::string maps;
  for (int i = 0; i < 70; ++i) {
    lists += "- ";
    maps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  }
  EXPECT_EQ(fault(lists + "x").message, "`x.yaml`: nested deeper than 64 levels");
  EXPECT_EQ(fault(maps).message, "`x.yaml`: nested deeper than 64 levels");
}

TEST(YamlTest, ThousandsOfLevelsDoNotExhaustTheStack) {
  std::string dashes;
  std::string questions;
  for (int i = 0; i < 100'000; ++i) {
    dashes += "- ";
    questions += "? ";
  }
  EXPECT_FALSE(parse(dashes + "x", "x.yaml"));
  EXPECT_FALSE(parse(questions + "x", "x.yaml"));
}

TEST(YamlTest, AnAnchorMayBeUsedAgain) {
  const auto map = parsed("a: &x [1, 2]\nb: *x\n");
  EXPECT_THAT(texts(map, "b"), ElementsAre("1", "2"));
}

TEST(YamlTest, AnAnchorInsideItselfIsALimit) {
  EXPECT_EQ(fault("a: &x {b: *x}").message, "`x.yaml`: nested deeper than 64 levels");
  EXPECT_EQ(fault("&x [*x, *x]").message, "`x.yaml`: nested deeper than 64 levels");
}

TEST(YamlTest, AnchorsThatMultiplyAreALimit) {
  std::string yaml = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    yaml += "b" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) yaml += ", " + before;
    yaml += "]\n";
  }

  const auto error = fault(yaml);

  EXPECT_EQ(error.code, ErrorCode::Limit);
  EXPECT_EQ(error.message, "`x.yaml`: more than 1000000 values");
}

TEST(YamlTest, ReadsFilesAndNamesThem) {
  const TemporaryFolder folder;

  EXPECT_EQ(text(*read(folder.write("x.yaml", "a: 1")), "a"), "1");
  EXPECT_THAT(folder.without(read(folder.write("y.yaml", "a: [")).error().message), HasSubstr("y.yaml:"));
  EXPECT_EQ(read(folder.path() / "z.yaml").error().code, ErrorCode::NotFound);
}

TEST(YamlTest, AFileTooLargeIsALimit) {
  const TemporaryFolder folder;
  const auto error = read(folder.write("x.yaml", std::string((std::size_t{16} << 20) + 1, ' '))).error();

  EXPECT_EQ(error.code, ErrorCode::Limit);
  EXPECT_EQ(folder.without(error.message), "`x.yaml`: is larger than 16 MB");
}

RC_GTEST_PROP(YamlTest, AnyTextIsReadWithoutTrouble, ()) {
  const auto piece = rc::gen::element<std::string>("a", ":", " ", "\n", "- ", "[", "]", "{", "}", "&x ", "*x", "\"",
                                                   "'", "|", "? ", "#", ",", "!t ", "%", "---\n", "\t");
  std::string yaml;
  for (const auto& p : *rc::gen::container<std::vector<std::string>>(piece)) yaml += p;

  RC_CLASSIFY(parse(yaml, "x.yaml").has_value());
}

}  // namespace
}  // namespace assay::yaml
