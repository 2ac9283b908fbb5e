#include "import/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/import.h"
#include "import/test_graph.h"
#include "snapshot/fake_source.h"
#include "snapshot/file.h"
#include "snapshot/test_tables.h"

namespace assay::import {
namespace {

namespace fs = std::filesystem;
using snapshot::rows;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPolicies =
    R"({"@odata.context": "https://graph.microsoft.com/beta/$metadata#identity/conditionalAccess/policies", "value": [
  {"id": "p1", "displayName": "A", "state": "enabled", "conditions": {"users": {"includeGroups": ["g1"]}}},
  {"id": "p2", "displayName": "B", "state": "disabled", "conditions": {}}]})";

std::string utf16(std::string_view ascii, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : ascii) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

class GraphTest : public testing::Test {
 protected:
  // Reads files into memory; the error, if that is what comes of it.
  std::string read(const std::vector<TestFile>& files) {
    evidence_ = snapshot::Evidence();
    notices_.clear();
    CHECK(snapshot::create_tables(evidence_.db, catalogue_).has_value());
    const auto in_memory = files_of(files);
    const auto done =
        read_graph(in_memory, catalogue_, evidence_, [&](const std::string& text) { notices_.push_back(text); });
    return done ? "" : describe(done.error());
  }
  std::vector<std::string> of(const std::string& query) const { return rows(evidence_.db, query); }
  // `collected 2`, or the state and why.
  std::string state(std::string_view table) const {
    const auto* coverage = evidence_.find(table);
    if (coverage == nullptr) return "nothing is said";
    if (coverage->state == snapshot::State::Collected) return "collected " + std::to_string(coverage->rows);
    return std::string(name(coverage->state)) + ": " + coverage->detail;
  }

  catalog::Catalogue catalogue_ = graph_catalogue();
  snapshot::Evidence evidence_;
  std::vector<std::string> notices_;
};

