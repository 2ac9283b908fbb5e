#include "sim/tenant/scores_standing.h"

namespace assay::sim {

const std::vector<Json>& PastSettings::rows(std::string_view service, std::string_view path, int day) const {
  auto key = std::string(service).append(" ").append(path).append(" ").append(state(service, path, day));
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = known_.try_emplace(std::move(key));
  if (is_new) known->second = read(service, path, day);
  return known->second;
}

std::vector<Json> PastSettings::read(std::string_view service, std::string_view path, int day) const {
  const auto spoken = service == "graph" ? std::string_view("graph/v1.0") : service;
  const auto* entry = registry_->entry(spoken, path);
  if (entry == nullptr) return {};
  const auto& plan = entry->plan;
  const auto& held = world_->licences;
  if (!plan.empty() && !held.holds(held.in_place_of(plan))) return {};
  std::vector<Json> out;
  const auto resource = registry_->find(spoken, path, Json::object());
  for (std::size_t i = 0; i < resource->size(); ++i) {
    out.push_back(resource->at(i));
    drift_->turn_back(service, path, out.back(), world_->options.day, day);
  }
  return out;
}

}  // namespace assay::sim
