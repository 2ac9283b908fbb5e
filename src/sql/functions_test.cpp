#include "sql/functions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "sql/database.h"

namespace assay::sql {
namespace {

class FunctionsTest : public testing::Test {
 protected:
  // The value of an expression as text; NULL is "NULL".
  std::string value(const std::string& expression) const {
    const auto result = db_.value("SELECT " + expression);
    return result ? result->value_or("NULL") : result.error().message;
  }

  Database db_ = Database::memory();
};

TEST_F(FunctionsTest, HasWantsEveryValue) {
  EXPECT_EQ(value(R"(has('["a","b"]', 'a'))"), "1");
  EXPECT_EQ(value(R"(has('["a","b"]', 'B', 'a'))"), "1");
  EXPECT_EQ(value(R"(has('["a","b"]', 'a', 'c'))"), "0");
  EXPECT_EQ(value(R"(has('[]', 'a'))"), "0");
  EXPECT_EQ(value(R"(has('["ab"]', 'a'))"), "0") << "no substring counts";
}

TEST_F(FunctionsTest, HasAnyWantsOneValue) {
  EXPECT_EQ(value(R"(has_any('["a","b"]', 'c', 'b'))"), "1");
  EXPECT_EQ(value(R"(has_any('["a","b"]', 'c'))"), "0");
  EXPECT_EQ(value(R"(has_any('[]', 'c'))"), "0");
}

TEST_F(FunctionsTest, WithinWantsNothingElseInTheList) {
  EXPECT_EQ(value(R"(within('["a","b"]', 'A', 'b', 'c'))"), "1");
  EXPECT_EQ(value(R"(within('["a","d"]', 'a', 'b'))"), "0");
  EXPECT_EQ(value(R"(within('[]', 'a'))"), "1") << "an empty list is within everything";
}

TEST_F(FunctionsTest, AWantedValueMayBeAListItself) {
  EXPECT_EQ(value(R"(has('["a","b"]', '["a","b"]'))"), "1");
  EXPECT_EQ(value(R"(has('["a","b"]', '["a","c"]'))"), "0");
  EXPECT_EQ(value(R"(has_any('["a"]', '["c","a"]'))"), "1");
  EXPECT_EQ(value(R"(within('["a","b"]', '["b"]', '["a"]'))"), "1");
  EXPECT_EQ(value(R"(has('["a"]', '[]'))"), "1") << "nothing is wanted";
}

TEST_F(FunctionsTest, TextThatIsNoListIsAListOfOne) {
  EXPECT_EQ(value("has('All', 'all')"), "1");
  EXPECT_EQ(value("within('All', 'None')"), "0");
}

TEST_F(FunctionsTest, AMissingListGivesNull) {
  for (const char* call :
       {"has(NULL, 'a')", "has_any(NULL, 'a')", "within(NULL, 'a')", "split(NULL, ',')", "duration_days(NULL)",
        "tag(NULL, 'p')", "tag('p=x', NULL)", "mail_record(NULL, 'spf1')", "mail_record('[]', NULL)",
        "mail_records(NULL, 'spf1')", "mail_records('[]', NULL)", "spf_all(NULL)", "spf_redirect(NULL)",
        "day_number(NULL)", "spf_lookups(NULL)", "under_domain(NULL, 'a')", "under_domain('a', NULL)", "has()"})
    EXPECT_EQ(value(call), "NULL") << call;
}

TEST_F(FunctionsTest, AMissingWantedValueIsNeverTakenForFound) {
  EXPECT_EQ(value(R"(has('["a"]', NULL))"), "NULL");
  EXPECT_EQ(value(R"(has('["a"]', 'a', NULL))"), "NULL");
  EXPECT_EQ(value(R"(has('["a"]', 'b', NULL))"), "0") << "b is missing, whatever the other is";
  EXPECT_EQ(value(R"(has_any('["a"]', NULL, 'a'))"), "1");
  EXPECT_EQ(value(R"(has_any('["a"]', NULL))"), "NULL");
  EXPECT_EQ(value(R"(within('["a"]', 'a', NULL))"), "1");
  EXPECT_EQ(value(R"(within('["a"]', NULL))"), "NULL");
  EXPECT_EQ(value(R"(within('[]', NULL))"), "1");
}

TEST_F(FunctionsTest, SplitGivesAListOfTrimmedParts) {
  EXPECT_EQ(value("split(' a; b ;;c\"d', ';')"), R"(["a","b","c\"d"])");
  EXPECT_EQ(value("split('', ';')"), "[]");
  EXPECT_EQ(value("split('a', '')"), "NULL") << "a separator is one character";
  EXPECT_EQ(value("split('a', ', ')"), "NULL");
  EXPECT_EQ(value("json_array_length(split('a,b', ','))"), "2");
}

TEST_F(FunctionsTest, DurationsAreDays) {
  EXPECT_EQ(value("duration_days('P90D')"), "90.0");
  EXPECT_EQ(value("duration_days('Unlimited')"), "NULL");
}

TEST_F(FunctionsTest, DaysAreNumbered) {
  EXPECT_EQ(value("day_number('1970-01-01')"), "0");
  EXPECT_EQ(value("day_number('1969-12-31T23:59:59Z')"), "-1");
  EXPECT_EQ(value("day_number('2024-03-01T23:59:59Z') - day_number('2024-02-28')"), "2");
  EXPECT_EQ(value("day_number('2100-03-01') - day_number('2100-02-28')"), "1");
  EXPECT_EQ(value("day_number('never')"), "NULL");
}

TEST_F(FunctionsTest, RecordsAreParsed) {
  EXPECT_EQ(value("tag('v=DMARC1; p=reject', 'p')"), "reject");
  EXPECT_EQ(value("tag('v=DMARC1', 'p')"), "NULL");
  EXPECT_EQ(value("spf_all('v=spf1 mx -all')"), "-all");
  EXPECT_EQ(value("spf_all('v=spf1 mx')"), "");
  EXPECT_EQ(value("spf_all('v=DMARC1')"), "NULL");
  EXPECT_EQ(value("spf_redirect('v=spf1 redirect=X.example')"), "x.example");
  EXPECT_EQ(value("spf_lookups('v=spf1 mx a -all')"), "2");
}

TEST_F(FunctionsTest, RecordsAreFoundAmongOthers) {
  const std::string several = R"('["google=1", "v=DMARC1; p=none", "v=spf1 -all", "v=DMARC1; p=\"x\""]')";
  EXPECT_EQ(value("mail_record(" + several + ", 'spf1')"), "v=spf1 -all");
  EXPECT_EQ(value("mail_records(" + several + ", 'spf1')"), "1");
  EXPECT_EQ(value("mail_record(" + several + ", 'DMARC1')"), "NULL") << "neither of two is the record";
  EXPECT_EQ(value("mail_records(" + several + ", 'DMARC1')"), "2");
  EXPECT_EQ(value("mail_record(" + several + ", 'DKIM1')"), "NULL");
  EXPECT_EQ(value("mail_records(" + several + ", 'DKIM1')"), "0");
  EXPECT_EQ(value("mail_records('[]', 'spf1')"), "0");
  EXPECT_EQ(value(R"(mail_record('["v=DMARC1; rua=\"a\""]', 'DMARC1'))"), "v=DMARC1; rua=\"a\"");
}

TEST_F(FunctionsTest, DomainsAreComparedByTheirLabels) {
  EXPECT_EQ(value("under_domain('contoso.com', 'Contoso.com.')"), "1");
  EXPECT_EQ(value("under_domain('mail.contoso.com.', 'contoso.com')"), "1");
  EXPECT_EQ(value("under_domain('evilcontoso.com', 'contoso.com')"), "0");
  EXPECT_EQ(value("under_domain('com', 'contoso.com')"), "0");
}

TEST_F(FunctionsTest, NothingIsDeclaredAtFirst) {
  EXPECT_EQ(value(R"(undeclared('c', 'user', '["A","b"]'))"), R"(["A","b"])");
  EXPECT_EQ(value("undeclared('c', 'user', NULL)"), "[]");
  EXPECT_EQ(value("undeclared('c', 'user', '[]')"), "[]");
}

TEST_F(FunctionsTest, DeclaredValuesAreTakenOut) {
  auto declared = std::make_shared<Declared>();
  declared->add("c", "user", "Break-Glass");
  register_undeclared(db_, declared);

  EXPECT_EQ(value(R"(undeclared('c', 'user', '["break-glass","x\"y"]'))"), R"(["x\"y"])");
  EXPECT_EQ(value(R"(undeclared('c', 'user', 'BREAK-GLASS'))"), "[]");
  EXPECT_EQ(value(R"(undeclared('c', 'group', '["break-glass"]'))"), R"(["break-glass"])") << "of another kind";
  EXPECT_EQ(value(R"(undeclared('d', 'user', '["break-glass"]'))"), R"(["break-glass"])") << "for another control";
}

TEST_F(FunctionsTest, ALaterDeclarationReplacesTheFirst) {
  auto declared = std::make_shared<Declared>();
  declared->add("c", "user", "a");
  register_undeclared(db_, declared);

  register_undeclared(db_, std::make_shared<Declared>());

  EXPECT_EQ(value(R"(undeclared('c', 'user', '["a"]'))"), R"(["a"])");
}

TEST(DeclaredTest, GivesValuesInLowerCase) {
  Declared declared;
  EXPECT_EQ(declared.values("c", "user"), nullptr);

  declared.add("c", "user", "A@Example.org");

  ASSERT_NE(declared.values("c", "user"), nullptr);
  EXPECT_EQ(declared.values("c", "user")->count("a@example.org"), 1U);
  EXPECT_EQ(declared.values("c", "group"), nullptr);
}

RC_GTEST_PROP(FunctionsProperty, WithinAndHasAreTwoSidesOfOneThing, ()) {
  const auto names = rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "b", "c", "d"));
  const auto json = [](const std::vector<std::string>& list) {
    return list.empty() ? "[]" : "[\"" + text::join(list, "\",\"") + "\"]";
  };
  const auto a = json(*names);
  const auto b = json(*names);
  const auto db = Database::memory();

  RC_ASSERT(db.value("SELECT within('" + a + "', '" + b + "')").value() ==
            db.value("SELECT has('" + b + "', '" + a + "')").value());
}

}  // namespace
}  // namespace assay::sql
