#include "cli/json_views.h"

#include <cmath>

#include "base/iso8601.h"

namespace assay::cli {
namespace {

// Percentages with two decimals: more would be noise.
double rounded(double value) { return std::round(value * 100) / 100; }

Json groups_json(const std::map<std::string, score::Points>& groups) {
  Json out = Json::object();
  for (const auto& [name, points] : groups) out[name] = points_json(points);
  return out;
}

}  // namespace

double points(score::Cents cents) { return static_cast<double>(cents) / 100; }

Json points_json(const score::Points& p) {
  return {{"earned", points(p.earned)}, {"possible", points(p.possible)}, {"percent", rounded(p.percent())}};
}

Json finding_json(const score::Action& action) {
  const auto& finding = *action.finding;
  const auto& control = *finding.control;
  Json resources = Json::array();
  for (const auto& r : finding.resources)
    resources.push_back(
        {{"id", r.id}, {"name", r.name.empty() ? r.id : r.name}, {"verdict", name(r.verdict)}, {"reason", r.reason}});
  Json out{{"control", control.id},
           {"title", control.title},
           {"service", control.service},
           {"category", control.category},
           {"verdict", name(finding.verdict)},
           {"earned", points(action.earned)},
           {"possible", points(action.possible)},
           {"good", finding.good},
           {"total", finding.total},
           {"share", std::round(finding.share * 1e4) / 1e4},
           {"reason", finding.reason},
           {"counted", action.counted},
           {"status", name(action.status)},
           {"rank", action.rank},
           {"impact", rounded(action.impact)},
           {"microsoft", control.microsoft}};
  if (!control.variant_of.empty()) out["variant_of"] = control.variant_of;
  if (!action.reasoning.empty()) out["decision"] = action.reasoning;
  out["resources"] = std::move(resources);
  return out;
}

Json coverage_json(const snapshot::Evidence& evidence) {
  Json out = Json::array();
  for (const auto& c : evidence.coverage)
    out.push_back({{"table", c.table}, {"state", snapshot::name(c.state)}, {"rows", c.rows}, {"detail", c.detail}});
  return out;
}

Json profile_json(const Judged& judged) {
  return judged.decisions.profile.empty() ? Json(nullptr) : Json(judged.decisions.profile);
}

Json settings_json(const catalog::Catalogue& catalogue, const Judged& judged) {
  Json out = Json::object();
  for (const auto& [setting, value] : catalogue.settings_with(judged.decisions.profile, judged.decisions.settings))
    if (value != catalogue.setting(setting)->value) out[setting] = value;
  return out;
}

Json assessment_json(const catalog::Catalogue& catalogue, const Judged& judged, const score::Score& score) {
  const auto& m = judged.evidence.manifest;
  Json findings = Json::array();
  for (const auto& action : score.actions) findings.push_back(finding_json(action));
  Json out_of_scope = Json::array();
  for (const auto* control : judged.out_of_scope) out_of_scope.push_back(control->id);
  Json current = points_json(score.current);
  Json s = current;
  s["percent_of_seen"] = rounded(score.percent_of_seen());
  s["unknown"] = points(score.unknown);
  s["self_claimed"] = points(score.self_claimed);
  s["zone"] = name(score.zone);
  s["improvement"] = {
      {"completed", score.completed}, {"available", score.available}, {"percent", rounded(score.improvement())}};
  s["views"] = {{"current", current},
                {"planned", points_json(score.planned)},
                {"current_licence", points_json(score.current_licence)},
                {"achievable", points_json(score.achievable)}};
  s["by_category"] = groups_json(score.by_category);
  s["by_service"] = groups_json(score.by_service);
  Json taken_at = nullptr;
  if (m.taken_at) taken_at = iso8601::format_time(*m.taken_at);
  return {{"schema", "assay/assessment/1"},
          {"tenant", {{"id", m.tenant_id}, {"name", m.tenant_name}, {"cloud", m.cloud}}},
          {"taken_at", taken_at},
          {"source", m.source},
          {"catalogue", {{"version", catalogue.version}, {"digest", catalogue.digest}}},
          {"profile", profile_json(judged)},
          {"settings", settings_json(catalogue, judged)},
          {"scope", m.scope},
          {"score", s},
          {"findings", findings},
          {"out_of_scope", out_of_scope},
          {"coverage", coverage_json(judged.evidence)}};
}

}  // namespace assay::cli
