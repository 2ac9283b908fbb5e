#include "import/scubagear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/test_export.h"

namespace assay::import {
namespace {

using snapshot::rows;
using snapshot::tables_digest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ScubagearTest : public testing::Test {
 protected:
  snapshot::Evidence read(std::string_view json, ReadOptions options = {}) const {
    auto evidence = read_export(json, catalogue_, options);
    EXPECT_TRUE(evidence) << describe(evidence.error());
    return evidence ? std::move(*evidence) : snapshot::Evidence();
  }

  // What became of a table: `collected 2` or `absent: why`.
  static std::string coverage(const snapshot::Evidence& evidence, std::string_view table) {
    const auto* found = evidence.find(table);
    if (found == nullptr) return "nothing is said of it";
    std::string out(name(found->state));
    if (found->state == snapshot::State::Collected) out += " " + std::to_string(found->rows);
    return out + (found->detail.empty() ? "" : ": " + found->detail);
  }
  std::string coverage(std::string_view json, std::string_view table) const { return coverage(read(json), table); }

  std::string fault(std::string_view json, ReadOptions options = {}) const {
    const auto evidence = read_export(json, catalogue_, options);
    if (evidence) return "no error";
    EXPECT_EQ(evidence.error().code, ErrorCode::Invalid);
    return describe(evidence.error());
  }

  catalog::Catalogue catalogue_ = export_catalogue();
};

TEST_F(ScubagearTest, ReadsListsMapsAndNestedRows) {
  const auto evidence = read(R"({
    "conditional_access_policies": [{"Id": "p1", "DisplayName": "One", "Conditions": {"Users": {"IncludeUsers": ["All"]}}}, {"Id": "p2"}],
    "privileged_users": {"u1": {"DisplayName": "Ann"}, "u2": {"DisplayName": "Ann"}},
    "dlp_policies": [{"value": [{"name": "d1"}, {"name": "d2"}]}],
    "tenant_details": {"TenantId": "t", "AADAdditionalData": {"Id": "t", "CountryLetterCode": "DE"}}})");

