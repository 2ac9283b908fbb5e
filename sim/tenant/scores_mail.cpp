#include "sim/tenant/scores_mail.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

enum KindNumber : std::size_t { kMalware, kSpam, kPhish, kLinks, kAttachments, kOutbound };

// A kind of threat policy: where its policies, its rules and the rules of its presets stand.
struct Kind {
  const char* policies;
  const char* rules;
  const char* property;  // of a rule: the policy that it applies
  const char* presets;   // null: no presets
};
constexpr Kind kKindsOfPolicy[] = {
    {"Get-MalwareFilterPolicy", "Get-MalwareFilterRule", "MalwareFilterPolicy", "Get-EOPProtectionPolicyRule"},
    {"Get-HostedContentFilterPolicy", "Get-HostedContentFilterRule", "HostedContentFilterPolicy",
     "Get-EOPProtectionPolicyRule"},
    {"Get-AntiPhishPolicy", "Get-AntiPhishRule", "AntiPhishPolicy", "Get-EOPProtectionPolicyRule"},
    {"Get-SafeLinksPolicy", "Get-SafeLinksRule", "SafeLinksPolicy", "Get-ATPProtectionPolicyRule"},
    {"Get-SafeAttachmentPolicy", "Get-SafeAttachmentRule", "SafeAttachmentPolicy", "Get-ATPProtectionPolicyRule"},
    {"Get-HostedOutboundSpamFilterPolicy", "Get-HostedOutboundSpamFilterRule", "HostedOutboundSpamFilterPolicy",
     nullptr}};

bool on(const Json& policy, const char* property) { return policy.value(property, Json()) == true; }
bool is(const Json& policy, const char* property, std::initializer_list<const char*> values) {
  const auto value = policy.value(property, Json());
  return std::any_of(values.begin(), values.end(), [&](const char* one) { return value == one; });
}
bool filled(const Json& policy, const char* property) {
  const auto value = policy.value(property, Json());
  return !value.is_null() && !value.empty();
}
bool limited(const Json& policy, const char* property, int most) {
  const int value = policy.value(property, 0);
  return value > 0 && value <= most;
}

bool tips(const Json& p) {
  return on(p, "EnableSimilarUsersSafetyTips") && on(p, "EnableSimilarDomainsSafetyTips") &&
         on(p, "EnableUnusualCharactersSafetyTips");
}
bool domains_protected(const Json& p) {
  return on(p, "EnableOrganizationDomainsProtection") && on(p, "EnableTargetedDomainsProtection") &&
         filled(p, "TargetedDomainsToProtect");
}
bool people_protected(const Json& p) {
  return on(p, "EnableTargetedUserProtection") && filled(p, "TargetedUsersToProtect");
}
bool acts_on_imitation(const Json& p) {
  return is(p, "TargetedUserProtectionAction", {"Quarantine"}) &&
         is(p, "TargetedDomainProtectionAction", {"Quarantine"}) &&
         is(p, "MailboxIntelligenceProtectionAction", {"MoveToJmf", "Quarantine"});
}

