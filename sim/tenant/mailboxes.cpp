#include "sim/tenant/mailboxes.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/settings.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

// Mailboxes in order: staff, then shared ones. People who left keep theirs until somebody cleans up.
class Mailboxes {
 public:
  explicit Mailboxes(WorldPtr world) : world_(std::move(world)) {}
  std::size_t size() const { return world_->people.staff() + world_->people.count(PersonKind::Shared); }
  std::size_t user(std::size_t number) const {
    const auto staff = world_->people.staff();
    return number < staff ? world_->people.staff_index(number)
                          : world_->people.first(PersonKind::Shared) + (number - staff);
  }
  std::string guid(std::size_t number) const { return world_->seed.guid("mailbox", number); }

  // By GUID, directory id, user principal name or address.
  std::optional<std::size_t> find(std::string_view key) const {
    if (const auto own = world_->seed.index("mailbox", key); own && *own < size()) return *own;
    const auto account = user_by_key(*world_, key);
    if (!account) return std::nullopt;
    if (const auto staff = world_->people.staff_number(*account)) return staff;
    if (world_->people.kind(*account) != PersonKind::Shared) return std::nullopt;
    return world_->people.staff() + (*account - world_->people.first(PersonKind::Shared));
  }

  Json identity(std::size_t number) const {
    const auto person = world_->people.person(user(number));
    const auto mail = person.alias + "@" + world_->primary_domain();
    return {{"Name", world_->people.id(person.index)},
            {"Identity", person.alias},
            {"Id", person.alias},
            {"Alias", person.alias},
            {"DisplayName", person.display_name},
            {"Guid", guid(number)},
            {"ExchangeObjectId", guid(number)},
            {"ExternalDirectoryObjectId", world_->people.id(person.index)},
            {"UserPrincipalName", user_principal_name(*world_, person)},
            {"PrimarySmtpAddress", mail},
            {"WindowsEmailAddress", mail},
            {"RecipientType", "UserMailbox"},
            {"RecipientTypeDetails", person.kind == PersonKind::Shared ? "SharedMailbox" : "UserMailbox"},
            {"DistinguishedName",
             "CN=" + world_->people.id(person.index) + ",OU=" + world_->initial_domain() +
                 ",OU=Microsoft Exchange Hosted Organizations,DC=EURPR05A004,DC=PROD,DC=OUTLOOK,DC=COM"}};
  }

  Json mailbox(std::size_t number) const {
    const auto person = world_->people.person(user(number));
    Json out = identity(number);
    const std::string mail = out["PrimarySmtpAddress"];
    const bool away = world_->seed.share("forwards", number) < world_->by_posture(0.03, 0.015, 0.004, 0.0, 0.0);
    const auto audit = [](const std::vector<std::string>& actions) { return Json(actions); };
    out.update(
        {{"EmailAddresses", Json::array({"SMTP:" + mail, "smtp:" + person.alias + "@" + world_->initial_domain()})},
         {"AccountDisabled", !person.enabled},
         {"IsShared", person.kind == PersonKind::Shared},
         {"IsResource", false},
         {"IsMailboxEnabled", true},
         {"IsDirSynced", person.synced},
         {"HiddenFromAddressListsEnabled", false},
         {"AuditEnabled", true},
         {"AuditLogAgeLimit", "90.00:00:00"},
         {"DefaultAuditSet", world_->options.posture == Posture::Neglected && number % 9 == 0
                                 ? Json::array()
                                 : Json::array({"Admin", "Delegate", "Owner"})},
         {"AuditAdmin", audit({"Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "SendOnBehalf",
                               "Create", "UpdateFolderPermissions", "UpdateInboxRules", "UpdateCalendarDelegation",
                               "ApplyRecord", "MailItemsAccessed", "Send"})},
         {"AuditDelegate",
          audit({"Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "SendAs", "SendOnBehalf", "Create",
                 "UpdateFolderPermissions", "UpdateInboxRules", "ApplyRecord", "MailItemsAccessed"})},
         {"AuditOwner",
          audit({"Update", "MoveToDeletedItems", "SoftDelete", "HardDelete", "UpdateFolderPermissions",
                 "UpdateInboxRules", "UpdateCalendarDelegation", "ApplyRecord", "MailItemsAccessed", "Send"})},
         {"ForwardingSmtpAddress", away ? Json("smtp:" + person.alias + "@outlook.com") : Json(nullptr)},
         {"ForwardingAddress", nullptr},
         {"DeliverToMailboxAndForward", away},
         {"RoleAssignmentPolicy", "Default Role Assignment Policy"},
         {"RetentionPolicy", "Default MRM Policy"},
         {"SharingPolicy", "Default Sharing Policy"},
         {"LitigationHoldEnabled", false},
         {"SingleItemRecoveryEnabled", true},
         {"RetainDeletedItemsFor", "14.00:00:00"},
         {"ArchiveStatus", "None"},
         {"ArchiveGuid", "00000000-0000-0000-0000-000000000000"},
         {"ProhibitSendQuota", "99 GB (106,300,440,576 bytes)"},
         {"MaxSendSize", "35 MB (36,700,160 bytes)"},
         {"MaxReceiveSize", "36 MB (37,748,736 bytes)"},
         {"GrantSendOnBehalfTo", Json::array()},
         {"MessageCopyForSentAsEnabled", false},
         {"WhenMailboxCreated", iso_time(person.created, 40000)}});
    complete_cmdlet_object(*world_, "Get-Mailbox", out);
    return out;
  }

