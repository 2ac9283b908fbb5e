#include "sim/tenant/registry.h"

#include <utility>

#include "base/text.h"

namespace assay::sim {
namespace {

// A list as one version shows it.
class Presented final : public Resource {
 public:
  Presented(ResourcePtr raw, bool beta) : raw_(std::move(raw)), beta_(beta) {}
  std::size_t size() const override { return raw_->size(); }
  Json at(std::size_t index) const override {
    Json object = raw_->at(index);
    present(object, beta_);
    return object;
  }
  std::optional<std::size_t> index_of(std::string_view id) const override { return raw_->index_of(id); }
  bool singleton() const override { return raw_->singleton(); }

 private:
  ResourcePtr raw_;
  bool beta_;
};

// `a/b(x='y/z')/c` by its slashes, those in brackets left alone.
std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  std::string current;
  int depth = 0;
  for (const char c : path) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == '/' && depth == 0) {
      if (!current.empty()) out.push_back(std::exchange(current, {}));
    } else {
      current += c;
    }
  }
  if (!current.empty()) out.push_back(std::move(current));
  return out;
}

bool wants(bool beta, std::string_view key, std::string_view& name) {
  name = key;
  if (key.starts_with("beta:")) {
    name.remove_prefix(5);
    return beta;
  }
  if (key.starts_with("v1:")) {
    name.remove_prefix(3);
    return !beta;
  }
  return true;
}

// A member of a raw object by its name on the wire, navigation properties included.
const Json* member(const Json& raw, std::string_view name, bool beta) {
  if (!raw.is_object()) return nullptr;
  for (const auto& [key, value] : raw.items()) {
    std::string_view shown;
    if (!wants(beta, key, shown)) continue;
    if (shown.starts_with(">")) shown.remove_prefix(1);
    if (text::iequals(shown, name)) return &value;
  }
  return nullptr;
}

ResourcePtr resource(const Json& raw) {
  if (raw.is_array()) return rows(raw.get<std::vector<Json>>());
  return raw.is_null() ? nullptr : single(raw);
}

// `name(key='value')` taken apart; `('value')` asks for the id.
struct Keyed {
  std::string name;
  std::string key;
  std::string value;
};
std::optional<Keyed> keyed(const std::string& segment) {
  const auto open = segment.find('(');
  if (open == std::string::npos || segment.back() != ')') return std::nullopt;
  const auto inside = segment.substr(open + 1, segment.size() - open - 2);
  const auto quote = inside.find('\'');
  if (quote == std::string::npos || inside.back() != '\'') return std::nullopt;
  const auto equals = inside.find('=');
  const bool has_key = equals != std::string::npos && equals < quote;
  return Keyed{.name = segment.substr(0, open),
               .key = has_key ? inside.substr(0, equals) : "id",
               .value = inside.substr(quote + 1, inside.size() - quote - 2)};
}

std::optional<std::size_t> find_by(const Resource& list, const std::string& key, const std::string& value) {
  if (text::iequals(key, "id")) return list.index_of(value);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Json object = list.at(i);
    const auto at = object.find(key);
    if (at != object.end() && at->is_string() && text::iequals(at->get_ref<const std::string&>(), value)) return i;
  }
  return std::nullopt;
}

}  // namespace

// In place: nearly all properties stay as they are, and copying them would cost as much as making them.
void present(Json& raw, bool beta) {
  if (!raw.is_structured()) return;
  if (raw.is_array()) {
    for (auto& element : raw) present(element, beta);
    return;
  }
  std::vector<std::pair<std::string, Json>> renamed;
  for (auto member = raw.begin(); member != raw.end();) {
    std::string_view name;
    const bool shown = wants(beta, member.key(), name) && !name.starts_with(">");
    if (shown && name.size() == member.key().size()) {
      present(*member, beta);
      ++member;
      continue;
    }
    if (shown) renamed.emplace_back(name, std::move(*member));
    member = raw.erase(member);
  }
  for (auto& [name, value] : renamed) {
    present(value, beta);
    raw[name] = std::move(value);
  }
}

void Registry::add(std::string_view service, std::string_view path, Entry entry) {
  services_[std::string(service)].insert_or_assign(text::lower(path), std::move(entry));
}

