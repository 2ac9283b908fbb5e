#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "collect/connect.h"

namespace assay::cli {
namespace {

// What a permission is worth before a run: granted, missing, or not to be seen in a token.
std::string state_of(const collect::Permission& permission, const collect::Connection& connection) {
  const auto service = std::find_if(connection.services.begin(), connection.services.end(),
                                    [&](const auto& s) { return s.name == permission.service; });
  if (service == connection.services.end()) return "not offered in this cloud";
  if (service->refused) return "sign-in refused";
  if (permission.kind == collect::Permission::Kind::Delegated) return "no application can have it";
  if (permission.kind == collect::Permission::Kind::Role) return "cannot be seen";
  const auto has = [&](const std::string& one) {
    return std::find(service->granted.begin(), service->granted.end(), one) != service->granted.end();
  };
  const bool opened = has(permission.name) || std::any_of(permission.instead.begin(), permission.instead.end(), has);
  return opened ? "granted" : "missing";
}

Result<int> run_connect(const Context& context, const std::string& file) {
  auto config = TRY(collect::read_config(file));
  if (auto* device = std::get_if<m365::DeviceCode>(&config.credential))
    device->show = [](const std::string& words) { message(text::printable(words)); };
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  const auto controls = TRY(collect::controls_of(catalogue, config.services));
  const auto needed = TRY(collect::permissions(catalogue, controls));
  const auto connection = TRY(collect::connect(catalogue, config, needed, kVersion));
  std::size_t missing = 0;
  Json json = Json::array();
  Rows rows(
      {{"service"}, {"kind", false, false, true}, {"permission"}, {"state"}, {"costs", true}, {"tables", false, true}});
  for (const auto& p : needed) {
    const auto state = state_of(p, connection);
    const bool lacks = state == "missing" || state == "sign-in refused";
    missing += lacks ? 1 : 0;
    json.push_back({{"service", p.service},
                    {"permission", p.name},
                    {"kind", name(p.kind)},
                    {"state", state},
                    {"tables", p.tables},
                    {"costs", p.needed_by}});
    rows.add({p.service, std::string(name(p.kind)), p.name, state,
              lacks ? text::count(p.needed_by.size(), "control", "controls") : "", text::join(p.tables, ", ")},
             lacks                ? Style::Red
             : state == "granted" ? Style::Green
                                  : Style::Dim);
  }
  if (context.output() == Format::Json) {
    print_json({{"tenant", connection.tenant.id}, {"cloud", connection.tenant.cloud.name}, {"permissions", json}});
  } else {
    print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  }
  for (const auto& service : connection.services)
    if (service.refused) message(fmt::format("{}: {}", service.name, describe(*service.refused)));
  message(fmt::format("{} ({}): {} of {} permissions are missing", connection.tenant.id, connection.tenant.cloud.name,
                      missing, needed.size()));
  return missing == 0 ? 0 : 4;
}

}  // namespace

void add_connect(CLI::App& app, Context& context, Run& run) {
  auto file = std::make_shared<std::string>();
  auto* command = app.add_subcommand("connect", "Sign in to every service, and say what is missing before a long run");
  command->add_option("--config", *file, "A YAML file: tenant, application, how to sign in")->required();
  command->footer(
      "Example:\n  assay connect --config contoso.yaml\n"
      "Exits with 4 when a permission is missing; `costs` counts the controls that will be unknown without it.");
  command->callback([&context, &run, file] { run = [&context, file] { return run_connect(context, *file); }; });
}

}  // namespace assay::cli
