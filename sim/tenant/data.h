#pragma once

#include <string_view>

#include "sim/tenant/tenant.h"

namespace assay::sim {

// A file of sim/tenant/data/, which is part of the program: `data("licences")` is licences.json. Its form is a bug of
// ours to get wrong, so there is no error.
Json data(std::string_view name);

}  // namespace assay::sim
