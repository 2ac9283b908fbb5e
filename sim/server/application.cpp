#include "sim/server/application.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace assay::sim::server {
namespace {

// Permissions of other resources than Graph.
const std::multimap<std::string, std::string>& owners() {
  static const std::multimap<std::string, std::string> out{
      {"Exchange.ManageAsApp", "exchange"},
      {"Sites.FullControl.All", "sharepoint"},
      {"Score.Read.All", "defender-endpoint"},
      {"Machine.Read.All", "defender-endpoint"},
      {"Machine.ReadWrite.All", "defender-endpoint"},
      {"SecurityRecommendation.Read.All", "defender-endpoint"},
      {"Vulnerability.Read.All", "defender-endpoint"},
      {"Software.Read.All", "defender-endpoint"},
      {"SecurityConfiguration.Read.All", "defender-endpoint"},
      {"SecurityBaselinesAssessment.Read.All", "defender-endpoint"},
      {"Ti.ReadWrite.All", "defender-endpoint"},
      {"Investigation.Read", "cloud-apps"},
      {"Discovery.Read", "cloud-apps"},
      {"Settings.Read", "cloud-apps"},
      {"PowerPlatform.ManagementApplication", "power-platform"},
      {"Fabric.ReadAdminApis", "fabric"},
      {"Azure.SecurityReader", "azure"},
  };
  return out;
}

}  // namespace

std::vector<ApiResource> api_resources(const std::string& prefix) {
  return {
      {"graph", "00000003-0000-0000-c000-000000000000", {"https://graph.microsoft.com"}},
      {"exchange", "00000002-0000-0ff1-ce00-000000000000", {"https://outlook.office365.com"}},
      {"compliance", "00000007-0000-0ff1-ce00-000000000000", {"https://ps.compliance.protection.outlook.com"}},
      {"sharepoint",
       "00000003-0000-0ff1-ce00-000000000000",
       {"https://" + prefix + "-admin.sharepoint.com", "https://" + prefix + ".sharepoint.com"}},
      {"teams", "48ac35b8-9aa8-4d74-927d-1f4a14a0b239", {"48ac35b8-9aa8-4d74-927d-1f4a14a0b239"}},
      {"defender-endpoint",
       "fc780465-2017-40d4-a0c5-307022471b92",
       {"https://api.securitycenter.microsoft.com", "https://api.security.microsoft.com"}},
      {"cloud-apps", "05a65629-4c1b-48c1-a78b-804c4abdd4af", {"05a65629-4c1b-48c1-a78b-804c4abdd4af"}},
      {"power-platform", "475226c6-020e-4fb2-8a90-7a972cbfc1d4", {"https://service.powerapps.com/"}},
      {"fabric",
       "00000009-0000-0000-c000-000000000000",
       {"https://api.fabric.microsoft.com", "https://analysis.windows.net/powerbi/api"}},
      {"azure",
       "797f4846-ba00-4fd7-ba43-dac1f8f63013",
       {"https://management.azure.com", "https://management.azure.com/"}},
  };
}

const std::vector<std::string>& reading_permissions() {
  static const std::vector<std::string> out{
      // Directory and its policies.
      "Organization.Read.All", "Domain.Read.All", "Directory.Read.All", "User.Read.All", "Group.Read.All",
      "GroupMember.Read.All", "Application.Read.All", "Device.Read.All", "AdministrativeUnit.Read.All",
      "Policy.Read.All", "Policy.Read.AuthenticationMethod", "Policy.Read.ConditionalAccess",
      "Policy.Read.PermissionGrant", "Policy.Read.DeviceConfiguration", "RoleManagement.Read.All",
      "RoleManagement.Read.Directory", "RoleManagementPolicy.Read.Directory", "AuditLog.Read.All", "Reports.Read.All",
      "ReportSettings.Read.All", "UserAuthenticationMethod.Read.All", "GroupSettings.Read.All",
      "OnPremDirectorySynchronization.Read.All", "Domain-InternalFederation.Read.All", "AuthenticationContext.Read.All",
      // Identity governance and protection.
      "RoleEligibilitySchedule.Read.Directory", "RoleAssignmentSchedule.Read.Directory",
      "RoleManagementAlert.Read.Directory", "PrivilegedEligibilitySchedule.Read.AzureADGroup",
      "PrivilegedAssignmentSchedule.Read.AzureADGroup", "PrivilegedAccess.Read.AzureADGroup", "AccessReview.Read.All",
      "EntitlementManagement.Read.All", "IdentityRiskEvent.Read.All", "IdentityRiskyUser.Read.All",
      "IdentityRiskyServicePrincipal.Read.All", "DirectoryRecommendations.Read.All", "ConsentRequest.Read.All",
      "CrossTenantInformation.ReadBasic.All", "BitlockerKey.ReadBasic.All", "LicenseAssignment.Read.All",
      "RoleManagement.Read.Exchange", "RoleManagement.Read.CloudPC", "DelegatedAdminRelationship.Read.All",
      // Security.
      "SecurityEvents.Read.All", "SecurityAlert.Read.All", "SecurityIncident.Read.All", "ThreatHunting.Read.All",
      "SecurityIdentitiesHealth.Read.All", "SecurityIdentitiesSensors.Read.All", "AttackSimulation.Read.All",
      "AuditLogsQuery.Read.All", "CustomDetection.Read.All", "ConfigurationMonitoring.Read.All", "eDiscovery.Read.All",
      // Devices.
      "DeviceManagementConfiguration.Read.All", "DeviceManagementManagedDevices.Read.All",
      "DeviceManagementServiceConfig.Read.All", "DeviceManagementApps.Read.All", "DeviceManagementRBAC.Read.All",
      "DeviceManagementScripts.Read.All", "CloudPC.Read.All",
      // Content and the organisation's settings.
      "SharePointTenantSettings.Read.All", "Sites.Read.All", "SensitivityLabel.Read", "SensitivityLabels.Read.All",
      "InformationProtectionPolicy.Read.All", "OrgSettings-AppsAndServices.Read.All", "OrgSettings-Forms.Read.All",
      "OrgSettings-Todo.Read.All", "OrgSettings-DynamicsVoice.Read.All", "NetworkAccess.Read.All",
      "TeamSettings.Read.All", "Team.ReadBasic.All", "TeamworkAppSettings.Read.All", "CopilotPackages.Read.All",
      "ServiceHealth.Read.All", "ServiceMessage.Read.All", "CloudApp-Discovery.Read.All",
      "RoleManagementPolicy.Read.AzureADGroup", "SecurityAnalyzedMessage.Read.All",
      // Other services.
      "Exchange.ManageAsApp", "Sites.FullControl.All", "Score.Read.All", "Machine.Read.All",
      "SecurityRecommendation.Read.All", "Vulnerability.Read.All", "Software.Read.All",
      "SecurityConfiguration.Read.All", "SecurityBaselinesAssessment.Read.All", "Investigation.Read", "Discovery.Read",
      "Settings.Read", "PowerPlatform.ManagementApplication", "Fabric.ReadAdminApis", "Azure.SecurityReader"};
  return out;
}

