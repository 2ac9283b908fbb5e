#include "sql/collation.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sqlite3.h>

#include "sql/database.h"

namespace assay::sql {
namespace {

int sign(int value) { return (value > 0) - (value < 0); }

// What SQLite's own collation says.
int expected(const std::string& a, const std::string& b) {
  const int difference = sqlite3_strnicmp(a.c_str(), b.c_str(), static_cast<int>(std::min(a.size(), b.size())));
  return difference != 0 ? sign(difference) : sign((a.size() > b.size()) - (a.size() < b.size()));
}

TEST(CollationTest, ComparesWithoutCase) {
  EXPECT_EQ(compare_nocase("Contoso.COM", "contoso.com"), 0);
  EXPECT_EQ(compare_nocase("", ""), 0);
  EXPECT_LT(compare_nocase("", "a"), 0);
  EXPECT_LT(compare_nocase("mail.contoso.com", "mail.contoso.com."), 0);
  EXPECT_GT(compare_nocase("mail.contoso.comb", "MAIL.CONTOSO.COMA"), 0);
  EXPECT_EQ(compare_nocase("MAIL.EUROPE.CONTOSO.COM", "mail.europe.contoso.com"), 0);
}

TEST(CollationTest, OnlyLettersOfAsciiHaveTwoCases) {
  for (int byte = 1; byte < 256; ++byte) {
    for (const std::size_t before : {std::size_t{0}, std::size_t{3}, std::size_t{16}, std::size_t{21}}) {
      const auto text = std::string(before, 'x') + static_cast<char>(byte) + std::string(20, 'y');
      const auto flipped = std::string(before, 'X') + static_cast<char>(byte ^ 0x20) + std::string(20, 'Y');
      EXPECT_EQ(sign(compare_nocase(text, flipped)), expected(text, flipped)) << byte << " after " << before;
    }
  }
}

// Texts that begin alike, which is where a fault in comparing blocks would hide.
RC_GTEST_PROP(CollationTest, OrdersAsSqliteDoes, ()) {
  const auto letter = rc::gen::element('a', 'A', 'b', 'Z', 'z', '@', '[', '`', '{', '.', '\xC3');
  const auto shared = *rc::gen::container<std::string>(letter);
  const auto a = shared + *rc::gen::container<std::string>(letter);
  const auto b = shared + *rc::gen::container<std::string>(letter);
  RC_ASSERT(sign(compare_nocase(a, b)) == expected(a, b));
  RC_ASSERT(sign(compare_nocase(b, a)) == expected(b, a));
}

TEST(CollationTest, EveryConnectionHasIt) {
  const auto db = Database::memory();
  EXPECT_EQ(*db.value("SELECT 'Ab' = 'aB' COLLATE NOCASE").value(), "1");
  EXPECT_EQ(*db.value("SELECT group_concat(v, ' ') FROM (SELECT column1 AS v FROM (VALUES('b'), ('A'), ('a_'), ('B_')) "
                      "ORDER BY v COLLATE NOCASE)")
                 .value(),
            "A a_ b B_");
}

}  // namespace
}  // namespace assay::sql
