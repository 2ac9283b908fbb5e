#pragma once

#include "sim/server/services.h"

// The services besides sign-in and Graph, each in a file of its own. A request comes in, an answer goes out.
namespace assay::sim::server {

Response answer_exchange(Services& services, const Request& request);  // outlook.office365.com/adminapi
Response answer_compliance(Services& services,
                           const Request& request);  // …ps.compliance.protection.outlook.com/adminapi
Response answer_sharepoint(Services& services, const Request& request);  // {prefix}-admin.sharepoint.com
Response answer_teams(Services& services, const Request& request);       // api.interfaces.records.teams.microsoft.com
Response answer_defender(Services& services, const Request& request);    // api.security.microsoft.com/api
Response answer_cloud_apps(Services& services,
                           const Request& request);  // {tenant}.{region}.portal.cloudappsecurity.com
Response answer_power_platform(Services& services, const Request& request);  // api.bap.microsoft.com
Response answer_fabric(Services& services, const Request& request);          // api.fabric.microsoft.com
Response answer_azure(Services& services, const Request& request);           // management.azure.com
Response answer_mta_sts(Services& services, const Request& request);         // mta-sts.{domain}

// The region that compliance requests are sent on to.
inline constexpr const char* kComplianceRegion = "eur03b";

// For all of them: counts the request against the limits; the refusal has a status and Retry-After, and no body yet.
std::optional<Response> refuse_too_many(Services& services, const std::vector<Limit>& limits);

// The request's path without its first slash, `skip` segments left out.
std::string path_below(const Request& request, std::size_t skip);

}  // namespace assay::sim::server