// When the policy that decides about a mailbox is as a control recommends.
struct Recommendation {
  const char* control;
  std::size_t kind;
  bool (*holds)(const Json& policy);
};
using J = const Json&;
const Recommendation kRecommendations[] = {
    {"mdo_allowedsenderscombined", kSpam,
     [](J p) { return !filled(p, "AllowedSenders") && !filled(p, "AllowedSenderDomains"); }},
    {"mdo_bulkspamaction", kSpam,
     [](J p) {
       return is(p, "BulkSpamAction", {"MoveToJmf", "Quarantine"});
     }},
    {"mdo_bulkthreshold", kSpam, [](J p) { return limited(p, "BulkThreshold", 6); }},
    {"mdo_highconfidencephishaction", kSpam, [](J p) { return is(p, "HighConfidencePhishAction", {"Quarantine"}); }},
    {"mdo_highconfidencespamaction", kSpam, [](J p) { return is(p, "HighConfidenceSpamAction", {"Quarantine"}); }},
    {"mdo_phisspamacation", kSpam, [](J p) { return is(p, "PhishSpamAction", {"Quarantine"}); }},
    {"mdo_spamaction", kSpam,
     [](J p) {
       return is(p, "SpamAction", {"MoveToJmf", "Quarantine"});
     }},
    {"mdo_quarantineretentionperiod", kSpam, [](J p) { return p.value("QuarantineRetentionPeriod", 0) == 30; }},
    {"mdo_zapphish", kSpam, [](J p) { return on(p, "PhishZapEnabled"); }},
    {"mdo_zapspam", kSpam, [](J p) { return on(p, "SpamZapEnabled"); }},
    {"mdo_zapmalware", kMalware, [](J p) { return on(p, "ZapEnabled"); }},
    {"mdo_commonattachmentsfilter", kMalware, [](J p) { return on(p, "EnableFileFilter"); }},
    {"mdo_autoforwardingmode", kOutbound,
     [](J p) {
       return is(p, "AutoForwardingMode", {"Automatic", "Off"});
     }},
    {"mdo_blockmailforward", kOutbound, [](J p) { return is(p, "AutoForwardingMode", {"Off"}); }},
    {"mdo_recipientexternallimitperhour", kOutbound,
     [](J p) { return limited(p, "RecipientLimitExternalPerHour", 500); }},
    {"mdo_recipientinternallimitperhour", kOutbound,
     [](J p) { return limited(p, "RecipientLimitInternalPerHour", 1000); }},
    {"mdo_recipientlimitperday", kOutbound, [](J p) { return limited(p, "RecipientLimitPerDay", 1000); }},
    {"mdo_thresholdreachedaction", kOutbound, [](J p) { return is(p, "ActionWhenThresholdReached", {"BlockUser"}); }},
    {"mdo_spam_notifications_only_for_admins", kOutbound,
     [](J p) {
       return on(p, "NotifyOutboundSpam") && filled(p, "NotifyOutboundSpamRecipients") &&
              on(p, "BccSuspiciousOutboundMail") && filled(p, "BccSuspiciousOutboundAdditionalRecipients");
     }},
    {"mdo_antiphishingpolicies", kPhish,
     [](J p) {
       return on(p, "Enabled") && on(p, "EnableSpoofIntelligence") && on(p, "EnableMailboxIntelligence") &&
              on(p, "EnableMailboxIntelligenceProtection") && domains_protected(p) && people_protected(p) &&
              acts_on_imitation(p) && tips(p) && p.value("PhishThresholdLevel", 0) >= 2;
     }},
    {"mdo_enabledomainstoprotect", kPhish, domains_protected},
    {"mdo_enablemailboxintelligence", kPhish, [](J p) { return on(p, "EnableMailboxIntelligence"); }},
    {"mdo_mailboxintelligenceprotection", kPhish, [](J p) { return on(p, "EnableMailboxIntelligenceProtection"); }},
    {"mdo_mailboxintelligenceprotectionaction", kPhish,
     [](J p) {
       return is(p, "MailboxIntelligenceProtectionAction", {"MoveToJmf", "Quarantine"});
     }},
    {"mdo_phishthresholdlevel", kPhish, [](J p) { return p.value("PhishThresholdLevel", 0) >= 2; }},
    {"mdo_similardomainssafetytips", kPhish, [](J p) { return on(p, "EnableSimilarDomainsSafetyTips"); }},
    {"mdo_similaruserssafetytips", kPhish, [](J p) { return on(p, "EnableSimilarUsersSafetyTips"); }},
    {"mdo_unusualcharacterssafetytips", kPhish, [](J p) { return on(p, "EnableUnusualCharactersSafetyTips"); }},
    {"mdo_targeteddomainprotectionaction", kPhish,
     [](J p) { return is(p, "TargetedDomainProtectionAction", {"Quarantine"}); }},
    {"mdo_targeteduserprotectionaction", kPhish,
     [](J p) { return is(p, "TargetedUserProtectionAction", {"Quarantine"}); }},
    {"mdo_targetedusersprotection", kPhish, people_protected},
    {"mdo_safeattachmentpolicy", kAttachments,
     [](J p) {
       return on(p, "Enable") && is(p, "Action", {"Block"}) && is(p, "QuarantineTag", {"AdminOnlyAccessPolicy"});
     }},
    {"mdo_safeattachments", kAttachments, [](J p) { return on(p, "Enable") && is(p, "Action", {"Block"}); }},
    {"mdo_safelinksforemail", kLinks,
     [](J p) {
       return on(p, "EnableSafeLinksForEmail") && on(p, "ScanUrls") && on(p, "DeliverMessageAfterScan") &&
              on(p, "EnableForInternalSenders") && !on(p, "AllowClickThrough");
     }},
    {"mdo_safelinksforOfficeApps", kLinks, [](J p) { return on(p, "EnableSafeLinksForOffice"); }},
};

}  // namespace

std::size_t MailScores::mailboxes() const { return world_->people.staff() + world_->people.count(PersonKind::Shared); }

void MailScores::add(std::size_t account, Mailboxes& out) const {
  const auto& people = world_->people;
  if (const auto staff = people.staff_number(account))
    out[*staff] = true;
  else if (people.kind(account) == PersonKind::Shared)
    out[people.staff() + (account - people.first(PersonKind::Shared))] = true;
}

void MailScores::add_members(std::size_t group, Mailboxes& out) const {
  const auto members = groups_->users(group);
  for (std::size_t i = 0; i < members.size; ++i) add(members.at(i), out);
  for (const auto child : groups_->children(group)) add_members(child, out);
}

// By its address, which for a group without mail is made of its name.
std::optional<std::size_t> MailScores::group_at(const std::string& address) const {
  for (std::size_t i = 0; i < groups_->size(); ++i) {
    const auto group = groups_->object(i);
    auto alias = text::lower(group["displayName"].get<std::string>());
    std::replace(alias.begin(), alias.end(), ' ', '.');
    if (text::iequals(address, alias + "@" + world_->primary_domain()) || group["mail"] == address) return i;
  }
  return std::nullopt;
}

