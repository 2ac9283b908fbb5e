#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "sim/tenant/groups.h"
#include "sim/tenant/scores_standing.h"

namespace assay::sim {

// Microsoft's controls of mail. Of each kind of threat policy one decides about a mailbox: that of the Strict preset,
// of the Standard preset, the custom one of the first rule that matches, the default or Built-in protection. A control
// counts the mailboxes, people's and shared ones, whose policy is as it recommends.
class MailScores {
 public:
  MailScores(WorldPtr world, GroupsPtr groups, const PastSettings& settings)
      : world_(std::move(world)), groups_(std::move(groups)), settings_(&settings) {}

  std::optional<Standing> standing(const std::string& control, int day) const;

 private:
  using Mailboxes = std::vector<bool>;                             // staff first, then shared ones
  using Counts = std::map<std::string, std::size_t, std::less<>>;  // mailboxes by the policy that decides
  static constexpr std::size_t kKinds = 6;

  std::size_t mailboxes() const;
  void add(std::size_t account, Mailboxes& out) const;
  void add_members(std::size_t group, Mailboxes& out) const;
  std::optional<std::size_t> group_at(const std::string& address) const;
  Mailboxes named(const Json& rule, const std::string& people, const std::string& groups,
                  const std::string& domains) const;
  Mailboxes reached(const Json& rule, bool senders) const;
  Counts count(std::size_t kind) const;
  const Counts& counts(std::size_t kind) const;  // rules never change, so one day is like another

  WorldPtr world_;
  GroupsPtr groups_;
  const PastSettings* settings_;
  mutable std::array<std::once_flag, kKinds> counted_;
  mutable std::array<Counts, kKinds> counts_;
};

}  // namespace assay::sim