  Json protocols(std::size_t number) const {
    Json out = identity(number);
    const bool old = !world_->at_least(Posture::Good);
    const auto smtp = world_->seed.share("smtp", number) < world_->by_posture(0.2, 0.1, 0.01, 0.0, 0.0);
    out.update({{"ActiveSyncEnabled", true},
                {"ActiveSyncMailboxPolicy", "Default"},
                {"OWAEnabled", true},
                {"OWAforDevicesEnabled", true},
                {"OwaMailboxPolicy", "OwaMailboxPolicy-Default"},
                {"PopEnabled", old},
                {"ImapEnabled", old},
                {"MAPIEnabled", true},
                {"EwsEnabled", true},
                {"UniversalOutlookEnabled", true},
                {"OutlookMobileEnabled", true},
                {"SmtpClientAuthenticationDisabled", smtp ? Json(false) : Json(nullptr)},
                {"HasActiveSyncDevicePartnership", number % 3 == 0}});
    complete_cmdlet_object(*world_, "Get-CASMailbox", out);
    return out;
  }

  Json account(std::size_t number) const {
    const auto person = world_->people.person(user(number));
    Json out = identity(number);
    out.update({{"FirstName", person.given_name},
                {"LastName", person.surname},
                {"Department", People::department(person.department).name},
                {"Title", person.title},
                {"AccountDisabled", !person.enabled},
                {"IsVIP", vip(number)},
                {"RemotePowerShellEnabled", world_->at_least(Posture::Good) ? person.department == 7 : true},
                {"AuthenticationPolicy", nullptr},
                {"BlockLegacyAuth", false}});
    complete_cmdlet_object(*world_, "Get-User", out);
    return out;
  }

  // Priority accounts: executives, once somebody has named them.
  bool vip(std::size_t number) const {
    return world_->at_least(Posture::Good) && number < world_->people.staff() &&
           world_->people.person(user(number)).department == 11;
  }

  ResourcePtr inbox_rules(std::string_view key) const {
    const auto number = find(key);
    if (!number) return nullptr;
    std::vector<Json> out;
    const auto person = world_->people.person(user(*number));
    const auto add = [&](const std::string& name, const Json& forward) {
      Json rule = {{"Name", name},
                   {"Identity", person.alias + "\\" + std::to_string(world_->seed.roll(Topic(name), *number))},
                   {"RuleIdentity", std::to_string(world_->seed.roll(Topic(name), *number))},
                   {"Enabled", true},
                   {"Priority", 1},
                   {"MailboxOwnerId", person.alias},
                   {"ForwardTo", forward},
                   {"ForwardAsAttachmentTo", nullptr},
                   {"RedirectTo", nullptr},
                   {"DeleteMessage", false},
                   {"MoveToFolder", nullptr},
                   {"From", nullptr},
                   {"SubjectContainsWords", nullptr},
                   {"IsValid", true}};
      out.push_back(std::move(rule));
    };
    if (world_->seed.chance(0.3, "tidy inbox", *number)) add("Newsletters", nullptr);
    if (world_->seed.share("leaking inbox", *number) < world_->by_posture(0.02, 0.01, 0.003, 0.0, 0.0))
      add("Copy to my other mailbox",
          Json::array({"\"" + person.display_name + "\" [SMTP:" + person.alias + "@outlook.com]"}));
    return rows(std::move(out));
  }

 private:
  WorldPtr world_;
};

