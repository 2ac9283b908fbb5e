#include <algorithm>
#include <set>

#include "base/text.h"
#include "sim/server/endpoints.h"
#include "sim/server/jose.h"
#include "sim/server/odata_filter.h"
#include "sim/server/page_token.h"

// The admin API of Exchange Online and of Purview: cmdlets over HTTPS.
namespace assay::sim::server {
namespace {

constexpr std::size_t kUsualPage = 1000;
constexpr std::size_t kUsualResults = 1000;
constexpr std::size_t kMostInBatch = 10;

struct AdminApi {
  Services& services;
  std::string service;  // exchange or compliance
  Caller caller;

  Response answer(const Request& request);
  Response invoke(const Request& request, const std::string& root);
  Response typed(const Request& request, const std::string& root, const std::string& entity);
  Response rows(const Request& request, const std::string& root, const std::string& cmdlet, const Json& parameters,
                const std::string& about);
  Response batch(const Request& request, const std::string& root);
  Response change(const std::string& cmdlet, const std::string& reading, Json parameters);
  bool has_role() const;
  bool may_change() const;
};

Response cmdlet_error(int status, std::string_view code, const std::string& type, const std::string& message) {
  return json_response(
      status, {{"error",
                {{"code", code},
                 {"message", "Error executing request. " + message},
                 {"details", {{{"code", "Context"}, {"target", ""}, {"message", "Ex6F9304|" + type + "|" + message}}}},
                 {"innererror",
                  {{"message", "Error executing cmdlet"},
                   {"type", "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"},
                   {"stacktrace", ""},
                   {"internalexception", {{"message", message}, {"type", type}, {"stacktrace", ""}}}}}}}});
}

// What the front end sends to those whose role does not hold the cmdlet: no JSON at all.
Response role_refusal() { return text_response(403, std::string("\0\0\0\0", 4), "application/octet-stream"); }

Json with_annotations(const Json& row, const std::set<std::string>& select) {
  Json out = Json::object();
  for (auto at = row.begin(); at != row.end(); ++at) {
    if (!select.empty() && select.count(text::lower(at.key())) == 0) continue;
    if (at.value().is_array()) {
      out[at.key() + "@odata.type"] = "#Collection(String)";
    } else if (at.key() == "Guid" || at.key() == "ExchangeObjectId") {
      out[at.key() + "@data.type"] = "System.Guid";
    } else if (at.key().starts_with("When")) {
      out[at.key() + "@data.type"] = "System.DateTime";
    }
    out[at.key()] = at.value();
  }
  return out;
}

bool AdminApi::has_role() const {
  static const std::vector<std::string> roles{"Global Reader", "Security Reader", "Global Administrator",
                                              "Exchange Administrator", "Security Administrator"};
  const auto holds = [&](const std::string& role) {
    return caller.directory_roles.count(*directory_role_id(role)) != 0;
  };
  return std::any_of(roles.begin(), roles.end(), holds) ||
         (service == "compliance" && holds("Compliance Administrator"));
}

bool AdminApi::may_change() const {
  for (const auto* role :
       {"Global Administrator", "Exchange Administrator", "Security Administrator", "Compliance Administrator"})
    if (caller.directory_roles.count(*directory_role_id(role)) != 0) return true;
  return false;
}

// `Set-X` and its like, over what `Get-X` gives.
Response AdminApi::change(const std::string& cmdlet, const std::string& reading, Json parameters) {
  const auto list = services.store.find(service, reading);
  if (!may_change() || !list) return role_refusal();
  const auto verb = text::lower(cmdlet.substr(0, cmdlet.find('-')));
  const auto& named = value_at(parameters, "Identity");
  auto identity = named.is_string() ? named.get<std::string>() : std::string("*");
  for (const auto* name : {"Identity", "Confirm", "Force", "ErrorAction", "WarningAction", "WhatIf"})
    parameters.erase(name);
  const auto done = [&] {
    return json_response(200,
                         {{"@odata.context", ""}, {"@adminapi.warnings", Json::array()}, {"value", Json::array()}});
  };
  if (verb == "new") {
    const auto& name = value_at(parameters, "Name");
    identity = name.is_string()                                 ? name.get<std::string>()
               : value_at(parameters, "DomainName").is_string() ? parameters["DomainName"].get<std::string>()
                                                                : random_uuid();
    parameters["Identity"] = identity;
    parameters["Guid"] = random_uuid();
    services.store.create(service, reading, identity, parameters);
    return done();
  }
  Json row;
  for (std::size_t i = 0; row.is_null() && i < list->size(); ++i) {
    const auto one = list->at(i);
    bool meant = identity == "*";
    for (const auto* name : {"Identity", "Name", "Guid", "DomainName", "Id", "PrimarySmtpAddress"}) {
      const auto& value = value_at(one, name);
      meant = meant || (value.is_string() && text::iequals(value.get<std::string>(), identity));
    }
    if (meant) row = one;
  }
  if (row.is_null())
    return cmdlet_error(
        404, "NotFound", "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
        "The operation couldn't be performed because object '" + identity + "' couldn't be found on 'server'.");
  if (verb == "remove") {
    services.store.remove(service, reading + '/' + identity);
    return done();
  }
  if (verb == "enable" || verb == "disable") {
    const bool on = verb == "enable";
    parameters[row.contains("State") ? "State" : "Enabled"] =
        row.contains("State") ? Json(on ? "Enabled" : "Disabled") : Json(on);
  }
  for (auto at = parameters.begin(); at != parameters.end(); ++at) {
    bool known = false;
    for (auto own = row.begin(); own != row.end(); ++own) known = known || text::iequals(own.key(), at.key());
    if (!known)
      return cmdlet_error(400, "BadRequest", "System.Management.Automation.ParameterBindingException",
                          "A parameter cannot be found that matches parameter name '" + at.key() + "'.");
    if (at.value().is_object()) at.value().erase("@odata.type");
  }
  services.store.merge(service, reading + '/' + identity, parameters);
  return done();
}

Response AdminApi::answer(const Request& request) {
  const auto segments = request.segments();
  if (segments.size() < 4 || !text::iequals(segments[0], "adminapi")) return text_response(404, "");
  const auto& tenant = services.tenant();
  const auto version = text::lower(segments[1]);
  const auto& entity = segments[3];
  const auto root = request.base + "/adminapi/" + version + '/' + segments[2];

  const bool redirects = service == "compliance" && request.host == "ps.compliance.protection.outlook.com";
  const auto state = services.tokens.read(request, service, caller);
  const bool ours = text::iequals(segments[2], tenant.id()) || text::iequals(segments[2], tenant.initial_domain());
  if (state != TokenState::Good || !ours || (caller.app_only && !caller.holds("Exchange.ManageAsApp"))) {
    auto out = text_response(401, "");
    out.set("WWW-Authenticate", state == TokenState::Expired ? "Bearer error=\"invalid_token\"" : "Bearer");
    return out;
  }
  if (redirects) {
    auto out = text_response(302, "");
    out.set("Location", std::string("https://") + kComplianceRegion + ".admin.protection.outlook.com" + request.path);
    return out;
  }
  if (text::istarts_with(entity, "EXOModuleFile")) {
    if (!has_role()) return role_refusal();
    return json_response(200, {{"value", {{{"exportedCmdlets", "Get-OrganizationConfig,Get-AcceptedDomain"}}}}});
  }
  if (text::istarts_with(entity, "EXOBanner")) return json_response(200, {{"value", Json::array()}});
  if (text::iequals(entity, "InvokeCommand")) return invoke(request, root);
  if (text::iequals(entity, "$batch")) return batch(request, root);
  return typed(request, root, entity);
}

Response AdminApi::invoke(const Request& request, const std::string& root) {
  if (request.method != "POST") return text_response(405, "");
  const auto body = Json::parse(request.body, nullptr, false);
  const auto& name = body.is_object() ? value_at(body, "CmdletInput/CmdletName") : body;
  if (!name.is_string())
    return cmdlet_error(400, "BadRequest", "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                        "The request has no CmdletInput with a CmdletName.");
  const auto& parameters = value_at(body, "CmdletInput/Parameters");
  return rows(request, root + "/InvokeCommand", name.get<std::string>(),
              parameters.is_object() ? parameters : Json::object(), digest(request.body, "SHA256"));
}

// `GET …/Mailbox?$top=1000`: the faster way to what Get-Mailbox gives.
Response AdminApi::typed(const Request& request, const std::string& root, const std::string& entity) {
  static const std::vector<std::pair<std::string, std::string>> cmdlets{
      {"Mailbox", "Get-Mailbox"}, {"CasMailbox", "Get-CASMailbox"}, {"Recipient", "Get-Recipient"}};
  const auto open = entity.find('(');
  const auto name = entity.substr(0, open);
  const auto found =
      std::find_if(cmdlets.begin(), cmdlets.end(), [&](const auto& one) { return text::iequals(one.first, name); });
  if (found == cmdlets.end() || request.method != "GET")
    return cmdlet_error(404, "NotFound", "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                        "Resource not found for the segment '" + entity + "'.");
  Json parameters{{"ResultSize", "Unlimited"}};
  if (open != std::string::npos) {
    auto key = entity.substr(open + 1);
    key.erase(std::remove_if(key.begin(), key.end(), [](char c) { return c == '\'' || c == ')'; }), key.end());
    parameters["Identity"] = key;
  }
  return rows(request, root + '/' + entity, found->second, parameters, entity);
}

Response AdminApi::rows(const Request& request, const std::string& root, const std::string& cmdlet,
                        const Json& parameters, const std::string& about) {
  if (!has_role()) return role_refusal();
  const auto& tenant = services.tenant();
  if (const auto plan = tenant.required_plan(service, cmdlet); plan && !tenant.holds(*plan))
    return cmdlet_error(400, "BadRequest", "System.Management.Automation.CommandNotFoundException",
                        "The term '" + cmdlet +
                            "' is not recognized as the name of a cmdlet, function, script file, "
                            "or operable program.");
  if (const auto dash = cmdlet.find('-'); dash != std::string::npos && !text::istarts_with(cmdlet, "Get-"))
    return change(cmdlet, "Get-" + cmdlet.substr(dash + 1), parameters);
  const auto resource = services.store.find(service, cmdlet, parameters);
  const auto& identity = value_at(parameters, "Identity");
  // A cmdlet that there is, asked for an object that there is not.
  const bool known = resource != nullptr || (identity.is_string() && services.store.find(service, cmdlet));
  if (!known) return role_refusal();
  if (!resource || (identity.is_string() && resource->size() == 0))
    return cmdlet_error(404, "NotFound", "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
                        "The operation couldn't be performed because object '" + identity.get<std::string>() +
                            "' couldn't be found on 'server'.");

  Json warnings = Json::array();
  auto total = resource->size();
  const auto& wanted = value_at(parameters, "ResultSize");
  const bool unlimited = wanted.is_string() && text::iequals(wanted.get<std::string>(), "Unlimited");
  if (!unlimited) {
    auto most = kUsualResults;
    if (wanted.is_number_unsigned()) most = wanted.get<std::size_t>();
    if (total > most) {
      total = most;
      warnings.push_back(
          "There are more results available than are currently displayed. To view them, increase the "
          "value for the ResultSize parameter.");
    }
  }
  std::size_t page = kUsualPage;
  const auto prefer = request.header("prefer");
  if (const auto at = prefer.find("odata.maxpagesize="); at != std::string_view::npos)
    page = static_cast<std::size_t>(std::atoi(std::string(prefer.substr(at + 18)).c_str()));
  if (const auto top = request.option("$top")) page = static_cast<std::size_t>(std::atoi(top->c_str()));
  page = std::clamp<std::size_t>(page, 1, kUsualPage);
  if (services.options.page_size > 0) page = std::min(page, services.options.page_size);

  std::size_t at = 0;
  const auto token_about = service + '/' + cmdlet + '/' + about;
  if (const auto given = request.option("$skiptoken")) {
    const auto token = read_page_token(services.page_key, *given, token_about, services.options.now(),
                                       services.options.page_token_lifetime);
    if (!token || token->expired)
      return cmdlet_error(400, "BadRequest", "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                          "The skip token is not valid for this request.");
    at = token->content.get<std::size_t>();
  }
  std::set<std::string> select;
  if (const auto names = request.option("$select"))
    for (const auto name : text::split(*names, ',')) select.insert(text::lower(text::trim(name)));

  Json out{{"@odata.context", root.substr(0, root.rfind('/')) + "/$metadata#Collection(Exchange.GenericHashTable)"},
           {"adminapi.warnings@odata.type", "#Collection(String)"},
           {"@adminapi.warnings", warnings}};
  Json& value = out["value"] = Json::array();
  for (; at < total && value.size() < page; ++at) value.push_back(with_annotations(resource->at(at), select));
  if (at < total) {
    out["@odata.nextLink"] =
        root + "?$skiptoken=" + make_page_token(services.page_key, at, token_about, services.options.now());
  }
  return json_response(200, out, "application/json; charset=utf-8");
}

Response AdminApi::batch(const Request& request, const std::string& root) {
  const auto body = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || !body.is_object() || !value_at(body, "requests").is_array() ||
      body["requests"].size() > kMostInBatch)
    return cmdlet_error(400, "BadRequest", "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                        "A batch is posted and has at most 10 requests.");
  Json answers = Json::array();
  for (const auto& one : body["requests"]) {
    Request inner = request;
    inner.query.clear();
    inner.body = value_at(one, "body").dump();
    const auto& url = value_at(one, "url");
    if (url.is_string()) {
      const auto text = url.get<std::string>();
      if (const auto question = text.find('?'); question != std::string::npos) inner.query = text.substr(question + 1);
    }
    const auto response = invoke(inner, root);
    auto json = Json::parse(response.body, nullptr, false);
    answers.push_back({{"id", value_at(one, "id")},
                       {"status", response.status},
                       {"headers", Json::object()},
                       {"body", json.is_discarded() ? Json(nullptr) : json}});
  }
  std::reverse(answers.begin(), answers.end());
  return json_response(200, {{"responses", answers}});
}

}  // namespace

Response answer_exchange(Services& services, const Request& request) {
  AdminApi api{services, "exchange", {}};
  auto out = api.answer(request);
  out.set("request-id", random_uuid());
  return out;
}

Response answer_compliance(Services& services, const Request& request) {
  AdminApi api{services, "compliance", {}};
  auto out = api.answer(request);
  out.set("request-id", random_uuid());
  return out;
}

}  // namespace assay::sim::server
