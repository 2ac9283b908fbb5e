#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "sim/server/graph.h"
#include "sim/server/graph_error.h"
#include "sim/server/graph_limits.h"
#include "sim/server/graph_objects.h"
#include "sim/server/page_token.h"

// Lists of Graph, page by page.
namespace assay::sim::server {
namespace {

constexpr std::size_t kKnownMatches = 16;

// `"displayName:abc" AND "mail:x"`: each term must be in its property.
bool found_by_search(const std::string& search, const Json& object) {
  const auto parts = text::split(search, '"');
  bool any = false;
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    const auto colon = parts[i].find(':');
    if (colon == std::string_view::npos) continue;
    any = true;
    const auto& value = value_at(object, parts[i].substr(0, colon));
    if (!value.is_string()) return false;
    if (text::lower(value.get<std::string>()).find(text::lower(parts[i].substr(colon + 1))) == std::string::npos)
      return false;
  }
  return any;
}

// What `Prefer: odata.maxpagesize=N` asks for; 0: nothing.
std::size_t preferred_page(std::string_view prefer) {
  constexpr std::string_view kName = "odata.maxpagesize=";
  const auto at = prefer.find(kName);
  if (at == std::string_view::npos) return 0;
  std::size_t out = 0;
  for (auto i = at + kName.size(); i < prefer.size() && prefer[i] >= '0' && prefer[i] <= '9' && out < 100'000; ++i)
    out = out * 10 + static_cast<std::size_t>(prefer[i] - '0');
  return out;
}

}  // namespace

bool Graph::passes(const Call& call, const Json& object) const {
  if (call.path.cast && object.value("@odata.type", std::string()) != *call.path.cast) return false;
  if (call.options.filter && !call.options.filter->matches(object)) return false;
  return call.options.search.empty() || found_by_search(call.options.search, object);
}

Graph::Matches Graph::matches(const Call& call, const Resource& resource) {
  const auto key = call.path.version + '/' + call.path.text() + '?' + call.options.filter_text + '&' +
                   call.options.search + '&' + call.path.cast.value_or("") + '&' +
                   std::accumulate(call.options.order.begin(), call.options.order.end(), std::string(),
                                   [](std::string all, const OrderBy& one) {
                                     return std::move(all) + one.property + (one.descending ? '-' : '+');
                                   });
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_matches_.find(key); known != known_matches_.end() && !changed_) return known->second;
  }
  auto out = std::make_shared<std::vector<std::uint32_t>>();
  std::vector<std::vector<Json>> keys;
  for (std::size_t i = 0; i < resource.size(); ++i) {
    const auto object = resource.at(i);
    if (!passes(call, object)) continue;
    out->push_back(static_cast<std::uint32_t>(i));
    if (call.options.order.empty()) continue;
    auto& own = keys.emplace_back();
    for (const auto& order : call.options.order) own.push_back(value_at(object, order.property));
  }
  if (!call.options.order.empty()) {
    std::vector<std::uint32_t> ranks(out->size());
    std::iota(ranks.begin(), ranks.end(), 0U);
    std::stable_sort(ranks.begin(), ranks.end(), [&](std::uint32_t a, std::uint32_t b) {
      for (std::size_t i = 0; i < call.options.order.size(); ++i) {
        const int order = compare_values(keys[a][i], keys[b][i]);
        if (order != 0) return (order < 0) != call.options.order[i].descending;
      }
      return false;
    });
    auto sorted = *out;
    for (std::size_t i = 0; i < ranks.size(); ++i) sorted[i] = (*out)[ranks[i]];
    *out = std::move(sorted);
  }
  const std::lock_guard lock(mutex_);
  if (known_matches_.size() >= kKnownMatches) known_matches_.clear();
  known_matches_[key] = out;
  return out;
}

