#include "assess/decisions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/yaml.h"

namespace assay::assess {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 6> kStatuses{{
    {Status::ToAddress, "to_address"},
    {Status::Planned, "planned"},
    {Status::RiskAccepted, "risk_accepted"},
    {Status::ThirdParty, "third_party"},
    {Status::AlternateMitigation, "alternate_mitigation"},
    {Status::Completed, "completed"},
}};

class Reader {
 public:
  Reader(std::string file, const catalog::Catalogue& catalogue) : file_(std::move(file)), catalogue_(catalogue) {}

  Result<Decisions> read(const YAML::Node& root) {
    if (!root.IsMap()) return fault(root, "must be a map", "see docs/decisions-file.md");
    TRY(allow(root, {"statuses", "exceptions", "attestations", "points", "zones", "exclude_risk_accepted", "profile",
                     "settings"}));
    Decisions out;
    for (const auto& item : TRY(list(root, "statuses"))) TRY(read_status(item, out));
    for (const auto& item : TRY(list(root, "exceptions"))) TRY(read_exception(item, out));
    for (const auto& item : TRY(list(root, "attestations"))) TRY(read_attestation(item, out));
    if (const auto points = root["points"]; points && !points.IsNull()) {
      if (!points.IsMap()) return fault(points, "`points` must be a map", {});
      for (const auto& item : points) {
        const auto id = TRY(control(item.first, item.first.Scalar()));
        const double value = TRY(number(item.second));
        if (!(value >= 0 && value <= 100) || value != static_cast<int>(value))
          return fault(item.second, "points must be a whole number from 0 to 100", {});
        out.points[id] = static_cast<int>(value);
      }
    }
    if (const auto zones = root["zones"]) {
      TRY(allow(zones, {"good", "okay"}));
      if (zones["good"]) out.zones.good = TRY(number(zones["good"]));
      if (zones["okay"]) out.zones.okay = TRY(number(zones["okay"]));
      if (!(0 <= out.zones.okay && out.zones.okay <= out.zones.good && out.zones.good <= 100))
        return fault(zones, "zones must satisfy 0 <= okay <= good <= 100", {});
    }
    TRY(read_settings(root, out));
    if (const auto exclude = root["exclude_risk_accepted"]; exclude && !exclude.IsNull()) {
      const auto& word = exclude.Scalar();
      if (word != "true" && word != "false") return fault(exclude, "must be true or false", {});
      out.exclude_risk_accepted = word == "true";
    }
    return out;
  }

 private:
  Error fault(const YAML::Node& at, const std::string& what, std::string hint) const {
    return invalid(fmt::format("{}: {}", yaml::place(file_, at), what), std::move(hint));
  }

  Result<void> allow(const YAML::Node& map, std::initializer_list<std::string_view> keys) const {
    if (!map.IsMap()) return fault(map, "must be a map", {});
    for (const auto& item : map)
      if (std::find(keys.begin(), keys.end(), item.first.Scalar()) == keys.end())
        return fault(item.first, fmt::format("unknown key `{}`", item.first.Scalar()),
                     fmt::format("known: {}", fmt::join(keys, " ")));
    return {};
  }

  Result<YAML::Node> list(const YAML::Node& map, const char* key) const {
    const auto node = map[key];
    if (!node || node.IsNull()) return YAML::Node();
    if (!node.IsSequence()) return fault(node, fmt::format("`{}` must be a list", key), {});
    return node;
  }

  Result<std::string> control(const YAML::Node& at, const std::string& id) const {
    if (catalogue_.control(id) == nullptr)
      return fault(at, fmt::format("unknown control `{}`", id), "`assay catalog list` shows them");
    return id;
  }

  Result<std::string> required(const YAML::Node& map, const char* key) const {
    auto value = yaml::text(map, key);
    if (value.empty()) return fault(map, fmt::format("`{}` is missing", key), {});
    return value;
  }

  Result<double> number(const YAML::Node& node) const {
    double value = 0;
    const auto& s = node.IsScalar() ? node.Scalar() : std::string();
    const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
    if (r.ec != std::errc() || r.ptr != s.data() + s.size())
      return fault(node, fmt::format("`{}` is not a number", s), {});
    return value;
  }

  Result<std::optional<Timestamp>> date(const YAML::Node& map, const char* key) const {
    const auto node = map[key];
    if (!node || node.IsNull()) return std::optional<Timestamp>();
    const auto value = node.IsScalar() ? node.Scalar() : key;
    const auto time = iso8601::parse_time(value);
    if (!time) return fault(map[key], fmt::format("`{}` is no date", value), "write 2027-01-31");
    return time;
  }

  Result<void> read_status(const YAML::Node& item, Decisions& out) const {
    TRY(allow(item, {"control", "status", "owner", "reason", "expires"}));
    const auto id = TRY(control(item, TRY(required(item, "control"))));
    const auto word = TRY(required(item, "status"));
    const auto known = status(word);
    if (!known)
      return fault(item["status"], fmt::format("unknown status `{}`", word),
                   "one of to_address planned risk_accepted third_party alternate_mitigation");
    if (*known == Status::Completed)
      return fault(item["status"], "`completed` is computed and cannot be set",
                   "use third_party or alternate_mitigation for what Assay cannot see");
    StatusDecision decision;
    decision.status = *known;
    decision.owner = TRY(required(item, "owner"));
    decision.reason = TRY(required(item, "reason"));
    decision.expires = TRY(date(item, "expires"));
    if (!out.statuses.emplace(id, std::move(decision)).second)
      return fault(item, fmt::format("a second status for `{}`", id), {});
    return {};
  }

