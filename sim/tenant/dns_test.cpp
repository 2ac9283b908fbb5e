#include <gtest/gtest.h>

#include "sim/tenant/tenant.h"

namespace assay::sim {
namespace {

std::string first(const Tenant& tenant, const char* name, const char* type) {
  std::vector<DnsRecord> records;
  if (tenant.dns(name, type, records) != DnsStatus::Found) return "";
  std::string out;
  for (const auto& part : records.back().data) out += part;
  return out;
}

std::size_t spf_records(const Tenant& tenant, const char* name) {
  std::vector<DnsRecord> records;
  tenant.dns(name, "TXT", records);
  std::size_t out = 0;
  for (const auto& record : records) out += record.data.at(0).starts_with("v=spf1") ? 1 : 0;
  return out;
}

TEST(DnsTest, MailProtectionGrowsWithThePosture) {
  const Tenant neglected({.users = 20, .posture = Posture::Neglected});
  const Tenant typical({.users = 20});
  const Tenant excellent({.users = 20, .posture = Posture::Excellent});
  EXPECT_EQ(first(neglected, "_dmarc.contoso.com", "TXT"), "");
  EXPECT_TRUE(first(typical, "_dmarc.contoso.com", "TXT").starts_with("v=DMARC1; p=quarantine"));
  EXPECT_TRUE(first(excellent, "_dmarc.contoso.com", "TXT").starts_with("v=DMARC1; p=reject"));
  EXPECT_EQ(spf_records(neglected, "contoso.com"), 2U);
  EXPECT_EQ(spf_records(excellent, "contoso.com"), 1U);
  EXPECT_EQ(first(excellent, "contoso-events.com", "TXT"), "v=spf1 -all");
  EXPECT_EQ(first(excellent, "contoso-events.com", "MX"), "0 .");
}

TEST(DnsTest, AliasesStandBeforeWhatTheyLeadTo) {
  const Tenant tenant({.users = 20, .posture = Posture::Good});
  std::vector<DnsRecord> records;
  ASSERT_EQ(tenant.dns("Selector1._domainkey.contoso.com.", "TXT", records), DnsStatus::Found);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].type, "CNAME");
  EXPECT_EQ(records[0].data[0], "selector1-contoso-com._domainkey.contoso.onmicrosoft.com");
  EXPECT_EQ(records[1].type, "TXT");
  EXPECT_EQ(records[1].data.size(), 2U) << "a key is longer than one string of 255 bytes";
  const auto signing = tenant.find("exchange", "Get-DkimSigningConfig");
  EXPECT_EQ(signing->at(0)["Selector1CNAME"], records[0].data[0]);
  EXPECT_EQ(signing->at(0)["Selector1PublicKey"], records[1].data[0] + records[1].data[1]);
}

TEST(DnsTest, AbsenceHasKinds) {
  const Tenant tenant({.users = 20});
  std::vector<DnsRecord> records;
  EXPECT_EQ(tenant.dns("nothing.contoso.com", "TXT", records), DnsStatus::NxDomain);
  EXPECT_EQ(tenant.dns("contoso.com", "AAAA", records), DnsStatus::NoData);
  EXPECT_EQ(tenant.dns("example.org", "TXT", records), DnsStatus::NxDomain);
  const Tenant large({.users = 60'000, .posture = Posture::Neglected});
  std::vector<DnsRecord> none;
  EXPECT_EQ(large.dns("brand2.contoso.com", "TXT", none), DnsStatus::ServFail);
}

}  // namespace
}  // namespace assay::sim
