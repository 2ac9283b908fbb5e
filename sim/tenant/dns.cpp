#include "sim/tenant/dns.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "sim/tenant/mailboxes.h"

namespace assay::sim {
namespace {

// The records of one name.
using Records = std::vector<DnsRecord>;

std::string dashed(std::string name) {
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

// A TXT record's text in strings of at most 255 bytes.
DnsRecord txt(const std::string& text) {
  DnsRecord out{.type = "TXT", .data = {}};
  for (std::size_t at = 0; at < text.size(); at += 255) out.data.push_back(text.substr(at, 255));
  return out;
}

// How many domains are as they should be grows with the posture: the primary one first.
bool cared_for(const World& world, const Domain& domain, Posture first, Posture all) {
  return world.at_least(all) || (domain.primary && world.at_least(first));
}

Records of_apex(const World& world, const Domain& domain) {
  Records out = {{.type = "A", .data = {"203.0.113.80"}},
                 {.type = "SOA",
                  .data = {"ns1." + domain.name + " hostmaster." + domain.name + " 2026010101 3600 600 604800 300"}}};
  if (domain.parked) {
    // Nothing is sent from here, and good tenants say so.
    if (world.at_least(Posture::Typical)) out.push_back(txt("v=spf1 -all"));
    if (world.at_least(Posture::Good)) out.push_back({.type = "MX", .data = {"0 ."}});
    return out;
  }
  out.push_back({.type = "MX", .data = {"0 " + dashed(domain.name) + ".mail.protection.outlook.com"}});
  out.push_back(txt("MS=ms" + std::to_string(10000000 + world.seed.roll(Topic(domain.name)) % 89999999)));
  const std::string microsoft = "include:spf.protection.outlook.com";
  if (domain.initial) {
    out.push_back(txt("v=spf1 " + microsoft + " -all"));
  } else if (cared_for(world, domain, Posture::SecurityDefaults, Posture::Typical)) {
    const bool hard = cared_for(world, domain, Posture::Typical, Posture::Good);
    out.push_back(txt("v=spf1 ip4:203.0.113.0/24 " + microsoft +
                      (domain.primary ? " include:_spf.newsletter-partner.com" : "") + (hard ? " -all" : " ~all")));
  } else if (domain.primary) {
    // Two records at once: receivers then look at neither.
    out.push_back(txt("v=spf1 " + microsoft + " ?all"));
    out.push_back(txt("v=spf1 a mx ptr include:_spf.newsletter-partner.com ~all"));
  }
  return out;
}

Records of_label(const World& world, const Domain& domain, const std::string& label) {
  if (label == "_dmarc") {
    // Microsoft's own zone of the initial domain has no such record until somebody adds it.
    if (domain.initial && !world.at_least(Posture::Excellent)) return {};
    if (domain.parked && world.at_least(Posture::Good))
      return {txt("v=DMARC1; p=reject; rua=mailto:dmarc@" + world.primary_domain())};
    if (domain.parked) return {};
    if (world.at_least(Posture::Excellent))
      return {txt("v=DMARC1; p=reject; sp=reject; pct=100; rua=mailto:dmarc@" + world.primary_domain() +
                  ",mailto:reports@dmarc-reports.net; ruf=mailto:dmarc@" + world.primary_domain() + "; fo=1")};
    if (world.at_least(Posture::Good))
      return {txt("v=DMARC1; p=reject; pct=100; rua=mailto:dmarc@" + world.primary_domain())};
    if (!cared_for(world, domain, Posture::SecurityDefaults, Posture::Good)) return {};
    return {txt(world.at_least(Posture::Typical)
                    ? "v=DMARC1; p=quarantine; pct=50; rua=mailto:dmarc@" + world.primary_domain()
                    : "v=DMARC1; p=none")};
  }
  if (domain.parked) return {};
  for (int selector = 1; selector <= 2; ++selector)
    if (label == "selector" + std::to_string(selector) + "._domainkey" && dkim_enabled(world, domain))
      return {domain.initial ? txt(dkim_record(world, domain, selector))
                             : DnsRecord{.type = "CNAME", .data = {dkim_target(world, domain, selector)}}};
  if (domain.initial) return {};
  if (label == "autodiscover") return {{.type = "CNAME", .data = {"autodiscover.outlook.com"}}};
  if (label == "www" || label == "mta-sts") {
    if (label == "mta-sts" && !world.at_least(Posture::Good)) return {};
    return {{.type = "A", .data = {"203.0.113.80"}}};
  }
  if (label == "_mta-sts" && world.at_least(Posture::Good)) return {txt("v=STSv1; id=20260101000000Z;")};
  if (label == "_smtp._tls" && world.at_least(Posture::Good))
    return {txt("v=TLSRPTv1; rua=mailto:tls@" + world.primary_domain())};
  if (label == "default._bimi" && world.at_least(Posture::Excellent))
    return {txt("v=BIMI1; l=https://www." + domain.name + "/logo.svg;")};
  return {};
}

// Names outside the tenant that its records lead to.
const std::map<std::string, Records, std::less<>>& outside() {
  static const std::map<std::string, Records, std::less<>> names = {
      {"spf.protection.outlook.com",
       {txt("v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:104.47.0.0/17 ip6:2a01:111:f400::/48 "
            "-all")}},
      {"_spf.newsletter-partner.com", {txt("v=spf1 ip4:192.0.2.0/24 ~all")}},
      {"autodiscover.outlook.com", {{.type = "A", .data = {"198.51.100.10"}}}},
      {"outlook.com",
       {{.type = "A", .data = {"198.51.100.11"}},
        {.type = "MX", .data = {"5 outlook-com.olc.protection.outlook.com"}}}}};
  return names;
}

// Domains of the tenant that this name is in or is, and what stands in front of it.
const Domain* zone_of(const World& world, const std::string& name, std::string& label) {
  const Domain* best = nullptr;
  for (const auto& domain : world.domains) {
    const bool apex = name == domain.name;
    if (!apex && !name.ends_with("." + domain.name)) continue;
    if (best != nullptr && best->name.size() >= domain.name.size()) continue;
    best = &domain;
    label = apex ? "" : name.substr(0, name.size() - domain.name.size() - 1);
  }
  return best;
}

// All records of a name; nullopt when there is no such name.
std::optional<Records> records_of(const World& world, const std::string& name) {
  if (const auto known = outside().find(name); known != outside().end()) return known->second;
  for (const auto& domain : world.domains) {
    if (name == dashed(domain.name) + ".mail.protection.outlook.com")
      return Records{{.type = "A", .data = {"198.51.100.25"}}};
    for (int selector = 1; selector <= 2; ++selector)
      if (name == dkim_target(world, domain, selector) && dkim_enabled(world, domain))
        return Records{txt(dkim_record(world, domain, selector))};
    if (name == domain.name + "._report._dmarc.dmarc-reports.net" && world.at_least(Posture::Excellent))
      return Records{txt("v=DMARC1;")};
  }
  std::string label;
  const auto* domain = zone_of(world, name, label);
  if (domain == nullptr) return std::nullopt;
  if (label.empty()) return of_apex(world, *domain);
  auto records = of_label(world, *domain, label);
  if (!records.empty()) return records;
  // A name above one that exists is there, without records.
  if (label == "_domainkey" || label == "_tls") return Records{};
  return std::nullopt;
}

}  // namespace

DnsStatus resolve(const World& world, std::string_view name, std::string_view type, std::vector<DnsRecord>& out) {
  out.clear();
  auto wanted = text::lower(name);
  if (wanted.ends_with('.')) wanted.pop_back();
  // One broken zone, so that a name server that fails is seen: the last brand of a large neglected tenant.
  if (!world.at_least(Posture::Typical) && world.domains.size() > 6 && wanted.ends_with(world.domains.back().name))
    return DnsStatus::ServFail;
  for (int hops = 0; hops < 8; ++hops) {
    const auto records = records_of(world, wanted);
    if (!records) return out.empty() ? DnsStatus::NxDomain : DnsStatus::Found;
    const DnsRecord* alias = nullptr;
    bool found = false;
    for (const auto& record : *records) {
      if (record.type == "CNAME") alias = &record;
      if (record.type != type) continue;
      out.push_back(record);
      found = true;
    }
    if (found) return DnsStatus::Found;
    if (alias == nullptr) return out.empty() ? DnsStatus::NoData : DnsStatus::Found;
    out.push_back(*alias);
    wanted = text::lower(alias->data[0]);
  }
  return DnsStatus::ServFail;
}

}  // namespace assay::sim
