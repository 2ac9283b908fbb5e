#pragma once

#include "sim/server/http_message.h"
#include "sim/server/store.h"

namespace assay::sim::server {

// POST /_vti_bin/client.svc/ProcessQuery: XML that names objects and what to do with them; the answer is one JSON
// array, and HTTP says 200 even when it failed. `allowed`: the caller may administer. `page_size` limits a page of
// sites; 0: as the service does.
Response answer_csom(const Store& store, const Request& request, bool allowed, std::size_t page_size);

}  // namespace assay::sim::server
