#include "sim/server/store.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/rows.h"

namespace assay::sim::server {
namespace {

std::string family(std::string_view service) { return std::string(service.substr(0, service.find('/'))); }

// Names that a row goes by.
bool goes_by(const Json& row, const std::string& key) {
  if (key == "*") return true;
  for (const auto* name :
       {"id", "Identity", "Name", "Guid", "DomainName", "Id", "ExchangeObjectId", "PrimarySmtpAddress"}) {
    const auto found = row.find(name);
    if (found != row.end() && found->is_string() && text::iequals(found->get<std::string>(), key)) return true;
  }
  return false;
}

using Changes = std::vector<Change>;

void apply_changes(Json& object, const Changes& changes) {
  for (const auto& change : changes) {
    if (change.kind == Change::Kind::Merge) merge_over(object, change.body);
    if (change.kind == Change::Kind::Replace) {
      const auto id = object.find("id");
      auto next = change.body;
      if (id != object.end()) next["id"] = *id;
      object = std::move(next);
    }
  }
}

// A list with the changes over it. Few elements of a long list are ever changed, so only those are looked up.
class Changed final : public Resource {
 public:
  Changed(std::shared_ptr<const Resource> base, std::vector<Json> created, std::map<std::string, Changes> by_key)
      : base_(std::move(base)), created_(std::move(created)), by_key_(std::move(by_key)) {
    for (const auto& [name, changes] : by_key_) {
      const auto& key = name;  // clang does not let lambdas have parts of a binding
      if (changes.empty() || changes.back().kind != Change::Kind::Remove) continue;
      created_.erase(
          std::remove_if(created_.begin(), created_.end(), [&](const Json& row) { return goes_by(row, key); }),
          created_.end());
      if (const auto index = find_in_base(key)) removed_.push_back(*index);
    }
    std::sort(removed_.begin(), removed_.end());
  }

  std::size_t size() const override { return created_.size() + (base_ ? base_->size() : 0) - removed_.size(); }

  Json at(std::size_t index) const override {
    Json out;
    if (index < created_.size()) {
      out = created_[index];
    } else {
      index -= created_.size();
      for (const auto gone : removed_)
        if (gone <= index) ++index;
      out = base_->at(index);
    }
    for (const auto& [key, changes] : by_key_)
      if (goes_by(out, key)) apply_changes(out, changes);
    return out;
  }

  std::optional<std::size_t> index_of(std::string_view id) const override {
    for (std::size_t i = 0; i < created_.size(); ++i)
      if (goes_by(created_[i], std::string(id))) return i;
    if (!base_) return std::nullopt;
    const auto index = base_->index_of(id);
    if (!index || std::binary_search(removed_.begin(), removed_.end(), *index)) return std::nullopt;
    const auto before = std::lower_bound(removed_.begin(), removed_.end(), *index) - removed_.begin();
    return created_.size() + *index - static_cast<std::size_t>(before);
  }

 private:
  std::optional<std::size_t> find_in_base(const std::string& key) const {
    if (!base_) return std::nullopt;
    if (const auto index = base_->index_of(key)) return index;
    for (std::size_t i = 0; i < base_->size(); ++i)
      if (goes_by(base_->at(i), key)) return i;
    return std::nullopt;
  }

