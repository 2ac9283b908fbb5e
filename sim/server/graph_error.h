#pragma once

#include <string>
#include <string_view>

#include "sim/server/http_message.h"

namespace assay::sim::server {

// Graph's error document; the ids and the date of it are the response's.
Response graph_error(int status, std::string_view code, const std::string& message);

// What Intune puts into `message`: JSON in a text.
Response intune_error(int status, std::string_view code, const std::string& message);

// The refusals of different services behind Graph, each in its own words; `path` in lower case, without the version.
Response graph_permission_refusal(const std::string& path);
Response graph_licence_refusal(const std::string& path);

}  // namespace assay::sim::server