TEST_F(GraphTest, AnAnswer) {
  ASSERT_EQ(read({{"x.json", std::string(kPolicies)}}), "");
  EXPECT_THAT(of("SELECT id, display_name, state, include_groups FROM conditional_access_policies"),
              ElementsAre(R"(p1|A|enabled|["g1"])", "p2|B|disabled|[]"));
  EXPECT_EQ(state("conditional_access_policies"), "collected 2");
  EXPECT_EQ(state("users"), "absent: no file holds /users");
  EXPECT_EQ(state("transport_rules"), "absent: files of Microsoft Graph do not hold it");
  EXPECT_THAT(evidence_.manifest.scope, ElementsAre("entra"));
  EXPECT_EQ(evidence_.manifest.source, "Microsoft Graph files");
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(GraphTest, ObjectsInFilesOfTheirOwn) {
  ASSERT_EQ(read({{"a/1.json", R"({"@odata.context": "x/$metadata#groups/$entity", "id": "g1", "tags": ["t"]})"},
                  {"a/2.json", R"({"@odata.context": "x/$metadata#groups/$entity", "id": "g2", "value": "no list"})"}}),
            "");
  EXPECT_THAT(of("SELECT id FROM groups"), ElementsAre("g1", "g2"));
  EXPECT_THAT(of("SELECT tag FROM group_tags"), ElementsAre("t"));
  EXPECT_EQ(state("groups"), "collected 2");
}

TEST_F(GraphTest, APolicyShowsByItsShape) {
  ASSERT_EQ(
      read({{"users/CA001.json",
             R"({"Id": "p1", "State": "enabled", "Conditions": {}, "GrantControls": null, "SessionControls": {}})"},
            {"list.json", R"([{"id": "p2", "state": "enabled", "conditions": {}, "grantControls": {}}])"}}),
      "");
  EXPECT_THAT(of("SELECT id FROM conditional_access_policies"), ElementsAre("p1", "p2"));
}

TEST_F(GraphTest, NamesTellWhatObjectsDoNot) {
  ASSERT_EQ(read({{"out/Groups/Admins.json", R"({"id": "g1", "displayName": "Admins", "groupTypes": []})"},
                  {"out/Groups/users.json", R"({"id": "g2", "displayName": "users", "groupTypes": []})"},
                  {"out/users.json", R"([{"id": "u", "displayName": "Ann", "accountEnabled": true}])"}}),
            "");
  EXPECT_THAT(of("SELECT id FROM groups"), ElementsAre("g1", "g2"));
  EXPECT_THAT(of("SELECT * FROM users"), ElementsAre("u|Ann|1|NULL"));
}

TEST_F(GraphTest, AnObjectTellsWhereItComesFromInAListThatDoesNot) {
  ASSERT_EQ(read({{"all.json", R"({"value": [{"@odata.context": "x/$metadata#groups/$entity", "id": "g1"},
    {"@odata.context": "x/$metadata#admin/sharepoint/settings/$entity", "id": "s", "sharingCapability": "disabled"}]})"}}),
            "");
  EXPECT_THAT(of("SELECT id FROM groups"), ElementsAre("g1"));
  EXPECT_THAT(of("SELECT id, sharing FROM sharing"), ElementsAre("s|disabled"));
  EXPECT_THAT(evidence_.manifest.scope, ElementsAre("entra", "sharepoint"));
}

TEST_F(GraphTest, EveryEncodingThatAdministratorsToolsWrite) {
  for (const auto& bytes : {std::string(kPolicies), "\xEF\xBB\xBF" + std::string(kPolicies), utf16(kPolicies, false),
                            utf16(kPolicies, true)}) {
    ASSERT_EQ(read({{"x.json", bytes}}), "");
    EXPECT_THAT(of("SELECT id FROM conditional_access_policies"), ElementsAre("p1", "p2"));
  }
  ASSERT_EQ(read({{"g/x.json", utf16(R"({"@odata.context": "x#groups/$entity", "id": "g"})", false)}}), "");
  EXPECT_EQ(state("groups"), "collected 1");
}

TEST_F(GraphTest, TheContextMayFollowTheList) {
  ASSERT_EQ(read({{"x.json", R"({"value": [{"id": "g1"}], "@odata.context": "x/$metadata#groups"})"}}), "");
  EXPECT_THAT(of("SELECT id FROM groups"), ElementsAre("g1"));
}

TEST_F(GraphTest, RowsInsideOneObject) {
  ASSERT_EQ(read({{"x.json", R"({"@odata.context": "x/$metadata#policies/authenticationMethodsPolicy/$entity",
    "authenticationMethodConfigurations": [{"id": "Sms", "state": "disabled"}, {"id": "Fido2", "state": "enabled"}]})"}}),
            "");
  EXPECT_THAT(of("SELECT id, state FROM methods"), ElementsAre("Sms|disabled", "Fido2|enabled"));
}

TEST_F(GraphTest, AnEmptyListSaysThatThereIsNothing) {
  ASSERT_EQ(read({{"x.json", R"({"@odata.context": "x/$metadata#groups", "value": []})"}, {"users.json", "[]"}}), "");
  EXPECT_EQ(state("groups"), "collected 0");
  EXPECT_EQ(state("users"), "collected 0");
  ASSERT_EQ(read({{"users.json", "[]"}, {"settings.json", "[]"}}), "");
  EXPECT_THAT(state("sharing"), HasSubstr("absent"));
  EXPECT_THAT(notices_, ElementsAre("`settings.json`: cannot be told what it holds; it is kept as evidence alone"));
}

TEST_F(GraphTest, PagesOfOneAnswer) {
  const std::string first =
      R"({"@odata.context": "x/$metadata#groups", "@odata.nextLink": "https://x/2", "value": [{"id": "g1"}]})";
  const std::string second = R"({"@odata.context": "x/$metadata#groups", "value": [{"id": "g2"}]})";
  ASSERT_EQ(read({{"b.json", second}, {"a.json", first}}), "");
  EXPECT_EQ(state("groups"), "collected 2");
  ASSERT_EQ(read({{"a.json", first}}), "");
  EXPECT_EQ(state("groups"), "failed: `a.json` names a following page that is not among the files");
  EXPECT_THAT(of("SELECT * FROM groups"), IsEmpty());
  // One of the objects says nothing about the rest.
  ASSERT_EQ(read({{"a.json", first}, {"c.json", R"({"@odata.context": "x/$metadata#groups/$entity", "id": "g3"})"}}),
            "");
  EXPECT_THAT(state("groups"), HasSubstr("failed"));
}

TEST_F(GraphTest, TheServicesOwnCountIsHeldAgainstTheFiles) {
  ASSERT_EQ(
      read({{"a.json", R"({"@odata.context": "x/$metadata#groups", "@odata.count": 3, "value": [{"id": "g1"}]})"}}),
      "");
  EXPECT_EQ(state("groups"), "failed: `a.json` speaks of 3 objects and the files hold 1");
}

TEST_F(GraphTest, MembersThatWereNotAskedFor) {
  ASSERT_EQ(read({{"users.json",
                   R"({"@odata.context": "x/$metadata#users", "value": [{"id": "u", "displayName": "Ann"}]})"}}),
            "");
  EXPECT_EQ(state("users"),
            "failed: `users.json` holds no `accountEnabled`; ask for "
            "/users?$select=id,displayName,accountEnabled,onPremisesSyncEnabled");
  EXPECT_THAT(of("SELECT * FROM users"), IsEmpty());
  // PowerShell writes what was not asked for as null.
  ASSERT_EQ(
      read({{"users.json", R"([{"Id": "u", "DisplayName": "Ann", "AccountEnabled": null, "SignInActivity": null}])"}}),
      "");
  EXPECT_THAT(state("users"), HasSubstr("failed: `users.json` holds no `accountEnabled`"));
  EXPECT_EQ(state("user_activity"), "collected 1");
  // An expanded member.
  ASSERT_EQ(
      read({{"x.json",
             R"({"@odata.context": "x/$metadata#roleManagement/directory/roleAssignments", "value": [{"id": "r"}]})"}}),
      "");
  EXPECT_EQ(
      state("assignments"),
      "failed: `x.json` holds no `principal`; ask for /roleManagement/directory/roleAssignments?$expand=principal");
}

TEST_F(GraphTest, MoreThanTheTableAsksFor) {
  ASSERT_EQ(read({{"x.json", R"({"@odata.context": "x/$metadata#identityProtection/riskyUsers", "value": [
    {"id": "u1", "riskState": "atRisk"}, {"id": "u2", "riskState": "dismissed"}, {"id": "u3", "riskState": "ConfirmedCompromised"}]})"}}),
            "");
  EXPECT_THAT(of("SELECT id FROM risky_users"), ElementsAre("u1", "u3"));
  EXPECT_EQ(state("risky_users"), "collected 2");
  ASSERT_EQ(read({{"x.json", R"({"@odata.context": "x/$metadata#security/secureScores", "value": [
    {"controlScores": [{"controlName": "new"}]}, {"controlScores": [{"controlName": "old"}]}]})"}}),
            "");
  EXPECT_THAT(of("SELECT id FROM scores"), ElementsAre("new"));
}

TEST_F(GraphTest, TheSameObjectTwice) {
  const auto group = [](const std::string& rest) {
    return R"({"@odata.context": "x/$metadata#groups/$entity", "id": "g1", "tags": ["t"], )" + rest + "}";
  };
  const auto first = group(R"("displayName": "A", "groupTypes": [])");
  ASSERT_EQ(
      read({{"a.json", first}, {"b.json", R"({"@odata.context": "x/$metadata#groups", "value": [)" + first + "]}"}}),
      "");
  EXPECT_THAT(of("SELECT * FROM groups"), ElementsAre("g1|A|[]"));
  EXPECT_THAT(of("SELECT tag FROM group_tags"), ElementsAre("t"));
  // Renamed in between.
  ASSERT_EQ(read({{"a.json", first}, {"b.json", group(R"("displayName": "B", "groupTypes": [])")}}), "");
  EXPECT_THAT(of("SELECT * FROM groups"), ElementsAre("g1|NULL|[]"));
  EXPECT_THAT(of("SELECT tag FROM group_tags"), ElementsAre("t"));
  ASSERT_EQ(read({{"a.json", first}, {"b.json", group(R"("displayName": "A", "groupTypes": ["Unified"])")}}), "");
  EXPECT_EQ(state("groups"), "failed: two files hold the same object and differ; give one of them");
  EXPECT_THAT(of("SELECT * FROM group_tags"), IsEmpty());
}

TEST_F(GraphTest, ErrorsThatWereSaved) {
  ASSERT_EQ(read({{"x.json", std::string(kPolicies)},
                  {"groups.json",
                   R"({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}})"},
                  {"users.json", R"({"error": {"code": "TooManyRequests", "message": ""}})"},
                  {"other.json", R"({"error": {"code": "x", "message": "y"}})"}}),
            "");
  EXPECT_EQ(state("groups"), "denied: `groups.json` is an error: Insufficient privileges");
  EXPECT_EQ(state("users"), "failed: `users.json` is an error: TooManyRequests");
  EXPECT_EQ(state("groups_in_use"),
            "denied: it is worked out from `groups`, which was not collected: `groups.json` is an error: Insufficient "
            "privileges");
  EXPECT_THAT(notices_, ElementsAre("`other.json`: is an error: y"));
}

TEST_F(GraphTest, TheAnswerToABatch) {
  ASSERT_EQ(read({{"batch.json", R"({"responses": [
    {"id": "1", "status": 200, "body": {"@odata.context": "x/$metadata#groups", "value": [{"id": "g1"}]}},
    {"id": "users", "status": 403, "body": {"error": {"code": "Forbidden", "message": "no"}}},
    {"id": "3", "status": 204}]})"}}),
            "");
  EXPECT_EQ(state("groups"), "collected 1");
  EXPECT_EQ(state("users"), "denied: `batch.json, response users` is an error: no");
}

TEST_F(GraphTest, WhatIsAskedForEachRowOfAnotherTable) {
  const TestFile policies{"p.json", std::string(kPolicies)};
  const TestFile groups{"g.json", R"({"@odata.context": "x/$metadata#groups", "value": [{"id": "g1"}, {"id": "g2"}]})"};
  const TestFile members{"groups/G1/transitiveMembers.json",
                         R"({"@odata.context": "x/$metadata#directoryObjects", "value": [{"id": "u1"}]})"};
  ASSERT_EQ(read({policies, groups, members}), "");
  EXPECT_EQ(state("groups_in_use"), "collected 1");
  EXPECT_THAT(of("SELECT group_id, id FROM group_members"), ElementsAre("g1|u1"));
  EXPECT_EQ(state("group_members"), "collected 1");
  ASSERT_EQ(read({policies, groups}), "");
  EXPECT_EQ(state("group_members"),
            "absent: no file holds /groups/{id}/transitiveMembers for 1 of 1 in `groups_in_use`, such as g1");
  ASSERT_EQ(read({groups, members}), "");
  EXPECT_THAT(state("group_members"),
              HasSubstr("absent: it is asked for each of `groups_in_use`, which was not collected"));
  EXPECT_THAT(of("SELECT * FROM group_members"), IsEmpty());
  // No group is used: there is nothing to ask for.
  ASSERT_EQ(read({{"p.json", R"({"@odata.context": "x#identity/conditionalAccess/policies", "value": []})"}, groups}),
            "");
  EXPECT_EQ(state("group_members"), "collected 0");
}

TEST_F(GraphTest, ARowThatStandsInTheFilterShowsInTheObjects) {
  const TestFile groups{"g.json", R"({"@odata.context": "x/$metadata#groups", "value": [{"id": "g1"}, {"id": "g2"}]})"};
  const TestFile both{"x.json", R"({"@odata.context": "x/$metadata#policies/assignments", "value": [
    {"id": "a", "scopeId": "g1", "scopeType": "Group"}, {"id": "b", "scopeId": "/", "scopeType": "DirectoryRole"},
    {"id": "c", "scopeId": "g2", "scopeType": "Group"}]})"};
  ASSERT_EQ(read({groups, both}), "");
  EXPECT_THAT(of("SELECT group_id, id FROM group_policies"), ElementsAre("g1|a", "g2|c"));
  EXPECT_EQ(state("group_policies"), "collected 2");
  const TestFile one{"x.json", R"({"@odata.context": "x/$metadata#policies/assignments", "value": [
    {"id": "a", "scopeId": "g1", "scopeType": "Group"}]})"};
  const TestFile none{"assignments/g2.json", R"({"@odata.context": "x/$metadata#policies/assignments", "value": []})"};
  ASSERT_EQ(read({groups, one}), "");
  EXPECT_EQ(state("group_policies"), "failed: no file holds /policies/assignments for 1 of 2 in `groups`, such as g2");
  ASSERT_EQ(read({groups, one, none}), "");
  EXPECT_EQ(state("group_policies"), "collected 1");
}

TEST_F(GraphTest, TheCloudShowsInTheContext) {
  ASSERT_EQ(
      read({{"x.json", R"({"@odata.context": "https://graph.microsoft.us/v1.0/$metadata#groups", "value": []})"}}), "");
  EXPECT_EQ(evidence_.manifest.cloud, "gcchigh");
  ASSERT_EQ(read({{"x.json", std::string(kPolicies)}}), "");
  EXPECT_EQ(evidence_.manifest.cloud, "");
}

TEST_F(GraphTest, WhatCannotBePlaced) {
  ASSERT_EQ(read({{"x.json", std::string(kPolicies)},
                  {"other.json", R"({"Objects": [1, 2]})"},
                  {"mixed.json", R"([{"id": 1}, "text", {"@odata.context": "x#groups/$entity", "id": "g"}])"}}),
            "");
  EXPECT_THAT(notices_, ElementsAre("`other.json`: cannot be told what it holds; it is kept as evidence alone",
                                    "`mixed.json`: 2 of 3 objects cannot be placed"));
  EXPECT_EQ(read({{"other.json", R"({"a": 1})"}}),
            "`other.json`: cannot be told what it holds (keep `@odata.context`, or name it as Graph does, such as "
            "users.json)");
  EXPECT_THAT(read({{"a.json", "{}"}, {"b.json", "[]"}}),
              HasSubstr("`a.json`: cannot be told what it and 1 other file hold"));
}

TEST_F(GraphTest, WhatIsNoJson) {
  EXPECT_THAT(read({{"x.json", std::string(kPolicies)}, {"y.json", ""}}), HasSubstr("`y.json`: the file is empty"));
  EXPECT_THAT(read({{"y.json", std::string(kPolicies.substr(0, 200))}}),
              HasSubstr("`y.json`: `value`[0]: not valid JSON at byte "));
  EXPECT_THAT(read({{"y.json", R"([{"id": nonsense}])"}}),
              HasSubstr("`y.json`: element 0: not valid JSON at byte 1: "));
  EXPECT_THAT(read({{"y.json", R"([{"id": 1}, )"}}),
              HasSubstr("`y.json`: not valid JSON at byte 12: it ends too early"));
  EXPECT_THAT(read({{"y.json", R"([1] [2])"}}), HasSubstr("something follows the end"));
  EXPECT_THAT(read({{"y.json", R"({"id": nonsense})"}}), HasSubstr("`y.json`: not valid JSON: "));
  EXPECT_THAT(read({{"y.json", "\"text\""}}), HasSubstr("`y.json`: not valid JSON at byte 0: it must begin with `{`"));
  EXPECT_THAT(read({{"y.json", "[\"\xFF\"]"}}), HasSubstr("`y.json`: not valid UTF-8"));
}

TEST_F(GraphTest, ASnapshotKeepsEveryFileAndIsMadeAgainFromThem) {
  const TemporaryFolder folder;
  folder.write(
      "export/Policies/CA 1.json",
      utf16(
          R"({"id": "p1", "state": "enabled", "conditions": {"users": {"includeGroups": ["g1"]}}, "grantControls": {}})",
          false));
  folder.write("export/groups.json", R"([{"id": "g1", "displayName": "é", "groupTypes": []}])");
  folder.write("export/notes.json", R"({"a": 1})");
  folder.write("export/README.md", "no answer");
  folder.write("export/.hidden/users.json", "nonsense");
  folder.write("members/groups/g1/transitiveMembers.json", R"({"value": [{"id": "u1"}]})");
  const auto snapshot = folder.path() / "x.assay";
  std::vector<std::string> notices;
  Options options;
  options.notice = [&](const std::string& text) { notices.push_back(folder.without(text)); };

  const auto made =
      write_snapshot({folder.path() / "export", folder.path() / "members"}, snapshot, catalogue_, options);

  ASSERT_TRUE(made) << describe(made.error());
  EXPECT_THAT(notices, ElementsAre("`export/notes.json`: cannot be told what it holds; it is kept as evidence alone"));
  const auto opened = snapshot::open(snapshot).take();
  EXPECT_THAT(rows(opened.db, "SELECT document, url FROM page"),
              ElementsAre("1|graph:export/Policies/CA 1.json", "2|graph:export/groups.json",
                          "3|graph:export/notes.json", "4|graph:members/groups/g1/transitiveMembers.json"));
  EXPECT_THAT(rows(opened.db, "SELECT group_id, id FROM group_members"), ElementsAre("g1|u1"));
  const snapshot::Documents documents(opened.db);
  EXPECT_EQ(snapshot::read_all(*documents.bytes(1).take()).value(),
            read_file(folder.path() / "export/Policies/CA 1.json").value());

  // A catalogue with other columns.
  auto other = graph_catalogue();
  for (auto& table : other.tables)
    if (table.name == "groups") table.columns.pop_back();
  const auto again = import::read(snapshot, other, {});
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_THAT(rows(again->db, "SELECT * FROM groups"), ElementsAre("g1|é"));
  EXPECT_THAT(rows(again->db, "SELECT group_id, id FROM group_members"), ElementsAre("g1|u1"));
  EXPECT_EQ(again->find("group_members")->state, snapshot::State::Collected);
  EXPECT_THAT(again->manifest.scope, ElementsAre("entra"));
}

TEST_F(GraphTest, WhichKindAFileIs) {
  const TemporaryFolder folder;
  const auto kind_of = [&](std::string_view bytes) { return detect(folder.write("x.json", bytes)).value(); };
  for (const auto* bytes : {R"({"@odata.context": "x", "value": []})", R"({"value": []})", R"([{"id": 1}])", "[]",
                            "\xEF\xBB\xBF []", R"({"responses": []})", R"({"displayName": "A", "conditions": {}})",
                            R"({"Id": "p"})", R"({"error": {"code": "x"}})"})
    EXPECT_EQ(kind_of(bytes), Kind::Graph) << bytes;
  for (const auto* bytes : {"", "{}", R"({"conditional_access_policies": [{"id": "p"}]})",
                            R"({"tenant_id": "t", "value": 1)", "nonsense", "{\"scuba_config\": {}}"})
    EXPECT_EQ(kind_of(bytes),
              bytes == std::string_view(R"({"tenant_id": "t", "value": 1)") ? Kind::Graph : Kind::Scubagear)
        << bytes;
  EXPECT_EQ(kind_of(utf16(kPolicies, false)), Kind::Graph);
  EXPECT_EQ(kind_of(R"({"tenant_id": "t", "SPO_tenant": [{"value": [])"), Kind::Scubagear);
  EXPECT_EQ(detect(folder.path()).value(), Kind::Graph);
}

TEST_F(GraphTest, WhatCannotBeImportedTogether) {
  const TemporaryFolder folder;
  const auto answer = folder.write("a.json", kPolicies);
  const auto scuba = folder.write("b.json", R"({"tenant_id": "t", "conditional_access_policies": []})");
  const auto fault = [&](const std::vector<fs::path>& paths) {
    const auto made = write_snapshot(paths, folder.path() / "x.assay", catalogue_, {});
    return made ? "no error" : folder.without(describe(made.error()));
  };
  EXPECT_EQ(fault({answer, scuba}), "one export makes one snapshot (run `assay import` once for each)");
  EXPECT_EQ(fault({answer, folder.write("e.json", "")}),
            "one export makes one snapshot (run `assay import` once for each)");
  EXPECT_EQ(fault({answer, folder.path() / "no.json"}), "`no.json`: no such file (check the path)");
  fs::create_directory(folder.path() / "empty");
  EXPECT_EQ(fault({answer, folder.path() / "empty"}),
            "`empty`: holds no file that ends in .json (give the folder with the answers of Microsoft Graph)");
  EXPECT_FALSE(fs::exists(folder.path() / "x.assay"));
}

}  // namespace
}  // namespace assay::import
