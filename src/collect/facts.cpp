#include "collect/facts.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace assay::collect {
namespace {

// The names in braces.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> out;
  m365::filled(text, [&](std::string_view name) -> std::optional<std::string> {
    out.emplace_back(name);
    return std::nullopt;
  });
  return out;
}

Error cannot(std::string_view what, const Error& why) {
  return {why.code, fmt::format("{}: {}", what, why.message), why.hint};
}

}  // namespace

struct Facts::Fact {
  std::optional<Result<std::string>> found;
  http::Event known;
  explicit Fact(http::Loop& loop) : known(loop) {}
};

Facts::Facts(http::Loop& loop, http::Client& client, m365::SignIn& sign_in, SenderFor sender_for,
             std::string cloud_apps)
    : loop_(loop),
      client_(client),
      sign_in_(sign_in),
      sender_for_(std::move(sender_for)),
      cloud_apps_(std::move(cloud_apps)) {}
Facts::~Facts() = default;

std::optional<std::string> Facts::value(std::string_view name) const {
  if (name == "tenant") return sign_in_.identity().tenant.id;
  const auto at = facts_.find(name);
  if (at == facts_.end() || !at->second->found || !*at->second->found) return std::nullopt;
  return **at->second->found;
}

http::Task<Result<void>> Facts::learn(std::string text) {
  for (const auto& name : names_in(text)) {
    if (name == "tenant" || name == "version") continue;
    auto& slot = facts_[name];
    if (slot) {
      Fact& fact = *slot;
      if (!fact.found) co_await fact.known.wait();
      if (!*fact.found) co_return fact.found->error();
      continue;
    }
    slot = std::make_unique<Fact>(loop_);
    Fact& fact = *slot;
    auto found = co_await find(name);
    fact.found = std::move(found);
    fact.known.set();
    if (!*fact.found) co_return fact.found->error();
  }
  co_return Result<void>();
}

http::Task<Result<std::string>> Facts::find(std::string name) {
  if (name == "initial_domain") return find_initial_domain();
  if (name == "sharepoint_admin") return find_sharepoint_admin();
  if (name == "compliance_host") return find_compliance_host();
  return [](std::string of, std::string cloud_apps) -> http::Task<Result<std::string>> {
    if (of != "cloud_apps") co_return Error{ErrorCode::Invalid, fmt::format("`{{{}}}` is not known", of), {}};
    if (cloud_apps.empty())
      co_return Error{ErrorCode::NotFound, "the address of Defender for Cloud Apps is not known",
                      "give it as cloud_apps, as the portal shows it under Settings, About"};
    co_return cloud_apps;
  }(std::move(name), cloud_apps_);
}

http::Task<Result<std::string>> Facts::find_initial_domain() {
  auto* graph = sender_for_("graph");
  if (graph == nullptr) co_return Error{ErrorCode::NotFound, "the initial domain is not known", {}};
  m365::Question question;
  question.path = "/domains";
  question.url =
      m365::filled(graph->service().base, [](auto) { return std::string("v1.0"); }) + "/domains?$select=id,isInitial";
  question.headers = graph->service().headers;
  auto answer = co_await graph->ask(std::move(question));
  if (!answer) co_return cannot("the initial domain is not known", answer.error());
  if (answer->refusal)
    co_return Error{ErrorCode::Denied, "the initial domain is not known: " + answer->refusal->message, {}};
  const auto json = Json::parse(answer->response.body, nullptr, false);
  if (json.is_object() && json.contains("value") && json["value"].is_array())
    for (const auto& domain : json["value"])
      if (domain.is_object() && domain.value("isInitial", Json()) == Json(true) && domain.contains("id"))
        co_return domain["id"].get<std::string>();
  co_return Error{ErrorCode::Invalid, "no domain of the tenant is its initial one", {}};
}

http::Task<Result<std::string>> Facts::find_sharepoint_admin() {
  auto* graph = sender_for_("graph");
  if (graph == nullptr) co_return Error{ErrorCode::NotFound, "SharePoint's host is not known", {}};
  m365::Question question;
  question.path = "/sites/root";
  question.url = m365::filled(graph->service().base, [](auto) { return std::string("v1.0"); }) +
                 "/sites/root?$select=siteCollection,webUrl";
  question.headers = graph->service().headers;
  auto answer = co_await graph->ask(std::move(question));
  std::string web;
  if (answer && !answer->refusal) {
    const auto json = Json::parse(answer->response.body, nullptr, false);
    if (json.is_object() && json.contains("webUrl") && json["webUrl"].is_string())
      web = http::host(json["webUrl"].get<std::string>());
  }
  if (web.empty()) {
    // Usually, though not after a renaming, the tenant's first name.
    auto domain = co_await find_initial_domain();
    if (!domain) co_return cannot("SharePoint's host is not known", domain.error());
    web = domain->substr(0, domain->find('.')) + '.' + sign_in_.identity().tenant.cloud.sharepoint;
  }
  const auto dot = web.find('.');
  co_return web.substr(0, dot) + "-admin" + web.substr(dot);
}

// The front door answers with a redirect whose first label is the tenant's region.
http::Task<Result<std::string>> Facts::find_compliance_host() {
  auto* compliance = sender_for_("compliance");
  if (compliance == nullptr) co_return Error{ErrorCode::NotFound, "Purview's host is not known", {}};
  const auto resource = compliance->service().resource;
  const auto front = http::host(resource);
  const std::string needed = "{initial_domain}";
  auto domain = co_await learn(needed);
  CO_CHECK(domain);
  bool renewed = false;
  for (int tries = 0; tries < 6; ++tries) {
    auto token = co_await sign_in_.token(resource);
    if (!token) co_return std::move(token).error();
    http::Request request;
    request.url = fmt::format("https://{}/AdminApi/v1.0/{}/EXOModuleFile", front, sign_in_.identity().tenant.id);
    request.headers = {{"Authorization", "Bearer " + *token},
                       {"X-AnchorMailbox", "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@" +
                                               value("initial_domain").value_or("")}};
    auto answer = co_await client_.send(std::move(request));
    if (answer && answer->status >= 300 && answer->status < 400) {
      const auto target = http::host(answer->header("Location").value_or(""));
      const auto label = target.substr(0, target.find('.'));
      if (!label.empty()) co_return fmt::format("{}.{}", label, front);
    }
    if (answer && answer->status == 401 && !renewed) {
      renewed = true;
      sign_in_.refused(resource, *token);
    } else if (answer && answer->status < 500 && answer->status != 408 && answer->status != 429) {
      co_return front;  // it is the front door itself
    }
    co_await loop_.sleep(std::chrono::milliseconds(500 << tries));
  }
  co_return Error{ErrorCode::Network, "Purview's front door does not answer", {}};
}

}  // namespace assay::collect