// Conditions of different kinds must all hold; of one kind any will do. Every mailbox has its address in the primary
// domain, and a domain takes those below it as well.
MailScores::Mailboxes MailScores::named(const Json& rule, const std::string& people, const std::string& groups,
                                        const std::string& domains) const {
  Mailboxes out(mailboxes(), true);
  const auto narrow = [&](const std::string& condition, const auto& find) {
    if (!filled(rule, condition.c_str())) return;
    Mailboxes found(out.size());
    for (const auto& one : rule[condition]) find(one.template get<std::string>(), found);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = out[i] && found[i];
  };
  narrow(people, [&](const std::string& address, Mailboxes& found) {
    if (const auto account = user_by_key(*world_, address)) add(*account, found);
  });
  narrow(groups, [&](const std::string& address, Mailboxes& found) {
    if (const auto group = group_at(address)) add_members(*group, found);
  });
  narrow(domains, [&](const std::string& domain, Mailboxes& found) {
    const auto& own = world_->primary_domain();
    if (text::iequals(own, domain) || text::lower(own).ends_with("." + text::lower(domain)))
      found.assign(found.size(), true);
  });
  return out;
}

MailScores::Mailboxes MailScores::reached(const Json& rule, bool senders) const {
  const std::string people = senders ? "From" : "SentTo";
  const std::string groups = senders ? "FromMemberOf" : "SentToMemberOf";
  const std::string domains = senders ? "SenderDomainIs" : "RecipientDomainIs";
  auto out = named(rule, people, groups, domains);
  for (const auto& exception : {people, groups, domains}) {
    const auto property = "ExceptIf" + exception;
    if (!filled(rule, property.c_str())) continue;
    const auto spared = named({{exception, rule[property]}}, people, groups, domains);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = out[i] && !spared[i];
  }
  return out;
}

MailScores::Counts MailScores::count(std::size_t number) const {
  const auto& kind = kKindsOfPolicy[number];
  const int today = world_->options.day;
  std::vector<Json> order;
  if (kind.presets != nullptr) order = settings_->rows("exchange", kind.presets, today);
  const auto presets = static_cast<std::ptrdiff_t>(order.size());
  for (const auto& rule : settings_->rows("exchange", kind.rules, today)) order.push_back(rule);
  const auto earlier = [](const Json& a, const Json& b) { return a.value("Priority", 0) < b.value("Priority", 0); };
  std::stable_sort(order.begin(), order.begin() + presets, earlier);
  std::stable_sort(order.begin() + presets, order.end(), earlier);

  Counts out;
  Mailboxes open(mailboxes(), true);
  const auto take = [&](const std::string& policy, const Mailboxes& whom) {
    auto& taken = out[policy];
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (!open[i] || !whom[i]) continue;
      open[i] = false;
      ++taken;
    }
  };
  for (const auto& rule : order)
    if (is(rule, "State", {"Enabled"}) && filled(rule, kind.property))
      take(rule[kind.property].get<std::string>(), reached(rule, number == kOutbound));
  for (const auto& policy : settings_->rows("exchange", kind.policies, today)) {
    if (!on(policy, "IsDefault") && !on(policy, "IsBuiltInProtection")) continue;
    Json rest = Json::object();
    if (on(policy, "IsBuiltInProtection"))
      for (const auto& rule : settings_->rows("exchange", "Get-ATPBuiltInProtectionRule", today)) rest = rule;
    take(policy["Name"].get<std::string>(), reached(rest, number == kOutbound));
  }
  return out;
}

const MailScores::Counts& MailScores::counts(std::size_t kind) const {
  std::call_once(counted_.at(kind), [&] { counts_.at(kind) = count(kind); });
  return counts_.at(kind);
}

std::optional<Standing> MailScores::standing(const std::string& control, int day) const {
  if (control == "mdo_connectionfilter") {
    const auto& policies = settings_->rows("exchange", "Get-HostedConnectionFilterPolicy", day);
    return all_or_nothing(
        std::none_of(policies.begin(), policies.end(), [](J policy) { return filled(policy, "IPAllowList"); }));
  }
  if (control == "mdo_atpprotection" || control == "mdo_safedocuments") {
    const bool files = control == "mdo_atpprotection";
    const auto& policies = settings_->rows("exchange", "Get-AtpPolicyForO365", day);
    return all_or_nothing(std::any_of(policies.begin(), policies.end(), [&](J policy) {
      return files ? on(policy, "EnableATPForSPOTeamsODB")
                   : on(policy, "EnableSafeDocs") && !on(policy, "AllowSafeDocsOpen");
    }));
  }
  for (const auto& recommendation : kRecommendations) {
    if (control != recommendation.control) continue;
    std::size_t good = 0;
    const auto& by_policy = counts(recommendation.kind);
    for (const auto& policy : settings_->rows("exchange", kKindsOfPolicy[recommendation.kind].policies, day))
      if (const auto own = by_policy.find(policy["Name"].get<std::string>());
          own != by_policy.end() && recommendation.holds(policy))
        good += own->second;
    return share_of(good, mailboxes());
  }
  return std::nullopt;
}

}  // namespace assay::sim
