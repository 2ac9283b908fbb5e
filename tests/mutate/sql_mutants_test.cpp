#include "sql_mutants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::mutate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::vector<std::string> all_mutants(const std::string& sql) {
  std::vector<std::string> out;
  for (const auto& mutant : mutants(sql)) out.push_back(mutant.in(sql));
  return out;
}

// The same of a condition alone, written as that.
std::vector<std::string> mutants_of(const std::string& condition) {
  const std::string before = "SELECT a FROM t WHERE ";
  auto out = all_mutants(before + condition);
  for (auto& sql : out) sql = sql.substr(before.size());
  return out;
}

TEST(SqlMutantsTest, TokensAreWithoutBlanksAndComments) {
  std::vector<std::string> texts;
  for (const auto& token : tokens("a>=1.5 -- it's\n AND /* \" */ \"b c\"->>'d''e'||f_1"))
    texts.emplace_back(token.text);
  EXPECT_THAT(texts, ElementsAre("a", ">=", "1.5", "AND", "\"b c\"", "->>", "'d''e'", "||", "f_1"));
}

TEST(SqlMutantsTest, ATokenKnowsWhereItStandsAndWhatItIs) {
  const auto found = tokens("  x = 'y");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].at, 2U);
  EXPECT_EQ(found[0].kind, Kind::Word);
  EXPECT_EQ(found[1].kind, Kind::Sign);
  EXPECT_EQ(found[2].text, "'y");
  EXPECT_EQ(found[2].kind, Kind::Text);
}

TEST(SqlMutantsTest, ComparisonsAreTurnedRound) {
  EXPECT_THAT(mutants_of("a = b"), ElementsAre("a <> b"));
  EXPECT_THAT(mutants_of("a <> b"), ElementsAre("a = b"));
  EXPECT_THAT(mutants_of("a < b"), ElementsAre("a <= b", "a > b"));
  EXPECT_THAT(mutants_of("a >= b"), ElementsAre("a > b", "a <= b"));
}

TEST(SqlMutantsTest, JoinsOfConditions) {
  EXPECT_THAT(mutants_of("a AND b OR c"), ElementsAre("a OR b OR c", "a AND b AND c"));
}

TEST(SqlMutantsTest, NotIsAddedAndTakenAway) {
  EXPECT_THAT(mutants_of("a IN (b)"), ElementsAre("a NOT IN (b)"));
  EXPECT_THAT(mutants_of("a NOT IN (b)"), ElementsAre("a IN (b)"));
  EXPECT_THAT(mutants_of("a NOT  LIKE b"), ElementsAre("a LIKE b"));
  EXPECT_THAT(mutants_of("EXISTS (SELECT 1 FROM u)"), ElementsAre("NOT EXISTS (SELECT 1 FROM u)"));
  EXPECT_THAT(mutants_of("a IS NULL"), ElementsAre("a IS NOT NULL"));
  EXPECT_THAT(mutants_of("a IS NOT NULL"), ElementsAre("a IS NULL"));
}

TEST(SqlMutantsTest, Numbers) {
  EXPECT_THAT(mutants_of("f(90)"), ElementsAre("f(91)", "f(89)"));
  EXPECT_THAT(mutants_of("f(1) + f(0)"), ElementsAre("f(0) + f(0)", "f(1) + f(1)"));
  EXPECT_THAT(mutants_of("f(0.5)"), ElementsAre("f((0.5+1))", "f((0.5-1))"));
  EXPECT_THAT(mutants_of("f(-1)"), ElementsAre("f(-2)", "f(-0)"));
}

TEST(SqlMutantsTest, TheBoundsOfBetweenAndNotItsAnd) {
  EXPECT_THAT(mutants_of("a BETWEEN 1 AND 90 AND b"),
              ElementsAre("a BETWEEN 2 AND 90 AND b", "a BETWEEN 0 AND 90 AND b", "a BETWEEN 1 AND 91 AND b",
                          "a BETWEEN 1 AND 89 AND b", "a BETWEEN 1 AND 90 OR b"));
}

