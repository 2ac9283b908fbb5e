#pragma once

#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/byte_source.h"
#include "snapshot/evidence.h"

namespace assay::import {

// Reads a ScubaGear provider export ("ProviderSettingsExport") of any age into the tables of `evidence.db`, which must
// exist. Where each table's rows are found is declared by the tables themselves (`scubagear:`).
//
//   a member that is absent, null or {}          the table is `absent`
//   a member whose command is in a list          the table is `failed`
//   `…_unsuccessful_commands`
//   []                                           collected, and empty
//
// The run's own configuration (`scuba_config`) becomes declared exceptions and omissions. The export's statements on
// licences (`defender_license`, …) become `plans`. With `certain`, a file with no known member at all is taken for an
// export that holds nothing; otherwise it is Invalid: it is something else.
Result<void> read_scubagear(snapshot::ByteSource& bytes, const catalog::Catalogue& catalogue, const sql::Reads* only,
                            bool certain, snapshot::Evidence& evidence);

}  // namespace assay::import