const std::vector<std::string>& writing_permissions() {
  static const std::vector<std::string> out{"Policy.ReadWrite.ConditionalAccess",
                                            "Policy.ReadWrite.SecurityDefaults",
                                            "Policy.ReadWrite.Authorization",
                                            "Policy.ReadWrite.ConsentRequest",
                                            "Policy.ReadWrite.AuthenticationMethod",
                                            "Policy.ReadWrite.PermissionGrant",
                                            "Policy.ReadWrite.DeviceConfiguration",
                                            "Policy.ReadWrite.ApplicationConfiguration",
                                            "Policy.ReadWrite.CrossTenantAccess",
                                            "Policy.ReadWrite.ExternalIdentities",
                                            "Policy.ReadWrite.AuthenticationFlows",
                                            "Directory.ReadWrite.All",
                                            "GroupSettings.ReadWrite.All",
                                            "Domain.ReadWrite.All",
                                            "Application.ReadWrite.All",
                                            "RoleManagement.ReadWrite.Directory",
                                            "RoleEligibilitySchedule.ReadWrite.Directory",
                                            "RoleAssignmentSchedule.ReadWrite.Directory",
                                            "RoleManagementPolicy.ReadWrite.Directory",
                                            "DelegatedPermissionGrant.ReadWrite.All",
                                            "AppRoleAssignment.ReadWrite.All",
                                            "OnPremDirectorySynchronization.ReadWrite.All",
                                            "SharePointTenantSettings.ReadWrite.All",
                                            "DeviceManagementConfiguration.ReadWrite.All",
                                            "DeviceManagementServiceConfig.ReadWrite.All",
                                            "ReportSettings.ReadWrite.All",
                                            "OrgSettings-Forms.ReadWrite.All",
                                            "OrgSettings-AppsAndServices.ReadWrite.All",
                                            "SecurityEvents.ReadWrite.All"};
  return out;
}

std::vector<std::string> permissions_of(const ApiResource& resource, const std::set<std::string>& permissions) {
  std::vector<std::string> out;
  for (const auto& permission : permissions) {
    const auto [begin, end] = owners().equal_range(permission);
    if (begin == end) {
      if (resource.name == "graph") out.push_back(permission);
      continue;
    }
    for (auto at = begin; at != end; ++at) {
      const bool exchange_too = resource.name == "compliance" && at->second == "exchange";
      if (at->second == resource.name || exchange_too) out.push_back(permission);
    }
  }
  return out;
}

std::optional<std::string> directory_role_id(std::string_view name) {
  static const std::map<std::string, std::string> roles{
      {"global administrator", "62e90394-69f5-4237-9190-012177145e10"},
      {"global reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"},
      {"security administrator", "194ae4cb-b126-40b2-bd5b-6091b380977d"},
      {"security reader", "5d6b6bb7-de71-4623-b4af-96380a352509"},
      {"security operator", "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"},
      {"compliance administrator", "17315797-102d-40b4-93e0-432062caca18"},
      {"exchange administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de"},
      {"sharepoint administrator", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c"},
      {"teams administrator", "69091246-20e8-4a56-aa4d-066075b2a7a8"},
      {"power platform administrator", "11648597-926c-4cf3-9c36-bcebb0ba8dcc"},
      {"fabric administrator", "a9ea8996-122f-4c74-9520-8edcd192826c"},
      {"privileged role administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814"},
      {"conditional access administrator", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"},
      {"intune administrator", "3a2c62db-5318-420d-8d74-23affee5d9d5"},
  };
  const auto found = roles.find(text::lower(name));
  if (found == roles.end()) return std::nullopt;
  return found->second;
}

}  // namespace assay::sim::server
