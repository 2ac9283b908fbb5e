#include "import/graph_origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/test_graph.h"

namespace assay::import {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GraphOriginTest : public testing::Test {
 protected:
  static std::vector<std::string> told(const std::vector<GraphOrigin>& origins) {
    std::vector<std::string> out;
    for (const auto& origin : origins) {
      out.push_back(origin.table->table->name);
      for (const auto& [name, value] : origin.given) out.back() += " " + name + "=" + value;
    }
    return out;
  }
  std::vector<std::string> context(std::string_view text) const { return told(tables_.by_context(text)); }
  std::vector<std::string> name(std::string_view text) const {
    std::vector<std::string> out;
    for (const auto& match : tables_.by_name(text))
      for (const auto& one : told(match.origins)) out.push_back((match.match == Match::Whole ? "" : "perhaps ") + one);
    return out;
  }

  catalog::Catalogue catalogue_ = graph_catalogue();
  GraphTables tables_ = GraphTables::create(catalogue_).take();
};

TEST_F(GraphOriginTest, AContextNamesAList) {
  for (const auto* version : {"v1.0", "beta"})
    EXPECT_THAT(context("https://graph.microsoft.com/" + std::string(version) +
                        "/$metadata#identity/conditionalAccess/policies"),
                ElementsAre("conditional_access_policies"));
  EXPECT_THAT(context("https://graph.microsoft.us/v1.0/$metadata#groups"), ElementsAre("groups"));
}

TEST_F(GraphOriginTest, AContextNamesAnObject) {
  EXPECT_THAT(context("x/$metadata#identity/conditionalAccess/policies/$entity"),
              ElementsAre("conditional_access_policies"));
  EXPECT_THAT(context("x/$metadata#admin/sharepoint/settings/$entity"), ElementsAre("sharing"));
  EXPECT_THAT(context("x/$metadata#groups/microsoft.graph.group/$entity"), ElementsAre("groups"));
}

TEST_F(GraphOriginTest, ChosenAndExpandedMembersAreNoPartOfThePath) {
  EXPECT_THAT(context("x/$metadata#users(id,displayName)"), ElementsAre("users", "user_activity"));
  EXPECT_THAT(context("x/$metadata#roleManagement/directory/roleAssignments(principal())"), ElementsAre("assignments"));
  EXPECT_THAT(context("x/$metadata#users(id,manager(a/b))/$entity"), ElementsAre("users", "user_activity"));
}

TEST_F(GraphOriginTest, AContextNamesTheRowThatWasAskedFor) {
  EXPECT_THAT(context("x/$metadata#groups('G-1')/transitiveMembers"), ElementsAre("group_members id=g-1"));
}

TEST_F(GraphOriginTest, AContextOfNoTable) {
  for (const auto* text : {"", "x", "x/$metadata#directoryObjects", "x/$metadata#users('u')/messages", "x/$metadata#",
                           "x/$metadata#Collection(microsoft.graph.user)", "#((((", "#)/)"})
    EXPECT_THAT(context(text), IsEmpty()) << text;
}

TEST_F(GraphOriginTest, AFileIsNamedAfterItsTableOrItsPath) {
  EXPECT_THAT(name("users.json"), ElementsAre("users", "user_activity"));
  EXPECT_THAT(name("out/Conditional-Access Policies.json"), ElementsAre("conditional_access_policies"));
  EXPECT_THAT(name("identity/conditionalAccess/policies.json"), ElementsAre("conditional_access_policies"));
  EXPECT_THAT(name("conditionalAccess/policies.json"), ElementsAre("perhaps conditional_access_policies"));
  EXPECT_THAT(name("out/settings.json"), ElementsAre("perhaps sharing"));
}

TEST_F(GraphOriginTest, AFolderIsNamedSo) {
  EXPECT_THAT(name("Groups/Admins.json"), ElementsAre("groups"));
  EXPECT_THAT(name("conditionalAccess/policies/CA001.json"), ElementsAre("perhaps conditional_access_policies"));
}

TEST_F(GraphOriginTest, TheFilesOwnNameComesFirst) {
  EXPECT_THAT(name("groups/users.json"), ElementsAre("users", "user_activity", "groups"));
}

TEST_F(GraphOriginTest, PagesAreNumbered) {
  for (const auto* file : {"users1.json", "users-2.json", "users_page3.json", "Users (4).json", "users.part05.JSON"})
    EXPECT_THAT(name(file), ElementsAre("users", "user_activity")) << file;
}

TEST_F(GraphOriginTest, AFolderNamesTheRowThatWasAskedFor) {
  EXPECT_THAT(name("all/groups/G-1/transitiveMembers.json"), ElementsAre("group_members id=g-1"));
  EXPECT_THAT(name("transitiveMembers.json"), IsEmpty());
}

TEST_F(GraphOriginTest, AnythingElseSaysNothing) {
  for (const auto* file : {"", "/", ".json", "CA001.json", "policy.json", "my users.json"})
    EXPECT_THAT(name(file), IsEmpty()) << file;
}

TEST_F(GraphOriginTest, MembersThatARequestNamesMustBeThere) {
  const auto members = [&](const std::string& table) {
    std::vector<std::string> out;
    for (const auto& of : tables_.all())
      if (of.table->name == table)
        for (const auto& member : of.members)
          out.push_back(member.pointer + (member.never_null ? " with a value" : ""));
    return out;
  };
  EXPECT_THAT(members("users"), ElementsAre("/id", "/displayName", "/accountEnabled with a value"));
  EXPECT_THAT(members("assignments"), ElementsAre("/principal"));
  EXPECT_THAT(members("risky_users"), ElementsAre("/riskState"));
  EXPECT_THAT(members("groups"), IsEmpty());
}

TEST_F(GraphOriginTest, FiltersThatCanBeHeldAgainstFiles) {
  const auto holds = [](std::string_view filter, std::string_view json) {
    const auto parsed = GraphFilter::parse(filter);
    if (!parsed) return std::string("no filter");
    simdjson::dom::parser parser;
    simdjson::dom::element element = parser.parse(std::string(json));
    return std::string(parsed->holds(element) ? "yes" : "no");
  };
  EXPECT_EQ(holds("a eq 'x'", R"({"a": "X"})"), "yes");
  EXPECT_EQ(holds("a eq 'x'", R"({"a": "y"})"), "no");
  EXPECT_EQ(holds("a eq 'x'", R"({})"), "no");
  EXPECT_EQ(holds("a eq 'it''s'", R"({"a": "it's"})"), "yes");
  EXPECT_EQ(holds("a eq true", R"({"a": true})"), "yes");
  EXPECT_EQ(holds("a/b eq 1", R"({"a": {"b": 1}})"), "yes");
  EXPECT_EQ(holds("a in ('x','y')", R"({"a": "y"})"), "yes");
  EXPECT_EQ(holds("a in ('x', 'y')", R"({"a": "z"})"), "no");
  EXPECT_EQ(holds("a eq 'x' or b eq 'y' and c eq 'z'", R"({"a": "x"})"), "yes");
  EXPECT_EQ(holds("(a eq 'x' or b eq 'y') and c eq 'z'", R"({"a": "x"})"), "no");
  for (const auto* filter : {"", "a", "a eq", "a ne 'x'", "startswith(a,'x')", "a eq 'x", "a in 'x'", "a in ('x'",
                             "(a eq 'x'", "a eq 'x' b eq 'y'", "not a eq 'x'"})
    EXPECT_EQ(holds(filter, "{}"), "no filter") << filter;
}

}  // namespace
}  // namespace assay::import
