#pragma once

#include <string>
#include <vector>

#include "catalog/model.h"

namespace assay::catalog {

// A mistake of a rule author: where it stands and what is wrong, in one line.
struct Problem {
  Place place;
  std::string message;
};

std::string describe(const Problem& problem);  // file:line: message

}  // namespace assay::catalog
