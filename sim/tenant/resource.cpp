#include "base/text.h"
#include "sim/tenant/tenant.h"

namespace assay::sim {

std::optional<std::size_t> Resource::index_of(std::string_view id) const {
  std::call_once(numbered_, [&] {
    for (std::size_t i = 0; i < size(); ++i) {
      const Json object = at(i);
      for (const char* key : {"id", "Identity", "Guid", "name"}) {
        const auto found = object.find(key);
        if (found != object.end() && found->is_string())
          numbers_.emplace(text::lower(found->get_ref<const std::string&>()), i);
      }
    }
  });
  const auto found = numbers_.find(text::lower(id));
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace assay::sim
