#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/byte_source.h"
#include "snapshot/evidence.h"

namespace assay::import {

struct GraphFile {
  std::string name;   // with its folder, `Groups/Admins.json`: it may tell what the file holds
  std::string shown;  // as messages name it
  // From the beginning, as often as it is called.
  std::function<Result<std::unique_ptr<snapshot::ByteSource>>()> open;
};

// What is odd but readable: one sentence each.
using Notice = std::function<void(const std::string&)>;

// Reads answers of Microsoft Graph, as people and scripts save them, into the tables of `evidence.db`, which must exist
// whole. A file is an answer (`{"value": […]}`), an object, a bare list of objects, an error or the answer to a
// `$batch`; all files together are one tenant at one time.
//
// What an object is for is told by `@odata.context`, by its shape where that can be no other, or by the names of file
// and folder (GraphTables). A table is
//
//   absent            no file holds it
//   denied, failed    a file holds an error in its place
//   failed            a page is missing; an answer lacks members that the table's own request asks for by name; two
//                     files give the same object and differ in more than its name; of a table that is asked for each
//                     row of another one, some rows' files are missing
//   collected         otherwise. That a folder of single objects holds all of them is the operator's word
//
// Tables that are worked out from others follow. Invalid when a file is no JSON or when none can be placed; a file that
// cannot be placed beside others is a notice.
Result<void> read_graph(const std::vector<GraphFile>& files, const catalog::Catalogue& catalogue,
                        snapshot::Evidence& evidence, const Notice& notice);

}  // namespace assay::import