  std::shared_ptr<const Resource> base_;
  std::vector<Json> created_;
  std::map<std::string, Changes> by_key_;
  std::vector<std::size_t> removed_;
};

}  // namespace

void merge_over(Json& target, const Json& patch) {
  if (target.is_array() && patch.is_object() && (patch.contains("Add") || patch.contains("Remove"))) {
    for (const auto& gone : patch.value("Remove", Json::array()))
      target.erase(std::remove(target.begin(), target.end(), gone), target.end());
    for (const auto& one : patch.value("Add", Json::array()))
      if (std::find(target.begin(), target.end(), one) == target.end()) target.push_back(one);
    return;
  }
  if (!target.is_object() || !patch.is_object()) {
    target = patch;
    return;
  }
  for (auto at = patch.begin(); at != patch.end(); ++at) {
    auto key = at.key();
    if (!target.contains(key))  // cmdlets and services do not mind the case of a name
      for (auto own = target.begin(); own != target.end(); ++own)
        if (text::iequals(own.key(), key)) key = own.key();
    merge_over(target[key], at.value());
  }
}

void Store::add(std::string_view service, std::string_view path, Change::Kind kind, Json body,
                std::chrono::milliseconds extra) {
  const std::lock_guard lock(mutex_);
  changes_[{family(service), text::lower(path)}].push_back({kind, now_() + delay_ + extra, std::move(body)});
}

void Store::merge(std::string_view service, std::string_view path, Json body) {
  add(service, path, Change::Kind::Merge, std::move(body), {});
}

void Store::replace(std::string_view service, std::string_view path, Json body) {
  add(service, path, Change::Kind::Replace, std::move(body), {});
}

void Store::remove(std::string_view service, std::string_view path) {
  add(service, path, Change::Kind::Remove, {}, {});
}

void Store::create(std::string_view service, std::string_view list, std::string_view key, Json object,
                   std::chrono::milliseconds extra) {
  add(service, std::string(list) + '/' + std::string(key), Change::Kind::Create, std::move(object), extra);
}

std::shared_ptr<const Resource> Store::find(std::string_view service, std::string_view path,
                                            const Json& parameters) const {
  auto base = tenant_.find(service, path, parameters);
  const auto lower = text::lower(path);
  Changes own;                            // of the path itself
  std::map<std::string, Changes> below;   // of path/{key}
  std::map<std::string, Changes> deeper;  // of path/{member}/{key}: lists that stand inside the object
  {
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    const auto seen = [&](const Changes& all) {
      Changes out;
      for (const auto& one : all)
        if (one.visible <= now) out.push_back(one);
      return out;
    };
    const auto prefix = lower + '/';
    for (auto at = changes_.lower_bound({family(service), lower});
         at != changes_.end() && at->first.first == family(service) && at->first.second.starts_with(lower); ++at) {
      auto changes = seen(at->second);
      if (changes.empty()) continue;
      if (at->first.second == lower)
        own = std::move(changes);
      else if (at->first.second.starts_with(prefix)) {
        const auto rest = at->first.second.substr(prefix.size());
        (rest.find('/') == std::string::npos ? below : deeper)[rest] = std::move(changes);
      }
    }
  }
  const auto slash = path.rfind('/');
  if (!base && slash != std::string_view::npos && service.starts_with("graph/")) {
    // An element of a list that the tenant only knows as a list, or that a client has made.
    const auto list = find(service, path.substr(0, slash), parameters);
    if (!list || list->singleton()) return nullptr;
    const auto index = list->index_of(path.substr(slash + 1));
    if (!index) return nullptr;
    return std::make_shared<Single>(list->at(*index));
  }
  if (own.empty() && below.empty() && deeper.empty()) return base;
  if (base && base->singleton()) {
    if (!own.empty() && own.back().kind == Change::Kind::Remove) return nullptr;
    auto object = base->at(0);
    apply_changes(object, own);
    for (const auto& [key, changes] : below)
      if (goes_by(object, key)) apply_changes(object, changes);
    for (const auto& [rest, changes] : deeper) {
      const auto member = rest.substr(0, rest.find('/'));
      const auto key = rest.substr(member.size() + 1);
      for (auto at = object.begin(); at != object.end(); ++at) {
        if (!text::iequals(at.key(), member) || !at.value().is_array()) continue;
        for (auto& element : at.value())
          if (element.is_object() && goes_by(element, key)) apply_changes(element, changes);
      }
    }
    return std::make_shared<Single>(std::move(object));
  }
  if (!base && below.empty()) return nullptr;
  // What one version of Graph has as an object, another may have as a list of one.
  if (!own.empty()) below[lower.substr(lower.rfind('/') + 1)] = std::move(own);
  std::vector<Json> created;
  for (const auto& [key, changes] : below)
    for (const auto& change : changes)
      if (change.kind == Change::Kind::Create) created.push_back(change.body);
  return std::make_shared<Changed>(std::move(base), std::move(created), std::move(below));
}

}  // namespace assay::sim::server
