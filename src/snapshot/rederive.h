#pragma once

#include "catalog/model.h"
#include "snapshot/evidence.h"

namespace assay::snapshot {

// Makes the tables of a collected snapshot again, from its answers, as this catalogue declares them: into `evidence`,
// whose tables exist and are empty. What became of each table is taken over; a table that the catalogue has gained is
// absent.
Result<void> rederive(const Evidence& stored, const catalog::Catalogue& catalogue, const sql::Reads* only,
                      Evidence& evidence);

}  // namespace assay::snapshot
