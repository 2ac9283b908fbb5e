#pragma once

#include <vector>

#include "catalog/model.h"
#include "catalog/problem.h"

namespace assay::catalog {

// Prepares every view and check against empty tables, under the guard, and writes down what each reads (`View::reads`,
// `Control::sql_reads`). Adds a problem for SQL that does not prepare, that can do anything but read, or that reads a
// table the control does not name.
void resolve_sql(Catalogue& catalogue, std::vector<Problem>& problems);

// What can be said of a control without running it: the kinds of case it must have, `ELSE 'pass'`, requirements that
// exist, topics that exist and are used, tables that exist, cases whose rows fit the tables.
void check_rules(const Catalogue& catalogue, std::vector<Problem>& problems);

// Sources that cannot be carried out: unknown keys and services, `each` over what does not exist.
void check_sources(const Catalogue& catalogue, std::vector<Problem>& problems);

}  // namespace assay::catalog
