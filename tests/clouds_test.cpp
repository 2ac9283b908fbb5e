// The clouds that a tenant may live in: only hosts of its own are asked, and what a cloud lacks is said to be lacking.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect_fixture.h"
#include "simulated_time.h"

namespace assay {
namespace {

using testing::IsSupersetOf;

// Microsoft's published names (learn.microsoft.com: national clouds and the pages of each service), written down again
// here so that a slip in catalog/services.yaml is seen.
struct PublishedCloud {
  std::string name;
  CloudNames names;                 // beside the worldwide ones
  std::vector<std::string> hosts;   // that must be asked
  std::vector<std::string> ends;    // of every host that may be asked
  std::vector<std::string> scopes;  // that tokens must be asked for
  std::set<std::string> without;    // services that the cloud lacks
};

std::ostream& operator<<(std::ostream& out, const PublishedCloud& cloud) { return out << cloud.name; }

class CloudsTest : public CollectTest, public testing::WithParamInterface<PublishedCloud> {};

TEST_P(CloudsTest, OnlyTheTenantsOwnCloudIsAsked) {
  const auto& cloud = GetParam();
  ServerOptions options;
  options.tenant.users = 12;
  const auto time = SimulatedTime::start(options, std::chrono::milliseconds(20), cloud.name, cloud.names);
  ASSERT_TRUE(time.has_value()) << describe(time.error());
  collect::CollectOptions unpaced;
  unpaced.paced = false;
  const auto outcome = (*time)->collect(catalogue(), {}, {}, folder_.path() / "cloud.assay", std::move(unpaced));
  ASSERT_TRUE(outcome.has_value()) << describe(outcome.error());

  const auto& hosts = (*time)->client().hosts();
  EXPECT_THAT(hosts, IsSupersetOf(cloud.hosts));
  for (const auto& host : hosts) {
    // The tenant's own names, and what its administrator has configured.
    if (host.starts_with("mta-sts.") || host.ends_with(".cloudappsecurity.com")) continue;
    const auto own = [&](const auto& end) { return host.ends_with(end); };
    EXPECT_TRUE(std::any_of(cloud.ends.begin(), cloud.ends.end(), own)) << host;
  }
  EXPECT_THAT((*time)->client().scopes(), IsSupersetOf(cloud.scopes));

  std::size_t collected = 0;
  for (const auto& coverage : outcome->evidence.coverage) {
    const auto* table = catalogue().table(coverage.table);
    const auto service = table->source.is_object() ? table->source.value("service", "") : "";
    if (cloud.without.count(service) > 0 && coverage.state != snapshot::State::Absent) {
      EXPECT_EQ(coverage.state, snapshot::State::NotOffered) << coverage.table << ": " << coverage.detail;
    }
    collected += coverage.state == snapshot::State::Collected ? 1 : 0;
  }
  EXPECT_GT(collected, 90U);
}

INSTANTIATE_TEST_SUITE_P(
    Published, CloudsTest,
    testing::Values(
        PublishedCloud{
            "gcc",
            {{"api-gcc.security.microsoft.us", "api.security.microsoft.com"},
             {"api-gcc.securitycenter.microsoft.us", "api.securitycenter.microsoft.com"},
             {"gov.api.bap.microsoft.us", "api.bap.microsoft.com"},
             {"gov.service.powerapps.us", "service.powerapps.com"},
             {"api.powerbigov.us", "api.fabric.microsoft.com"},
             {"analysis.usgovcloudapi.net%2Fpowerbi%2Fapi", "api.fabric.microsoft.com"}},
            {"graph.microsoft.com", "outlook.office365.com", "contoso-admin.sharepoint.com",
             "api.interfaces.records.teams.microsoft.com", "api-gcc.security.microsoft.us", "gov.api.bap.microsoft.us",
             "api.powerbigov.us"},
            {"login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com",
             ".compliance.protection.outlook.com", "-admin.sharepoint.com",
             "api.interfaces.records.teams.microsoft.com", "management.azure.com", ".microsoft.us", ".powerbigov.us"},
            {"https://graph.microsoft.com/.default", "https://api-gcc.securitycenter.microsoft.us/.default",
             "https://gov.service.powerapps.us//.default"},
            {}},
        PublishedCloud{
            "gcchigh",
            {{"login.microsoftonline.us", "login.microsoftonline.com"},
             {"graph.microsoft.us", "graph.microsoft.com"},
             {"outlook.office365.us", "outlook.office365.com"},
             {"compliance.protection.office365.us", "compliance.protection.outlook.com"},
             {".sharepoint.us", ".sharepoint.com"},
             {"-admin.sharepoint.us", "-admin.sharepoint.com"},
             {"gov.teams.microsoft.us", "teams.microsoft.com"},
             {"api-gov.security.microsoft.us", "api.security.microsoft.com"},
             {"api-gov.securitycenter.microsoft.us", "api.securitycenter.microsoft.com"},
             {"high.api.bap.microsoft.us", "api.bap.microsoft.com"},
             {"high.service.powerapps.us", "service.powerapps.com"},
             {"api.high.powerbigov.us", "api.fabric.microsoft.com"},
             {"high.analysis.usgovcloudapi.net%2Fpowerbi%2Fapi", "api.fabric.microsoft.com"},
             {"management.usgovcloudapi.net", "management.azure.com"}},
            {"graph.microsoft.us", "outlook.office365.us", "contoso-admin.sharepoint.us",
             "api.interfaces.records.gov.teams.microsoft.us", "api-gov.security.microsoft.us",
             "high.api.bap.microsoft.us", "api.high.powerbigov.us"},
            {".microsoft.us", "login.microsoftonline.us", "outlook.office365.us", ".compliance.protection.office365.us",
             "-admin.sharepoint.us", ".powerbigov.us", "management.usgovcloudapi.net"},
            {"https://graph.microsoft.us/.default", "https://outlook.office365.us/.default",
             "https://ps.compliance.protection.office365.us/.default", "https://contoso-admin.sharepoint.us/.default",
             "https://high.service.powerapps.us//.default"},
            {}},
        PublishedCloud{
            "dod",
            {{"login.microsoftonline.us", "login.microsoftonline.com"},
             {"dod-graph.microsoft.us", "graph.microsoft.com"},
             {"outlook-dod.office365.us", "outlook.office365.com"},
             {"compliance.protection.office365.us", "compliance.protection.outlook.com"},
             {".sharepoint-mil.us", ".sharepoint.com"},
             {"-admin.sharepoint-mil.us", "-admin.sharepoint.com"},
             {"dod.teams.microsoft.us", "teams.microsoft.com"},
             {"api-gov.security.microsoft.us", "api.security.microsoft.com"},
             {"api-gov.securitycenter.microsoft.us", "api.securitycenter.microsoft.com"},
             {"api.bap.appsplatform.us", "api.bap.microsoft.com"},
             {"service.apps.appsplatform.us", "service.powerapps.com"},
             {"app.mil.powerbigov.us", "api.fabric.microsoft.com"},
             {"mil.analysis.usgovcloudapi.net%2Fpowerbi%2Fapi", "api.fabric.microsoft.com"},
             {"management.usgovcloudapi.net", "management.azure.com"}},
            {"dod-graph.microsoft.us", "outlook-dod.office365.us", "contoso-admin.sharepoint-mil.us",
             "api.interfaces.records.dod.teams.microsoft.us", "api-gov.security.microsoft.us",
             "api.bap.appsplatform.us", "app.mil.powerbigov.us"},
            {".microsoft.us", "login.microsoftonline.us", "outlook-dod.office365.us",
             ".compliance.protection.office365.us", "-admin.sharepoint-mil.us", ".appsplatform.us", ".powerbigov.us",
             "management.usgovcloudapi.net"},
            {"https://dod-graph.microsoft.us/.default", "https://outlook-dod.office365.us/.default",
             "https://contoso-admin.sharepoint-mil.us/.default", "https://service.apps.appsplatform.us//.default"},
            {}},
        PublishedCloud{"china",
                       {{"login.chinacloudapi.cn", "login.microsoftonline.com"},
                        {"microsoftgraph.chinacloudapi.cn", "graph.microsoft.com"},
                        {"compliance.protection.partner.outlook.cn", "compliance.protection.outlook.com"},
                        {"partner.outlook.cn", "outlook.office365.com"},
                        {".sharepoint.cn", ".sharepoint.com"},
                        {"-admin.sharepoint.cn", "-admin.sharepoint.com"},
                        {"management.chinacloudapi.cn", "management.azure.com"}},
                       {"microsoftgraph.chinacloudapi.cn", "partner.outlook.cn", "contoso-admin.sharepoint.cn"},
                       {".chinacloudapi.cn", "partner.outlook.cn", ".compliance.protection.partner.outlook.cn",
                        "-admin.sharepoint.cn"},
                       {"https://microsoftgraph.chinacloudapi.cn/.default", "https://partner.outlook.cn/.default",
                        "https://contoso-admin.sharepoint.cn/.default"},
                       {"teams", "defender-endpoint", "power-platform", "fabric"}}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace assay
