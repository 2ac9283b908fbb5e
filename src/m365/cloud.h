#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"

// Microsoft's clouds. A tenant lives in one; its tokens and hosts are of no use in another.
namespace assay::m365 {

// As snapshots name them: commercial gcc gcchigh dod china.
struct Cloud {
  std::string name = "commercial";
  std::string authority = "https://login.microsoftonline.com";
  std::string sharepoint = "sharepoint.com";  // sites are below it
};

struct Tenant {
  std::string id;
  Cloud cloud;
};

// The cloud of that name. Nothing: there is none.
std::optional<Cloud> cloud(std::string_view name);

// Asks the sign-in service about a tenant, by its id or one of its domains; no token is needed. `authority` empty: the
// worldwide one is asked, then those of the other clouds. Trouble that may pass is waited out three times. NotFound: no
// cloud knows it.
http::Task<Result<Tenant>> find_tenant(http::Loop& loop, http::Client& client, std::string name, std::string authority);

// The tenant that an OpenID configuration describes.
Result<Tenant> tenant_of(std::string_view openid_configuration);

}  // namespace assay::m365
