#include "base/text.h"
#include "sim/server/endpoints.h"

// https://mta-sts.{domain}/.well-known/mta-sts.txt, for the domains whose DNS announces a policy.
namespace assay::sim::server {

Response answer_mta_sts(Services& services, const Request& request) {
  constexpr std::string_view kHost = "mta-sts.";
  const auto domain = request.host.substr(kHost.size());
  std::vector<DnsRecord> announced;
  const bool has_policy = services.tenant().dns("_mta-sts." + domain, "TXT", announced) == DnsStatus::Found;
  if (!has_policy || !text::iequals(request.path, "/.well-known/mta-sts.txt")) return text_response(404, "");
  if (const auto policy = services.store.find("mta-sts", domain); policy && policy->size() > 0) {
    const auto text = policy->at(0);
    return text_response(200, text.value("policy", std::string()), "text/plain; charset=utf-8");
  }
  std::string out = "version: STSv1\r\nmode: enforce\r\n";
  std::vector<DnsRecord> hosts;
  if (services.tenant().dns(domain, "MX", hosts) == DnsStatus::Found)
    for (const auto& record : hosts) {
      if (record.type != "MX" || record.data.empty()) continue;
      const auto host = record.data[0].substr(record.data[0].find(' ') + 1);
      out += "mx: " + host + "\r\n";
    }
  return text_response(200, out + "max_age: 604800\r\n", "text/plain; charset=utf-8");
}

}  // namespace assay::sim::server