Response Graph::count(const Call& call, const Resource& resource) {
  if (is_directory_path(call.lower) && !call.eventual)
    return graph_error(400, "Request_BadRequest", "$count is not currently supported.");
  if (!call.lower.empty() && call.lower.back() == "manageddevices")
    return graph_error(400, "BadRequest", "$count is not supported on this list.");
  const auto accept = call.request.header("accept");
  if (accept.find("application/json") != std::string_view::npos && accept.find("*/*") == std::string_view::npos)
    return graph_error(415, "UnsupportedMediaType", "A count is plain text.");
  const bool all = !call.options.filter && call.options.search.empty() && !call.path.cast;
  const auto n = all ? resource.size() : matches(call, resource)->size();
  return text_response(200, "\xEF\xBB\xBF" + std::to_string(n), "text/plain");
}

Response Graph::list(const Call& call, const Resource& resource, const Shape* shape) {
  const auto& options = call.options;
  const auto& settings = services_.options;
  const auto published = graph_page_size(call.lower);
  const bool directory = is_directory_path(call.lower);
  if (options.top && *options.top > published.most && published.beyond == TooMuch::Refuse)
    return graph_error(400, directory ? "Request_UnsupportedQuery" : "BadRequest",
                       "Invalid page size specified: '" + std::to_string(*options.top) + "'. Must be between 1 and " +
                           std::to_string(published.most) + " inclusive.");
  auto size = options.top.value_or(published.usual);
  if (const auto wish = preferred_page(call.request.header("prefer")); wish > 0 && !options.top) size = wish;
  size = std::min(std::max<std::size_t>(size, 1), published.most);
  for (const auto& name : options.select)
    if (text::iequals(name.substr(0, name.find('/')), "signInActivity")) size = std::min<std::size_t>(size, 500);
  if (settings.page_size > 0) size = std::min(size, settings.page_size);

  const auto about = call.path.version + '/' + text::lower(call.path.text()) + '?' + options.text;
  std::size_t at = options.skip;
  std::size_t page = 0;
  if (!options.page_token.empty()) {
    const auto token =
        read_page_token(services_.page_key, options.page_token, about, settings.now(), settings.page_token_lifetime);
    if (!token) return graph_error(400, "Request_BadRequest", "Skip token is not valid.");
    if (token->expired)
      return graph_error(400, "Directory_ExpiredPageToken",
                         "The specified page token value has expired and can no longer be included in your request.");
    at = token->content.value("i", std::size_t{0});
    page = token->content.value("n", std::size_t{0});
  }

  // The order and the number of all matches are only known when every element was looked at.
  const bool filtered = options.filter || !options.search.empty() || call.path.cast;
  const bool counts = options.count && (call.eventual || !directory);
  Matches chosen;
  if (!options.order.empty() || (filtered && counts)) chosen = matches(call, resource);

  const GraphObjects objects(services_.store, call.path.version, call.path.text(), call.lower, options, shape);
  Json out = {{"@odata.context", call.request.base + '/' + call.path.version + "/$metadata#" + call.path.text() +
                                     (options.select.empty() ? "" : "(" + text::join(options.select, ",") + ")")}};
  if (counts && options.page_token.empty()) out["@odata.count"] = chosen ? chosen->size() : resource.size();
  Json& value = out["value"] = Json::array();
  const auto place_of = [&](const Json& object) {
    const auto id = object.find("id");
    return call.path.text() + '/' + (id != object.end() && id->is_string() ? id->get<std::string>() : std::string());
  };
  const auto total = chosen ? chosen->size() : resource.size();
  const bool empty = settings.empty_page_every > 0 && page % settings.empty_page_every == settings.empty_page_every - 1;
  if (!empty) {
    std::size_t looked = 0;
    for (; at < total && value.size() < size && looked < settings.scan_limit; ++at, ++looked) {
      auto object = resource.at(chosen ? (*chosen)[at] : at);
      if (!chosen && filtered && !passes(call, object)) continue;
      const auto place = place_of(object);
      value.push_back(objects.shaped(object, place));
    }
  }
  if (at < total) {
    const auto token = make_page_token(services_.page_key, {{"i", at}, {"n", page + 1}}, about, settings.now());
    out["@odata.nextLink"] =
        call.request.base + call.request.path + '?' + with_page_token(call.request, "$skiptoken", token);
  }
  return json_response(200, out);
}

}  // namespace assay::sim::server