Json accepted_domain(const World& world, const Domain& domain) {
  Json out = {{"Name", domain.name},
              {"DomainName", domain.name},
              {"CatchAllRecipientID", nullptr},
              {"DomainType", "Authoritative"},
              {"MatchSubDomains", false},
              {"AddressBookEnabled", true},
              {"Default", domain.primary},
              {"EmailOnly", false},
              {"ExternallyManaged", false},
              {"AuthenticationType", "Managed"},
              {"RawAuthenticationType", "Managed"},
              {"LiveIdInstanceType", "Business"},
              {"PendingRemoval", false},
              {"PendingCompletion", false},
              {"FederatedOrganizationLink", nullptr},
              {"MailFlowPartner", nullptr},
              {"OutboundOnly", false},
              {"IsCoexistenceDomain", false},
              {"PerimeterDuplicateDetected", false},
              {"IsDefaultFederatedDomain", false},
              {"EnableNego2Authentication", false},
              {"CanHaveCloudCache", false},
              {"SendingFromDomainDisabled", domain.parked && world.at_least(Posture::Good)},
              {"SendingToDomainDisabled", false},
              {"SmtpDaneStatus", "Disabled"},
              {"InitialDomain", domain.initial}};
  complete_cmdlet_object(world, "Get-AcceptedDomain", out);
  return out;
}

Json dkim_config(const World& world, const Domain& domain) {
  const bool on = dkim_enabled(world, domain);
  Json out = {{"Name", domain.name},
              {"Domain", domain.name},
              {"AdminDisplayName", ""},
              {"Selector1KeySize", world.at_least(Posture::Typical) ? 2048 : 1024},
              {"Selector1CNAME", dkim_target(world, domain, 1)},
              {"Selector1PublicKey", dkim_record(world, domain, 1)},
              {"Selector2KeySize", world.at_least(Posture::Typical) ? 2048 : 1024},
              {"Selector2CNAME", dkim_target(world, domain, 2)},
              {"Selector2PublicKey", dkim_record(world, domain, 2)},
              {"Enabled", on},
              {"IsDefault", domain.initial},
              {"HeaderCanonicalization", "Relaxed"},
              {"BodyCanonicalization", "Relaxed"},
              {"Algorithm", "RsaSHA256"},
              {"NumberOfBytesToSign", "All"},
              {"IncludeSignatureCreationTime", true},
              {"IncludeKeyExpiration", false},
              {"KeyCreationTime", iso_time(-400)},
              {"LastChecked", iso_time(world.options.day, -7200)},
              {"RotateOnDate", iso_time(-400)},
              {"SelectorBeforeRotateOnDate", "selector1"},
              {"SelectorAfterRotateOnDate", "selector1"},
              {"Status", on ? "Valid" : "CnameMissing"}};
  complete_cmdlet_object(world, "Get-DkimSigningConfig", out);
  return out;
}

bool truthy(const Json& parameters, const char* name) {
  const auto at = parameters.find(name);
  return at != parameters.end() && ((at->is_boolean() && at->get<bool>()) ||
                                    (at->is_string() && text::iequals(at->get_ref<const std::string&>(), "true")));
}

}  // namespace

std::string dkim_target(const World& world, const Domain& domain, int selector) {
  auto dashed = domain.name;
  std::replace(dashed.begin(), dashed.end(), '.', '-');
  return "selector" + std::to_string(selector) + "-" + dashed + "._domainkey." + world.initial_domain();
}

std::string dkim_record(const World& world, const Domain& domain, int selector) {
  // An RSA key in DER and base64: the same beginning for each length, the modulus, the exponent 65537. The modulus has
  // its highest bit set and is odd.
  const bool is_long = world.at_least(Posture::Typical);
  const std::string_view begin =
      is_long ? "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAv" : "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC";
  auto modulus = world.seed.token(Topic(domain.name), static_cast<std::uint64_t>(selector), is_long ? 340 : 170);
  std::replace(modulus.begin(), modulus.end(), '-', '+');
  std::replace(modulus.begin(), modulus.end(), '_', '/');
  return "v=DKIM1; k=rsa; p=" + std::string(begin) + modulus + "QIDAQAB;";
}

bool dkim_enabled(const World& world, const Domain& domain) {
  if (domain.initial) return true;
  if (domain.parked) return false;
  return world.at_least(Posture::Good) || (domain.primary && world.at_least(Posture::Typical));
}

