#include "sim/server/graph_error.h"

#include "sim/server/jose.h"

namespace assay::sim::server {

Response graph_error(int status, std::string_view code, const std::string& message) {
  const auto id = random_uuid();
  auto out = json_response(
      status,
      {{"error",
        {{"code", code}, {"message", message}, {"innerError", {{"request-id", id}, {"client-request-id", id}}}}}});
  out.set("request-id", id);
  return out;
}

Response intune_error(int status, std::string_view code, const std::string& message) {
  const Json inner{{"_version", 3},
                   {"Message", message + " - Operation ID (for customer support): " + random_uuid()},
                   {"CustomApiErrorPhrase", ""},
                   {"RetryAfter", nullptr},
                   {"ErrorSourceService", ""},
                   {"HttpHeaders", "{}"}};
  return graph_error(status, code, inner.dump());
}

Response graph_permission_refusal(const std::string& path) {
  if (path.starts_with("devicemanagement") || path.starts_with("deviceappmanagement"))
    return intune_error(403, "Forbidden",
                        "Application is not authorized to perform this operation. Application must have one of the "
                        "required scopes.");
  if (path.starts_with("identity/") || path.starts_with("policies/"))
    return graph_error(403, "AccessDenied",
                       "You cannot perform the requested operation, required scopes are missing in the token.");
  if (path.starts_with("identityprotection/"))
    return graph_error(403, "Forbidden", "You do not have the permission that this operation needs.");
  if (path.starts_with("auditlogs/") || path.starts_with("reports/"))
    return graph_error(403, "Authentication_MSGraphPermissionMissing",
                       "The principal does not have required Microsoft Graph permission(s) to call this API.");
  if (path.starts_with("security/datasecurity"))
    return graph_error(403, "InsufficientGraphPermissions", "The permission for this data is not in the token.");
  if (path.starts_with("rolemanagement/") || path.starts_with("identitygovernance/"))
    return graph_error(403, "PermissionScopeNotGranted",
                       "Authorization failed due to missing permission scope for this operation.");
  if (path.starts_with("admin/sharepoint") || path.starts_with("sites"))
    return graph_error(403, "accessDenied", "Caller does not have required permissions for this API");
  return graph_error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
}

Response graph_licence_refusal(const std::string& path) {
  if (path.starts_with("auditlogs/") || path.starts_with("reports/") || path == "users")
    return graph_error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                       "Neither tenant is B2C or tenant doesn't have premium license");
  if (path.starts_with("rolemanagement/") || path.starts_with("policies/rolemanagement") ||
      path.starts_with("identitygovernance/"))
    return graph_error(400, "AadPremiumLicenseRequired",
                       "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.");
  if (path.starts_with("devicemanagement") || path.starts_with("deviceappmanagement"))
    return intune_error(403, "Forbidden", "The tenant has no licence for this service.");
  return graph_error(403, "Forbidden", "Your tenant is not licensed for this feature.");
}

}  // namespace assay::sim::server
