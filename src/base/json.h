#pragma once

#include <nlohmann/json.hpp>

namespace assay {

// For JSON that is small or written by us; keys keep their order. Bulk input goes through simdjson in `snapshot`.
using Json = nlohmann::ordered_json;

}  // namespace assay
