#include "collect/questions.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace assay::collect {
namespace {

constexpr std::string_view kTeamsConfigurations = "/Skype.Policy/configurations/";
// What OData takes as it is in an option's value.
constexpr std::string_view kKeptInOptions = "$,()/:;=@'*";

// A name without a value is remembered, so that the request is not sent half filled.
struct Filling {
  const ValueOf& value_of;
  const snapshot::Given& given;
  std::string missing;

  std::string fill(std::string_view text, bool in_url) {
    return m365::filled(text, [&](std::string_view name) -> std::optional<std::string> {
      const auto found = given.find(std::string(name));
      auto value = found != given.end() ? std::optional(found->second) : value_of(name);
      if (!value) {
        missing = name;
        return std::nullopt;
      }
      return in_url && found != given.end() ? http::percent_encoded(*value) : *value;
    });
  }

  Json fill_in(const Json& json) {
    if (json.is_string()) return fill(json.get<std::string>(), false);
    if (!json.is_structured()) return json;
    Json out = json;
    for (auto& item : out) item = fill_in(item);
    return out;
  }
};

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// The one shape of CSOM request that is needed: a method of the tenant that gives a collection, page by page.
std::string csom_request(const catalog::Source& source, std::string_view next) {
  std::string filter = "<Property Name=\"StartIndex\" Type=\"String\">" + escape_xml(next) + "</Property>";
  if (source.parameters.is_object()) {
    for (const auto& [name, value] : source.parameters.items()) {
      const bool truth = value.is_boolean();
      const bool number = value.is_number();
      filter += fmt::format("<Property Name=\"{}\" Type=\"{}\">{}</Property>", escape_xml(name),
                            truth    ? "Boolean"
                            : number ? "Int32"
                                     : "String",
                            escape_xml(value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
  return fmt::format(
      R"(<Request AddExpandoFieldTypeSuffix="true" SchemaVersion="15.0.0.0" LibraryVersion="16.0.0.0" ApplicationName="assay" xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009"><Actions><ObjectPath Id="2" ObjectPathId="1"/><ObjectPath Id="4" ObjectPathId="3"/><Query Id="5" ObjectPathId="3"><Query SelectAllProperties="true"><Properties><Property Name="NextStartIndexFromSharePoint" ScalarProperty="true"/></Properties></Query><ChildItemQuery SelectAllProperties="true"><Properties/></ChildItemQuery></Query></Actions><ObjectPaths><Constructor Id="1" TypeId="{{268004ae-ef6b-4e9b-8425-127220d84719}}"/><Method Id="3" ParentId="1" Name="{}"><Parameters><Parameter TypeId="{{b92aeee2-c92c-4b67-abcc-024e471bc140}}">{}</Parameter></Parameters></Method></ObjectPaths></Request>)",
      escape_xml(source.call), filter);
}

bool is_csom(const catalog::Source& source) { return text::iequals(source.method, "csom"); }

}  // namespace

bool same_host(std::string_view asked, std::string_view next) {
  return !http::origin(next).empty() && http::origin(asked) == http::origin(next);
}

std::string list_in_answer(const catalog::Source& source) {
  // [header, 2, …, 4, …, 5, the collection]
  if (is_csom(source)) return "/6" + (source.list == "/" ? std::string() : source.list);
  return source.list;
}

std::optional<std::string> next_member(const catalog::Source& source, const m365::Service& service) {
  if (is_csom(source)) return "NextStartIndexFromSharePoint";
  if (service.next.empty()) return std::nullopt;
  return service.next;
}

Result<m365::Question> make_question(const catalog::Source& source, const m365::Service& service,
                                     const ValueOf& value_of, const snapshot::Given& given, std::string_view next) {
  Filling filling{value_of, given, {}};
  const auto with_version = [&](std::string_view text) {
    const auto at = text.find("{version}");
    if (at == text.npos) return std::string(text);
    return std::string(text.substr(0, at)) + source.version + std::string(text.substr(at + 9));
  };
  m365::Question out;
  const auto base = filling.fill(with_version(service.base), false);
  for (const auto& [name, value] : service.headers) out.headers.emplace_back(name, filling.fill(value, false));
  for (const auto& [name, value] : source.headers) {
    std::erase_if(out.headers, [&of = name](const auto& header) { return text::iequals(header.first, of); });
    out.headers.emplace_back(name, filling.fill(value, false));
  }
  out.method = source.method;
  if (!source.cmdlet.empty()) {
    out.method = "POST";
    out.path = "/InvokeCommand";
    out.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    out.headers.emplace_back("X-CmdletName", source.cmdlet);
    out.body =
        Json{{"CmdletInput", {{"CmdletName", source.cmdlet}, {"Parameters", filling.fill_in(source.parameters)}}}}
            .dump();
  } else if (!source.object.empty() && !is_csom(source)) {
    out.path = std::string(kTeamsConfigurations) + filling.fill(source.object, true);
  } else if (is_csom(source)) {
    out.method = "POST";
    out.path = "/_vti_bin/client.svc/ProcessQuery";
    out.headers.emplace_back("Content-Type", "text/xml");
    out.body = csom_request(source, next);
    next = {};
  } else {
    out.path = filling.fill(source.path, true);
    if (!source.body.is_null()) {
      out.headers.emplace_back("Content-Type", "application/json");
      out.body = filling.fill_in(source.body).dump();
    }
  }
  out.url = next.empty() ? base + out.path : std::string(next);
  if (next.empty()) {
    char separator = '?';
    for (const auto& [name, value] : source.query) {
      out.url += separator + name + "=" + http::percent_encoded(filling.fill(value, false), kKeptInOptions);
      separator = '&';
    }
  }
  out.units = m365::units_of(service, out.path, source.query);
  if (!filling.missing.empty())
    return Error{ErrorCode::NotFound, fmt::format("`{{{}}}` is not known", filling.missing), {}};
  return out;
}

Result<std::string> next_of(const catalog::Source& source, const m365::Service& service, std::string_view body) {
  const auto member = next_member(source, service);
  if (!member) return std::string();
  const auto json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return invalid("the answer is no JSON");
  const auto* object = &json;
  if (is_csom(source)) {
    if (!json.is_array() || json.size() < 7) return invalid("the answer is none of CSOM's");
    object = &json[6];
  }
  if (!object->is_object() || !object->contains(*member) || !(*object)[*member].is_string()) return std::string();
  return (*object)[*member].get<std::string>();
}

std::optional<m365::Refusal> inner_refusal(const catalog::Source& source, std::string_view body) {
  if (!is_csom(source)) return std::nullopt;
  const auto json = Json::parse(body, nullptr, false);
  if (!json.is_array() || json.empty() || !json[0].is_object() || !json[0].contains("ErrorInfo")) return std::nullopt;
  const auto& info = json[0]["ErrorInfo"];
  if (!info.is_object()) return std::nullopt;
  const auto type = info.value("ErrorTypeName", Json()).dump();
  const auto message = info.contains("ErrorMessage") && info["ErrorMessage"].is_string()
                           ? info["ErrorMessage"].get<std::string>()
                           : std::string("CSOM error");
  const bool denied = type.find("UnauthorizedAccess") != std::string::npos;
  return m365::Refusal{denied ? m365::Refused::Denied : m365::Refused::Failed, 200, message};
}

}  // namespace assay::collect
