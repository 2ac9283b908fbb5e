// What an export says of itself: the tenant, the time, the licences, the configuration of the run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/iso8601.h"
#include "base/text.h"
#include "import/scubagear.h"
#include "import/test_export.h"

namespace assay::import {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ScubagearFactsTest : public testing::Test {
 protected:
  snapshot::Evidence read(std::string_view json) const {
    auto evidence = read_export(json, catalogue_);
    EXPECT_TRUE(evidence) << describe(evidence.error());
    return evidence ? std::move(*evidence) : snapshot::Evidence();
  }
  std::string taken_at(std::string_view json) const {
    const auto time = read(json).manifest.taken_at;
    return time ? iso8601::format_time(*time) : "not known";
  }
  std::vector<std::string> scope(std::string_view json) const { return read(json).manifest.scope; }

  // `requirement kind value` of each exception that this configuration declares.
  std::vector<std::string> exceptions(const std::string& config) const {
    std::vector<std::string> out;
    for (const auto& e : read(R"({"scuba_config": )" + config + "}").exceptions) {
      EXPECT_EQ(e.framework, "scuba");
      out.push_back(text::join({e.requirement, e.kind, e.value}, " "));
    }
    return out;
  }
  // `requirement: reason until when` of each omission.
  std::vector<std::string> omissions(const std::string& config) const {
    std::vector<std::string> out;
    for (const auto& o : read(R"({"scuba_config": )" + config + "}").omissions) {
      EXPECT_EQ(o.framework, "scuba");
      out.push_back(o.requirement + ": " + o.reason + (o.expires ? " until " + iso8601::format_date(*o.expires) : ""));
    }
    return out;
  }

  catalog::Catalogue catalogue_ = export_catalogue();
};

TEST_F(ScubagearFactsTest, NamesTheTenant) {
  const auto both =
      read(
          R"({"tenant_details": [{"TenantId": "b", "DisplayName": "Contoso", "DomainName": "c.example"}], "tenant_id": "a"})")
          .manifest;
  EXPECT_EQ(both.tenant_id, "a");
  EXPECT_EQ(both.tenant_name, "Contoso");

  const auto old = read(R"({"tenant_details": {"tenantId": "b", "displayname": "Contoso"}})").manifest;
  EXPECT_EQ(old.tenant_id, "b");
  EXPECT_EQ(old.tenant_name, "Contoso");

  for (const auto* json :
       {"{}", R"({"tenant_details": null, "tenant_id": null})", R"({"tenant_details": [], "tenant_id": 5})"}) {
    EXPECT_EQ(read(json).manifest.tenant_id, "") << json;
    EXPECT_EQ(read(json).manifest.tenant_name, "") << json;
  }
}

TEST_F(ScubagearFactsTest, KnowsWhenTheExportWasMade) {
  const std::string zulu = R"("timestamp_zulu": "2026-05-04T17:15:48.307Z")";
  const std::string local = R"("date": "05/04/2026 17:15:49 Coordinated Universal Time")";
  EXPECT_EQ(taken_at("{" + zulu + ", " + local + "}"), "2026-05-04T17:15:48Z");
  EXPECT_EQ(taken_at("{" + local + ", " + zulu + "}"), "2026-05-04T17:15:48Z");
  EXPECT_EQ(taken_at("{" + local + "}"), "2026-05-04T17:15:49Z");
  EXPECT_EQ(taken_at(R"({"date": "12/09/2022 13:26:11 Eastern Standard Time"})"), "2022-12-09T18:26:11Z");
  EXPECT_EQ(taken_at(R"({"date": "09.12.2022 13:26:11 Mitteleurop\u00e4ische Zeit", "timestamp_zulu": 5})"),
            "not known");
  EXPECT_EQ(taken_at("{}"), "not known");
}

TEST_F(ScubagearFactsTest, NamesTheProgramThatMadeIt) {
  EXPECT_EQ(read(R"({"module_version": "1.8.0"})").manifest.source, "ScubaGear 1.8.0");
  EXPECT_EQ(read("{}").manifest.source, "ScubaGear");
}

TEST_F(ScubagearFactsTest, TheCloudIsThatOfTheConfiguration) {
  EXPECT_EQ(read(R"({"scuba_config": {"M365Environment": "GCC"}})").manifest.cloud, "gcc");
  EXPECT_EQ(read(R"({"scuba_config": {"m365environment": "gcchigh"}})").manifest.cloud, "gcchigh");
  for (const auto* json :
       {"{}", R"({"scuba_config": null})", R"({"scuba_config": {}})", R"({"scuba_config": {"M365Environment": null}})"})
    EXPECT_EQ(read(json).manifest.cloud, "commercial") << json;
}

TEST_F(ScubagearFactsTest, TheScopeIsWhatTheRunSetOutToRead) {
  EXPECT_THAT(scope(R"({"scuba_config": {"ProductNames": ["aad", "Teams"]}})"), ElementsAre("entra", "teams"));
  EXPECT_THAT(scope(R"({"scuba_config": {"ProductNames": "exo"}})"), ElementsAre("exchange"));
  EXPECT_THAT(scope(R"({"scuba_config": {"ProductNames": ["defender", "securitysuite", "onedrive", "sharepoint"]}})"),
              ElementsAre("defender-office", "purview", "sharepoint"));
  EXPECT_THAT(scope(R"({"teams_successful_commands": [], "PowerBI_successful_commands": ["x"]})"),
              ElementsAre("fabric", "teams"));
}

TEST_F(ScubagearFactsTest, WithoutAWordOfItTheScopeIsAllThatAnExportCanHold) {
  const auto all =
      ElementsAre("defender-office", "entra", "exchange", "fabric", "power-platform", "purview", "sharepoint", "teams");
  EXPECT_THAT(scope("{}"), all);
  EXPECT_THAT(scope(R"({"scuba_config": {"ProductNames": ["*"]}})"), all);
}

TEST_F(ScubagearFactsTest, LicencesAreTakenWhereTheyAreStated) {
  EXPECT_EQ(read(R"({"defender_license": true, "Defender_DLP_License": false, "powerbi_license_found": true})").plans,
            (std::map<std::string, bool>{{"ATP_ENTERPRISE", true}, {"EQUIVIO_DLP", false}, {"POWER_BI", true}}));
  EXPECT_THAT(read(R"({"defender_license": null, "defender_dlp_license": "N/A", "powerbi_license_found": {}})").plans,
              IsEmpty());
}

TEST_F(ScubagearFactsTest, ExclusionsAreDeclaredExceptions) {
  EXPECT_THAT(exceptions(R"({"Aad": {
                "MS.AAD.1.1v1": {"CapExclusions": {"Users": ["u1", "u2"], "Groups": "g1", "Applications": ["a1"], "GuestUserTypes": ["internalGuest"]}},
                "MS.AAD.7.4v1": {"RoleExclusions": {"Users": ["u3"], "Groups": [""]}}}})"),
              UnorderedElementsAre("MS.AAD.1.1v1 user u1", "MS.AAD.1.1v1 user u2", "MS.AAD.1.1v1 group g1",
                                   "MS.AAD.1.1v1 application a1", "MS.AAD.1.1v1 guest_type internalGuest",
                                   "MS.AAD.7.4v1 user u3"));
  EXPECT_THAT(exceptions(R"({"exo": {"MS.EXO.1.1v2": {"AllowedForwardingDomains": ["f.example"]}}})"),
              ElementsAre("MS.EXO.1.1v2 forwarding_domain f.example"));
  EXPECT_THAT(
      exceptions(
          R"({"Defender": {"MS.DEFENDER.1.4v1": {"SensitiveAccounts": {"IncludedUsers": ["i"], "ExcludedDomains": ["x"]}},
                                          "MS.DEFENDER.2.1v1": {"SensitiveUsers": ["Ann;ann@c.example"]},
                                          "MS.DEFENDER.2.3v1": {"PartnerDomains": ["p"], "AgencyDomains": ["o"]}}})"),
      UnorderedElementsAre("MS.DEFENDER.1.4v1 sensitive_user i", "MS.DEFENDER.1.4v1 not_sensitive_domain x",
                           "MS.DEFENDER.2.1v1 sensitive_user Ann;ann@c.example", "MS.DEFENDER.2.3v1 partner_domain p",
                           "MS.DEFENDER.2.3v1 own_domain o"));
}