  Result<void> read_settings(const YAML::Node& root, Decisions& out) const {
    out.profile = yaml::text(root, "profile");
    if (!out.profile.empty() && catalogue_.profile(out.profile) == nullptr)
      return fault(root["profile"], fmt::format("unknown profile `{}`", out.profile),
                   "`assay catalog profiles` shows them");
    const auto settings = root["settings"];
    if (!settings || settings.IsNull()) return {};
    if (!settings.IsMap()) return fault(settings, "`settings` must be a map", {});
    for (const auto& item : settings) {
      const auto name = yaml::key_of(item.first);
      const auto* setting = catalogue_.setting(name);
      if (setting == nullptr)
        return fault(item.first, fmt::format("unknown setting `{}`", name), "`assay catalog profiles` shows them");
      auto value = yaml::to_json(item.second);
      if (!catalog::fits(*setting, value))
        return fault(item.second, fmt::format("`{}` must be {}", name, catalog::what_fits(*setting)), setting->about);
      out.settings[name] = std::move(value);
    }
    return {};
  }

  Result<void> read_exception(const YAML::Node& item, Decisions& out) const {
    TRY(allow(item, {"control", "controls", "kind", "values", "owner", "reason", "expires"}));
    auto ids = yaml::texts(item, "controls");
    for (auto& id : yaml::texts(item, "control")) ids.push_back(std::move(id));
    if (ids.empty()) return fault(item, "`control` is missing", "name a control, or `*` for every one");
    const auto kind = TRY(required(item, "kind"));
    for (const auto& id : ids) {
      if (id != "*") TRY(control(item, id));
      if (!knows(id, kind))
        return fault(item["kind"],
                     id == "*" ? fmt::format("no control has exceptions of the kind `{}`", kind)
                               : fmt::format("`{}` has no exceptions of the kind `{}`", id, kind),
                     "`assay explain` shows the control's rule, docs/decisions-file.md the kinds");
      Exception exception;
      exception.control = id;
      exception.kind = kind;
      exception.values = yaml::texts(item, "values");
      exception.owner = TRY(required(item, "owner"));
      exception.reason = TRY(required(item, "reason"));
      exception.expires = TRY(date(item, "expires"));
      if (exception.values.empty()) return fault(item, "`values` is missing", {});
      out.exceptions.push_back(std::move(exception));
    }
    return {};
  }

  // Whether a control (`*`: any) asks for exceptions of a kind: then its rule, or a view that it reads, says the word.
  bool knows(const std::string& id, const std::string& kind) const {
    if (id == "*")
      return std::any_of(catalogue_.controls.begin(), catalogue_.controls.end(),
                         [&](const catalog::Control& c) { return knows(c.id, kind); });
    const auto word = "'" + kind + "'";
    const auto& control = *catalogue_.control(id);
    if (control.check.find(word) != std::string::npos) return true;
    const auto views = catalogue_.views_for(control);
    return std::any_of(views.begin(), views.end(),
                       [&](const catalog::View* view) { return view->sql.find(word) != std::string::npos; });
  }

  Result<void> read_attestation(const YAML::Node& item, Decisions& out) const {
    TRY(allow(item, {"control", "verdict", "by", "evidence", "on", "expires"}));
    const auto id = TRY(control(item, TRY(required(item, "control"))));
    if (!catalogue_.control(id)->manual)
      return fault(item, fmt::format("`{}` is judged from evidence and cannot be attested", id),
                   "use a status instead");
    const auto word = TRY(required(item, "verdict"));
    if (word != "pass" && word != "fail") return fault(item["verdict"], "must be pass or fail", {});
    Attestation attestation;
    attestation.holds = word == "pass";
    attestation.by = TRY(required(item, "by"));
    attestation.evidence = TRY(required(item, "evidence"));
    attestation.on = TRY(date(item, "on"));
    attestation.expires = TRY(date(item, "expires"));
    if (!out.attestations.emplace(id, std::move(attestation)).second)
      return fault(item, fmt::format("a second attestation for `{}`", id), {});
    return {};
  }

  std::string file_;
  const catalog::Catalogue& catalogue_;
};

}  // namespace

std::string_view name(Status status) {
  for (const auto& [s, n] : kStatuses)
    if (s == status) return n;
  return "to_address";
}

std::optional<Status> status(std::string_view name) {
  for (const auto& [s, n] : kStatuses)
    if (n == name) return s;
  return std::nullopt;
}

Result<Decisions> read_decisions(const std::filesystem::path& file, const catalog::Catalogue& catalogue) {
  const auto root = TRY(yaml::read(file));
  try {
    return Reader(file.string(), catalogue).read(root);
  } catch (const YAML::Exception& thrown) {
    return invalid(fmt::format("{}:{}: {}", file.string(), thrown.mark.line + 1, thrown.msg),
                   "see docs/decisions-file.md");
  }
}

void add_source_decisions(const snapshot::Evidence& evidence, const catalog::Catalogue& catalogue,
                          Decisions& decisions) {
  for (const auto& e : evidence.exceptions)
    for (const auto* control : catalogue.naming(e.framework, e.requirement))
      decisions.exceptions.push_back(
          {control->id,
           e.kind,
           {e.value},
           evidence.manifest.source,
           fmt::format("declared in the configuration of {} for {}", evidence.manifest.source, e.requirement),
           {}});
  for (const auto& o : evidence.omissions)
    for (const auto* control : catalogue.naming(o.framework, o.requirement))
      decisions.statuses.emplace(
          control->id,
          StatusDecision{Status::RiskAccepted, evidence.manifest.source,
                         o.reason.empty() ? fmt::format("{} was omitted", o.requirement) : o.reason, o.expires});
}

}  // namespace assay::assess
