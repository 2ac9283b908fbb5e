#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/server/options.h"
#include "sim/tenant/tenant.h"

namespace assay::sim::server {

// What a server puts into `$skiptoken`: text that says nothing to the client, cannot be made up, and grows old.
// `about` is what it is good for (the list and its options): a token of another list is refused.
std::string make_page_token(const std::string& key, const Json& content, std::string_view about, WallTime now);

struct PageToken {
  Json content;
  bool expired = false;
};

// Nothing: not a token of ours, or not of this list.
std::optional<PageToken> read_page_token(const std::string& key, std::string_view token, std::string_view about,
                                         WallTime now, std::chrono::seconds lifetime);

}  // namespace assay::sim::server