TEST_F(ScubagearFactsTest, ExclusionsOfAnotherShapeDeclareNothing) {
  for (const auto* config : {"null", "{}", "[]", R"("x")", R"({"Aad": null})", R"({"Aad": {"MS.AAD.1.1v1": null}})",
                             R"({"Aad": {"MS.AAD.1.1v1": {"CapExclusions": []}}})",
                             R"({"Aad": {"MS.AAD.1.1v1": {"CapExclusions": {"Users": [null, 5, {}]}}}})"})
    EXPECT_THAT(exceptions(config), IsEmpty()) << config;
}

TEST_F(ScubagearFactsTest, OmissionsKeepReasonAndExpiry) {
  EXPECT_THAT(
      omissions(
          R"({"OmitPolicy": {"MS.EXO.2.2v2": {"Rationale": "by choice", "Expiration": "2027-01-31"}, "MS.EXO.4.1v1": {"rationale": "other"},
                                           "MS.EXO.4.2v1": {"Rationale": null, "Expiration": null}, "MS.EXO.4.3v1": {"Expiration": ""}, "MS.EXO.4.4v1": null}})"),
      ElementsAre("MS.EXO.2.2v2: by choice until 2027-01-31", "MS.EXO.4.1v1: other",
                  "MS.EXO.4.2v1: ", "MS.EXO.4.3v1: ", "MS.EXO.4.4v1: "));
  EXPECT_THAT(omissions(R"({"omitpolicy": null})"), IsEmpty());
}

// A date that nobody can read must not make an omission that never ends. ScubaGear ignores such an omission too.
TEST_F(ScubagearFactsTest, AnOmissionWithAnUnreadableExpiryIsNone) {
  EXPECT_THAT(
      omissions(
          R"({"OmitPolicy": {"MS.EXO.2.2v2": {"Expiration": "31.01.2027"}, "MS.EXO.4.1v1": {"Expiration": 20270131}}})"),
      IsEmpty());
}

}  // namespace
}  // namespace assay::import
