#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace assay::sim::server {

// Finds what was said of a path such as `/groups/{}/members`, where `{}` is any one segment. A segment by its name goes
// before one by `{}`. Names are compared without case.
template <class T>
class PathTable {
 public:
  void add(std::string_view path, std::string_view version, T value) {
    Node* node = &root_;
    for (const auto part : text::split(path, '/')) {
      if (part.empty()) continue;
      auto& next = node->children[text::lower(part)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    node->values.insert_or_assign(std::string(version), std::move(value));
  }

  // `version` `*` in the table stands for every one. nullptr: nothing is said of this path.
  const T* find(const std::vector<std::string>& segments, std::string_view version) const {
    return find_below(root_, segments, 0, version);
  }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>> children;
    std::map<std::string, T> values;
  };

  static const T* find_below(const Node& node, const std::vector<std::string>& segments, std::size_t at,
                             std::string_view version) {
    if (at == segments.size()) {
      auto found = node.values.find(std::string(version));
      if (found == node.values.end()) found = node.values.find("*");
      return found == node.values.end() ? nullptr : &found->second;
    }
    for (const auto& name : {text::lower(segments[at]), std::string("{}")}) {
      const auto next = node.children.find(name);
      if (next == node.children.end()) continue;
      if (const auto* out = find_below(*next->second, segments, at + 1, version)) return out;
    }
    return nullptr;
  }

  Node root_;
};

}  // namespace assay::sim::server
