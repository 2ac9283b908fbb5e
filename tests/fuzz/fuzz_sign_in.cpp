// What a token endpoint, a tenant's OpenID configuration and a token may say. The first character chooses the status.
#include <array>

#include "fuzz.h"
#include "http/fake.h"
#include "m365/sign_in.h"

using namespace assay;

namespace {

// A function and no lambda: GCC 12 gives a coroutine lambda in an extern "C" function one name twice.
http::Task<void> take_token(m365::SignIn& from, std::optional<Result<std::string>>& into) {
  std::string resource = "https://graph.microsoft.com";
  into = co_await from.token(resource);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array statuses{200, 200, 400, 401, 403, 429, 500, 503};
  const auto status = statuses[data[0] % statuses.size()];
  const auto body = fuzz::text_of(data + 1, size - 1);

  http::FakeWorld world;
  http::Loop loop{world};
  const FixedClock clock{1795363200};
  http::FakeClient client{
      loop, [&](const http::Request&) { return http::FakeClient::Answer{http::answer(status, std::string(body))}; }};
  m365::SignIn sign_in{loop, client, clock, {{"tenant", {}}, "app", m365::ClientSecret{m365::Secret("hush")}}};
  std::optional<Result<std::string>> token;
  loop.spawn(take_token(sign_in, token));
  fuzz::must(loop.run() && token.has_value(), "sign-in comes to an end");
  if (*token) {
    fuzz::must(status == 200 && !(*token)->empty(), "a token comes from an answer that holds one");
  } else {
    fuzz::must(token->error().message.find("hush") == std::string::npos, "no message holds a secret");
    fuzz::must(token->error().message.find('\n') == std::string::npos, "an error is one line");
  }
  for (const auto& role : m365::granted(body)) fuzz::must(!role.empty(), "a role has a name");
  if (const auto tenant = m365::tenant_of(body)) fuzz::must(!tenant->id.empty(), "a tenant has an id");
  return 0;
}