void add_mailboxes(Registry& registry, const WorldPtr& world, const GroupsPtr& groups) {
  const auto boxes = std::make_shared<const Mailboxes>(world);
  // Every cmdlet takes an identity and then answers with that one object, or not at all.
  const auto add = [&](std::initializer_list<const char*> names, Json (Mailboxes::*make)(std::size_t) const) {
    for (const char* name : names)
      registry.add("exchange", name, {.list = [boxes, make](const Request& request) -> ResourcePtr {
                     const auto wanted = request.parameters.find("Identity");
                     if (wanted != request.parameters.end() && wanted->is_string()) {
                       const auto found = boxes->find(wanted->get<std::string>());
                       return found ? rows({((*boxes).*make)(*found)}) : nullptr;
                     }
                     return made(
                         boxes->size(), [boxes, make](std::size_t i) { return ((*boxes).*make)(i); },
                         [boxes](std::string_view key) { return boxes->find(key); });
                   }});
  };
  add({"Get-Mailbox", "Get-EXOMailbox", "Mailbox"}, &Mailboxes::mailbox);
  add({"Get-CASMailbox", "Get-EXOCASMailbox", "CasMailbox"}, &Mailboxes::protocols);
  registry.add("exchange", "Get-User", {.list = [boxes, world](const Request& request) -> ResourcePtr {
                 if (!truthy(request.parameters, "IsVIP"))
                   return made(boxes->size(), [boxes](std::size_t i) { return boxes->account(i); });
                 std::vector<Json> out;
                 if (world->at_least(Posture::Good))
                   for (std::size_t i = 0; i < world->people.department_size(11); ++i)
                     out.push_back(boxes->account(world->people.department_member(11, i)));
                 return rows(std::move(out));
               }});
  registry.add("exchange", "Get-MailboxAuditBypassAssociation", {.list = [boxes, world](const Request&) {
                 return made(boxes->size(), [boxes, world](std::size_t i) {
                   Json out = boxes->identity(i);
                   out["AuditBypassEnabled"] =
                       world->seed.share("audit bypass", i) < world->by_posture(0.01, 0.005, 0.001, 0.0, 0.0);
                   complete_cmdlet_object(*world, "Get-MailboxAuditBypassAssociation", out);
                   return out;
                 });
               }});
  registry.add("exchange", "Get-InboxRule", {.list = [boxes](const Request& request) -> ResourcePtr {
                 const auto mailbox = request.parameters.find("Mailbox");
                 return mailbox == request.parameters.end() || !mailbox->is_string()
                            ? nullptr
                            : boxes->inbox_rules(mailbox->get<std::string>());
               }});
  registry.add("exchange", "Get-Recipient", {.list = [boxes, world, groups](const Request& request) -> ResourcePtr {
                 const auto wanted = request.parameters.find("Identity");
                 if (wanted == request.parameters.end())
                   return made(boxes->size(), [boxes](std::size_t i) { return boxes->identity(i); });
                 const std::string key = *wanted;
                 if (const auto found = boxes->find(key)) return rows({boxes->identity(*found)});
                 // Mail groups are recipients too; a security group of the data file answers by its name in the
                 // address.
                 for (std::size_t i = 0; i < groups->size(); ++i) {
                   const Json group = groups->object(i);
                   const std::string name = group["displayName"];
                   auto alias = text::lower(name);
                   std::replace(alias.begin(), alias.end(), ' ', '.');
                   const bool same =
                       text::iequals(key, name) || text::iequals(key, group["id"].get<std::string>()) ||
                       text::iequals(key, alias + "@" + world->primary_domain()) ||
                       (group["mail"].is_string() && text::iequals(key, group["mail"].get<std::string>()));
                   if (!same) continue;
                   Json out = {{"Name", name},
                               {"DisplayName", name},
                               {"ExternalDirectoryObjectId", group["id"]},
                               {"PrimarySmtpAddress", alias + "@" + world->primary_domain()},
                               {"RecipientType", "MailUniversalSecurityGroup"},
                               {"RecipientTypeDetails", group["groupTypes"] == Json::array({"Unified"})
                                                            ? "GroupMailbox"
                                                            : "MailUniversalSecurityGroup"}};
                   complete_cmdlet_object(*world, "Get-Recipient", out);
                   return rows({std::move(out)});
                 }
                 return nullptr;
               }});
  std::vector<Json> accepted;
  std::vector<Json> signing;
  for (const auto& domain : world->domains) {
    accepted.push_back(accepted_domain(*world, domain));
    signing.push_back(dkim_config(*world, domain));
  }
  registry.add_rows("exchange", "Get-AcceptedDomain", std::move(accepted));
  registry.add_rows("exchange", "Get-DkimSigningConfig", std::move(signing));
}

}  // namespace assay::sim
