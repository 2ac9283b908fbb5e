-- Powerful permissions that applications hold for themselves, without a user: one row a service principal and permission.
-- They let their holder make itself an administrator, read or send everybody's mail, or read everybody's files.
--   id          object id of the service principal
--   permission  name of the permission
--   api         name of the interface to which it belongs
--   granted     when it was granted
SELECT a.principal_id AS id, max(a.principal_display_name) AS display_name, r.value AS permission, max(i.display_name) AS api,
       min(a.created_date_time) AS granted
  FROM app_role_assignments AS a
  JOIN resource_app_roles AS r ON r.id = a.app_role_id
  JOIN resource_apis AS i ON i.rowid = r.parent AND i.id = a.resource_id
 WHERE r.value IN ('AppRoleAssignment.ReadWrite.All', 'Application.ReadWrite.All',
                   'DelegatedPermissionGrant.ReadWrite.All', 'DeviceManagementConfiguration.ReadWrite.All',
                   'DeviceManagementRBAC.ReadWrite.All', 'DeviceManagementScripts.ReadWrite.All',
                   'Directory.ReadWrite.All', 'Domain.ReadWrite.All', 'EntitlementManagement.ReadWrite.All',
                   'Exchange.ManageAsApp', 'Files.Read.All', 'Files.ReadWrite.All', 'Group.ReadWrite.All',
                   'GroupMember.ReadWrite.All', 'Mail.Read', 'Mail.ReadWrite', 'Mail.Send', 'MailboxSettings.ReadWrite',
                   'Organization.ReadWrite.All', 'Policy.ReadWrite.AuthenticationMethod',
                   'Policy.ReadWrite.ConditionalAccess', 'Policy.ReadWrite.PermissionGrant',
                   'PrivilegedAccess.ReadWrite.AzureAD', 'PrivilegedAccess.ReadWrite.AzureADGroup',
                   'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
                   'PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup', 'RoleAssignmentSchedule.ReadWrite.Directory',
                   'RoleEligibilitySchedule.ReadWrite.Directory', 'RoleManagement.ReadWrite.Directory',
                   'RoleManagementPolicy.ReadWrite.AzureADGroup', 'RoleManagementPolicy.ReadWrite.Directory',
                   'Sites.FullControl.All', 'Sites.Manage.All', 'Sites.Read.All', 'Sites.ReadWrite.All',
                   'User-PasswordProfile.ReadWrite.All', 'User.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All',
                   'full_access_as_app')
   AND coalesce(a.principal_type, 'ServicePrincipal') = 'ServicePrincipal'
 GROUP BY a.principal_id, r.value
