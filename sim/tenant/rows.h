#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sim/tenant/tenant.h"

// The three ways in which a Resource comes about.
namespace assay::sim {

using ResourcePtr = std::shared_ptr<const Resource>;

// Objects that stand ready: the few dozen rows of a list of policies.
class Rows final : public Resource {
 public:
  explicit Rows(std::vector<Json> rows) : rows_(std::move(rows)) {}
  std::size_t size() const override { return rows_.size(); }
  Json at(std::size_t index) const override { return rows_.at(index); }

 private:
  std::vector<Json> rows_;
};

// Objects made from their number: users, devices, mailboxes.
class Made final : public Resource {
 public:
  using Make = std::function<Json(std::size_t)>;
  using Find = std::function<std::optional<std::size_t>(std::string_view)>;
  Made(std::size_t size, Make make, Find find) : size_(size), make_(std::move(make)), find_(std::move(find)) {}
  std::size_t size() const override { return size_; }
  Json at(std::size_t index) const override { return make_(index); }
  std::optional<std::size_t> index_of(std::string_view id) const override {
    const auto found = find_ ? find_(id) : Resource::index_of(id);
    return found && *found < size_ ? found : std::nullopt;
  }

 private:
  std::size_t size_;
  Make make_;
  Find find_;
};

// The one object of its kind, or one element of a list.
class Single final : public Resource {
 public:
  explicit Single(Json object) : object_(std::move(object)) {}
  std::size_t size() const override { return 1; }
  Json at(std::size_t) const override { return object_; }
  bool singleton() const override { return true; }

 private:
  Json object_;
};

inline ResourcePtr rows(std::vector<Json> objects) { return std::make_shared<Rows>(std::move(objects)); }
inline ResourcePtr single(Json object) { return std::make_shared<Single>(std::move(object)); }
inline ResourcePtr made(std::size_t size, Made::Make make, Made::Find find = nullptr) {
  return std::make_shared<Made>(size, std::move(make), std::move(find));
}

}  // namespace assay::sim