  EXPECT_THAT(rows(evidence.db, "SELECT id, display_name FROM policies"), ElementsAre("p1|One", "p2|NULL"));
  EXPECT_THAT(rows(evidence.db, "SELECT parent, user FROM policy_users"), ElementsAre("1|All"));
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM privileged_users"), ElementsAre("u1|Ann", "u2|Ann"));
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM data_policies"), ElementsAre("d1", "d2"));
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM organization"), ElementsAre("t|DE"));
  EXPECT_EQ(coverage(evidence, "policies"), "collected 2");
  EXPECT_EQ(coverage(evidence, "privileged_users"), "collected 2");
  EXPECT_EQ(coverage(evidence, "data_policies"), "collected 2");
}

TEST_F(ScubagearTest, MissingDataIsNeverAnEmptyTable) {
  const auto* absent = "absent: the export holds no `conditional_access_policies`";
  for (const auto* json :
       {"{}", R"({"conditional_access_policies": null})", R"({"conditional_access_policies": {}})",
        R"({"conditional_access_policies": "error"})", R"({"conditional_access_policies": 0})",
        R"({"conditional_access_policies": false})", R"({"conditional_access_policies": ["bad", 1]})"})
    EXPECT_EQ(coverage(json, "policies"), absent) << json;
  EXPECT_EQ(coverage("{}", "devices"), "absent: a ScubaGear export does not hold it");
  for (const auto* json :
       {R"({"privileged_users": {}})", R"({"privileged_users": null})", R"({"privileged_users": "none"})"})
    EXPECT_EQ(coverage(json, "privileged_users"), "absent: the export holds no `privileged_users`") << json;
  for (const auto* json : {R"({"dlp_policies": []})", R"({"dlp_policies": {}})", R"({"dlp_policies": {"value": null}})",
                           R"({"dlp_policies": {"other": []}})", R"({"dlp_policies": {"value": "none"}})"})
    EXPECT_EQ(coverage(json, "data_policies"), "absent: the export holds no `dlp_policies`") << json;
}

TEST_F(ScubagearTest, AnEmptyListIsEvidenceOfNothing) {
  EXPECT_EQ(coverage(R"({"conditional_access_policies": []})", "policies"), "collected 0");
  EXPECT_EQ(coverage(R"({"privileged_users": []})", "privileged_users"), "collected 0");
  EXPECT_EQ(coverage(R"({"dlp_policies": {"value": []}})", "data_policies"), "collected 0");
  // So is the null that PowerShell puts into a list when a command had nothing to say.
  EXPECT_EQ(coverage(R"({"conditional_access_policies": [null]})", "policies"), "collected 0");
}

TEST_F(ScubagearTest, AListOfOneMayBeTheBareObject) {
  EXPECT_EQ(coverage(R"({"conditional_access_policies": {"Id": "p"}})", "policies"), "collected 1");
  EXPECT_EQ(coverage(R"({"dlp_policies": {"value": {"name": "d"}}})", "data_policies"), "collected 1");
}

TEST_F(ScubagearTest, AFailedCommandMakesItsTableFailed) {
  const auto* failed = "failed: Get-Policy failed when the export was made";
  for (const auto* json :
       {R"({"aad_unsuccessful_commands": ["Get-Other", "Get-Policy"], "conditional_access_policies": [{"Id": "p"}]})",
        R"({"conditional_access_policies": [{"Id": "p"}], "aad_unsuccessful_commands": ["get-policy"]})",
        R"({"conditional_access_policies": [], "AAD_Unsuccessful_Commands": "Get-Policy"})",
        R"({"aad_unsuccessful_commands": ["Get-Policy"]})"}) {
    const auto evidence = read(json);
    EXPECT_EQ(coverage(evidence, "policies"), failed) << json;
    EXPECT_THAT(rows(evidence.db, "SELECT * FROM policies"), IsEmpty()) << json;
  }
  EXPECT_EQ(coverage(R"({"x_unsuccessful_commands": ["Get-PnPTenant"], "SPO_tenant": {}})", "sharing"),
            "failed: Get-PnPTenant failed when the export was made");
  EXPECT_EQ(coverage(R"({"aad_unsuccessful_commands": [], "conditional_access_policies": []})", "policies"),
            "collected 0");
  EXPECT_EQ(coverage(R"({"aad_unsuccessful_commands": null, "conditional_access_policies": []})", "policies"),
            "collected 0");
}

TEST_F(ScubagearTest, TheBetterOfTwoKeysCountsInAnyOrder) {
  const std::string better = R"("accepted_domains": [{"DomainName": "a"}])";
  const std::string other = R"("all_domains": [{"DomainName": "b"}, {"DomainName": "c"}])";
  for (const auto& json : {"{" + better + ", " + other + "}", "{" + other + ", " + better + "}"}) {
    const auto evidence = read(json);
    EXPECT_THAT(rows(evidence.db, "SELECT name FROM domains"), ElementsAre("a")) << json;
    EXPECT_EQ(coverage(evidence, "domains"), "collected 1");
  }
  EXPECT_THAT(rows(read("{" + other + "}").db, "SELECT name FROM domains"), ElementsAre("b", "c"));
  EXPECT_EQ(coverage(R"({"accepted_domains": null, "all_domains": []})", "domains"), "collected 0");
}

TEST_F(ScubagearTest, KeysMatchInAnyCaseAndOthersArePassedOver) {
  const auto evidence = read(R"({"@odata.context": "x", "Conditional_Access_POLICIES": [{"ID": "p", "@odata.type": 1}],
    "new_in_version_9": [{"deep": [[1]]}], "spo_tenant": [{"sharingcapability": 1, "ROOTSITEURL": "u"}]})");
  EXPECT_THAT(rows(evidence.db, "SELECT id FROM policies"), ElementsAre("p"));
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM sharing"), ElementsAre("u|ExternalUserSharingOnly"));
}

TEST_F(ScubagearTest, DatesAndEnumerationsAreReadInEverySpelling) {
  for (const auto* date :
       {"/Date(1714000000000)/", "2024-04-24T23:06:40Z", "04/24/2024 18:06:40 Central Daylight Time"}) {
    const auto evidence =
        read(R"({"conditional_access_policies": {"ModifiedDateTime": ")" + std::string(date) + R"("}})");
    EXPECT_THAT(rows(evidence.db, "SELECT modified FROM policies"), ElementsAre("2024-04-24T23:06:40Z")) << date;
  }
  for (const auto* sharing : {"0", "\"0\"", "\"Disabled\"", "\"DISABLED\""}) {
    const auto evidence = read(R"({"SPO_tenant": {"SharingCapability": )" + std::string(sharing) + "}}");
    EXPECT_THAT(rows(evidence.db, "SELECT sharing FROM sharing"), ElementsAre("Disabled")) << sharing;
  }
}