void Registry::add_rows(std::string_view service, std::string_view path, std::vector<Json> raw, std::string plan,
                        bool only_beta) {
  add(service, path,
      {.list = [all = rows(std::move(raw))](const Request&) { return all; },
       .plan = std::move(plan),
       .only_beta = only_beta});
}

void Registry::add_single(std::string_view service, std::string_view path, Json raw, std::string plan, bool only_beta) {
  add(service, path,
      {.list = [one = single(std::move(raw))](const Request&) { return one; },
       .plan = std::move(plan),
       .only_beta = only_beta});
}

void Registry::add_navigation(std::string_view service, std::string_view path, std::string_view name,
                              std::function<ResourcePtr(std::size_t index)> answer) {
  auto& entry = services_.find(service)->second.find(text::lower(path))->second;
  entry.navigate = [before = entry.navigate, name = std::string(name), answer = std::move(answer)](
                       const Request& request, std::size_t index, std::string_view wanted) -> ResourcePtr {
    if (text::iequals(wanted, name)) return answer(index);
    return before ? before(request, index, wanted) : nullptr;
  };
}

Registry::Place Registry::place(std::string_view service, std::string_view path) const {
  const bool graph = service.starts_with("graph");
  const bool beta = service == "graph/beta";
  const auto known = services_.find(graph ? std::string_view("graph") : service);
  if (known == services_.end()) return {};
  auto parts = segments(path);
  // A key in brackets is a segment of its own: `users('x')` is `users/x`.
  std::vector<std::string> rest;
  while (true) {
    const auto joined = text::lower(text::join(parts, "/"));
    if (const auto at = known->second.find(joined);
        at != known->second.end() && (!at->second.only_beta || !graph || beta))
      return {&at->second, {rest.rbegin(), rest.rend()}};
    if (parts.empty()) return {};
    if (const auto key = keyed(parts.back())) {
      auto selector = key->key;
      rest.push_back(selector.append("=").append(key->value));
      parts.back() = key->name;
    } else {
      rest.push_back(parts.back());
      parts.pop_back();
    }
  }
}

const Entry* Registry::entry(std::string_view service, std::string_view path) const {
  return place(service, path).entry;
}

std::vector<std::string> Registry::paths(std::string_view service) const {
  std::vector<std::string> out;
  const auto known = services_.find(service.starts_with("graph") ? std::string_view("graph") : service);
  if (known == services_.end()) return out;
  for (const auto& [path, entry] : known->second)
    if (!entry.only_beta || service == "graph/beta") out.push_back(path);
  return out;
}

ResourcePtr Registry::list_of(const Entry& entry, const Request& request) const {
  if (!request.parameters.empty()) return entry.list(request);
  const std::lock_guard lock(lists_lock_);
  auto& known = lists_[{&entry, request.beta}];
  if (!known) known = entry.list(request);
  return known;
}

ResourcePtr Registry::find(std::string_view service, std::string_view path, const Json& parameters) const {
  const auto [entry, rest] = place(service, path);
  if (entry == nullptr) return nullptr;
  const Request request{.beta = service == "graph/beta", .parameters = parameters};
  ResourcePtr current = list_of(*entry, request);
  bool own = true;          // `current` is the entry's own list
  bool in_element = false;  // `current` is element `index` of it
  std::size_t index = 0;
  for (const auto& segment : rest) {
    if (!current) return nullptr;
    if (!current->singleton()) {
      const auto equals = segment.find('=');
      const auto found = equals == std::string::npos
                             ? current->index_of(segment)
                             : find_by(*current, segment.substr(0, equals), segment.substr(equals + 1));
      if (!found) return nullptr;
      index = *found;
      current = single(current->at(index));
      in_element = own;
      own = false;
      continue;
    }
    const Json object = current->at(0);
    const bool ours = in_element || own;
    ResourcePtr next = ours && entry->navigate ? entry->navigate(request, index, segment) : nullptr;
    if (!next) {
      const auto* inner = member(object, segment, request.beta);
      next = inner == nullptr ? nullptr : resource(*inner);
    }
    current = std::move(next);
    own = in_element = false;
  }
  return current ? std::make_shared<Presented>(current, request.beta) : nullptr;
}

}  // namespace assay::sim