TEST(SqlMutantsTest, PositionsOfColumnsAreNoConstants) {
  EXPECT_THAT(all_mutants("SELECT a, count(1) AS n FROM t GROUP BY 1, 2 ORDER BY 2"), IsEmpty());
}

TEST(SqlMutantsTest, WhatIsCountedMayBeAnything) {
  EXPECT_THAT(all_mutants("SELECT count(CASE WHEN a THEN 1 END) AS n FROM t"), IsEmpty());
}

TEST(SqlMutantsTest, TextsThatDecide) {
  EXPECT_THAT(mutants_of("has(a, 'x')"), ElementsAre("has(a, 'x~')"));
  EXPECT_THAT(mutants_of("f(a ->> 'x', 'y')"), ElementsAre("f(a ->> 'x~', 'y')"));
  EXPECT_THAT(mutants_of("a IN ('x')"), UnorderedElementsAre("a NOT IN ('x')", "a IN ('x~')"));
  EXPECT_THAT(mutants_of("CASE a WHEN 'x' THEN 'y' END"), ElementsAre("CASE a WHEN 'x~' THEN 'y' END"));
  EXPECT_THAT(mutants_of("coalesce(a, 'x')"), IsEmpty());
}

TEST(SqlMutantsTest, VerdictsAndElse) {
  EXPECT_THAT(all_mutants("SELECT CASE WHEN a THEN 'pass' ELSE 'fail' END AS verdict FROM t"),
              ElementsAre("SELECT CASE WHEN a THEN 'fail' ELSE 'fail' END AS verdict FROM t",
                          "SELECT CASE WHEN a THEN 'pass' ELSE NULL END AS verdict FROM t",
                          "SELECT CASE WHEN a THEN 'pass' ELSE 'pass' END AS verdict FROM t"));
  EXPECT_THAT(all_mutants("SELECT CASE WHEN a THEN b ELSE 'unknown' END AS verdict FROM t"),
              ElementsAre("SELECT CASE WHEN a THEN b ELSE 'pass' END AS verdict FROM t"));
}

TEST(SqlMutantsTest, OfAReasonOnlyWhatDecidesBetweenItsTexts) {
  EXPECT_THAT(
      all_mutants("SELECT CASE WHEN a = 3 THEN 'x' ELSE 'y' END AS reason, 'z' AS name, a = 1 AS resource FROM t"),
      ElementsAre("SELECT CASE WHEN a <> 3 THEN 'x' ELSE 'y' END AS reason, 'z' AS name, a = 1 AS resource FROM t"));
}

TEST(SqlMutantsTest, TheOutputsOfAUnionAreCalledAsInItsFirstSelect) {
  EXPECT_THAT(all_mutants("SELECT a AS reason, b AS c FROM t UNION ALL SELECT f(7), f(7)"),
              ElementsAre("SELECT a AS reason, b AS c FROM t UNION ALL SELECT f(7), f(8)",
                          "SELECT a AS reason, b AS c FROM t UNION ALL SELECT f(7), f(6)"));
}

TEST(SqlMutantsTest, TheColumnsOfAQueryInFrontMayBeNamedThere) {
  EXPECT_THAT(all_mutants("WITH w(reason, n) AS (VALUES ('x', 'y'), ('v', 'long text')) SELECT n FROM w"),
              ElementsAre("WITH w(reason, n) AS (VALUES ('x', 'y~'), ('v', 'long text')) SELECT n FROM w"));
}

TEST(SqlMutantsTest, AFromInsideAnOutputDoesNotEndIt) {
  EXPECT_THAT(all_mutants("SELECT a IS DISTINCT FROM 5 AS reason, f(6) AS b FROM t"),
              Not(Contains("SELECT a IS DISTINCT FROM 6 AS reason, f(6) AS b FROM t")));
}

}  // namespace
}  // namespace assay::mutate
