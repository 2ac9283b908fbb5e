#include "base/text.h"
#include "sim/tenant/tenant.h"

namespace assay::sim {

std::optional<std::size_t> Resource::index_of(std::string_view id) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const Json object = at(i);
    for (const char* key : {"id", "Identity", "Guid", "name"}) {
      const auto found = object.find(key);
      if (found != object.end() && found->is_string() && text::iequals(found->get_ref<const std::string&>(), id))
        return i;
    }
  }
  return std::nullopt;
}

}  // namespace assay::sim
