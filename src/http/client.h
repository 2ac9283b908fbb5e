#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/loop.h"

// HTTP as the folders above need it: a request goes out, an answer or an error comes back. libcurl is behind it
// (curl.h), or a hand-written fake (fake.h).
namespace assay::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Takes the body of an answer while it arrives, so that nobody holds it whole.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual void begin() = 0;  // of an answer's body: what an earlier answer gave does not count
  virtual void add(std::string_view bytes) = 0;

  // A refusal's body stays in the answer.
  static bool takes(int status) { return status >= 200 && status < 300; }
};

struct Request {
  // No aggregate: GCC 12 destroys an aggregate twice that is made in the call of a coroutine.
  Request() = default;
  static Request get(std::string of) {
    Request out;
    out.url = std::move(of);
    return out;
  }
  std::string method = "GET";
  std::string url{};
  Headers headers{};
  std::string body{};
  std::chrono::seconds timeout{120};     // for the whole exchange
  std::size_t most_bytes = 256U << 20U;  // a longer body breaks the request off: Limit
  BodySink* sink = nullptr;              // takes the body of a success; lives until the answer is there
};

struct Response {
  int status = 0;
  Headers headers;                      // names as they came
  std::string body;                     // empty where a sink took it
  std::uint64_t bytes_on_the_wire = 0;  // of the body, before it was decompressed

  std::optional<std::string_view> header(std::string_view name) const;  // without regard to case; the last one
};

class Client {
 public:
  virtual ~Client() = default;
  // An answer of any status is an answer. An error: Network (no connection, broken off, timed out; it may be tried
  // again), Limit (too long), Invalid (no such URL), Denied (the certificate is not trusted).
  virtual Task<Result<Response>> send(Request request) = 0;
};

// --- URLs ------------------------------------------------------------------------------------------------------------

// Scheme and host (with its port, if any) in lower case: `https://graph.microsoft.com`. Empty: it is no absolute URL.
std::string origin(std::string_view url);
std::string host(std::string_view url);
// Everything that is not unreserved (RFC 3986) as %XX; `keep` names characters that stay.
std::string percent_encoded(std::string_view text, std::string_view keep = {});
// `a=1&b=2`, both encoded.
std::string form(const Headers& fields);

// Seconds that a Retry-After header asks for: a number, or an HTTP date against `now` (seconds since 1970).
std::optional<double> retry_after(std::string_view value, std::int64_t now);

}  // namespace assay::http