TEST_F(ScubagearTest, ByteOrderMarksAndUtf16AreUnderstood) {
  const std::string json = R"({"conditional_access_policies": [{"Id": "p"}]})";
  std::string little("\xFF\xFE");
  std::string big("\xFE\xFF");
  for (const char c : json) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  for (const auto& bytes : {json, "\xEF\xBB\xBF" + json, little, big})
    EXPECT_THAT(rows(read(bytes).db, "SELECT id FROM policies"), ElementsAre("p"));
}

TEST_F(ScubagearTest, TablesDoNotDependOnHowTheBytesComeIn) {
  const std::string_view json =
      R"({"conditional_access_policies": [{"Id": "é", "Conditions": {"Users": {"IncludeUsers": "All"}}}, {}],
    "privileged_users": {"u\"1": {"DisplayName": "€"}}, "SPO_tenant": {"SharingCapability": 1}, "tenant_id": "t"})";
  const auto expected = tables_digest(read(json).db, catalogue_).value();
  for (const std::size_t size : {1, 2, 3, 7, 64}) {
    const auto evidence = read(json, {.at_a_time = size});
    EXPECT_EQ(tables_digest(evidence.db, catalogue_).value(), expected) << size;
    EXPECT_EQ(evidence.manifest.tenant_id, "t");
  }
}

TEST_F(ScubagearTest, FillsOnlyWhatIsAskedFor) {
  const sql::Reads only{{"policies", {"id"}}, {"devices", {"id"}}};
  const auto evidence = read(
      R"({"conditional_access_policies": [{"Id": "p", "DisplayName": "x"}], "SPO_tenant": {"SharingCapability": 1}})",
      {.only = &only});
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM policies"), ElementsAre("p"));
  EXPECT_EQ(coverage(evidence, "policies"), "collected 1");
  EXPECT_EQ(coverage(evidence, "sharing"), "nothing is said of it");
}

TEST_F(ScubagearTest, AFileOfAnotherKindIsRefusedUnlessItIsCertain) {
  const auto* refused = "holds no member that a ScubaGear export has (if it is a partial export, say --kind scubagear)";
  for (const auto* json : {"{}", R"({"value": []})", R"({"@odata.context": "x", "value": [{"controlScores": []}]})"}) {
    EXPECT_EQ(fault(json, {.certain = false}), refused) << json;
    EXPECT_EQ(fault(json), "no error") << json;
  }
  for (const auto* json : {R"({"SPO_tenant": null})", R"({"scuba_config": {}})", R"({"teams_successful_commands": []})",
                           R"({"baseline_version": "1"})"})
    EXPECT_EQ(fault(json, {.certain = false}), "no error") << json;
  EXPECT_EQ(fault("[]"), "not valid JSON at byte 0: it must begin with `{` (is it the right file?)");
  EXPECT_EQ(fault(""), "the file is empty (export it again)");
}

TEST_F(ScubagearTest, MistakesAreNamedWithTheirPlace) {
  EXPECT_THAT(fault(R"({"conditional_access_policies": [{"Id": "p"}, {"Id" "p"}]})"),
              HasSubstr("`conditional_access_policies[1]`: not valid JSON at byte 46: "));
  EXPECT_THAT(fault(R"({"privileged_users": {"u1": {"a": tru}}})"),
              HasSubstr("`privileged_users[u1]`: not valid JSON at byte 28: "));
  EXPECT_THAT(fault(R"({"SPO_tenant": {"a": 01}})"), HasSubstr("`SPO_tenant`: not valid JSON at byte 15: "));
  EXPECT_THAT(fault(R"({"SPO_tenant": {"a": "\ud800"}})"), HasSubstr("`SPO_tenant`: not valid JSON at byte 15: "));
  EXPECT_THAT(fault("{\"SPO_tenant\": {\"a\": \"\xFF\"}}"), HasSubstr("not valid UTF-8 between bytes 0 and "));
  EXPECT_THAT(fault(R"({"SPO_tenant": {"a": 1}, "x": [)"),
              HasSubstr("`x`: not valid JSON at byte 31: it ends too early (is the file complete?)"));
}

}  // namespace
}  // namespace assay::import
