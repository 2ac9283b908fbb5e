#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/tenant/tenant.h"

// A request and its answer as the services see them: no sockets, no TLS. `listener.cpp` makes the one and sends the
// other.
namespace assay::sim::server {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // in capitals
  std::string host;    // the service that is meant, in lower case: `graph.microsoft.com`
  std::string base;    // what links begin with: `https://graph.microsoft.com`, or our own address and the host's name
  std::string path;    // still encoded, with its leading slash, without the query
  std::string query;   // still encoded, without the question mark
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The header's value, or nothing.
  std::string_view header(const std::string& lower_name) const;
  // The path's segments, decoded.
  std::vector<std::string> segments() const;
  // Options of the query, decoded, in their order.
  Pairs options() const;
  // One option of the query; names without case.
  std::optional<std::string> option(std::string_view name) const;
};

// What happens to the connection instead of a whole answer.
enum class Break {
  None,
  Reset,     // the connection is reset before a byte is sent
  Truncate,  // half of the body is sent, then the connection closes
};

struct Response {
  int status = 200;
  Pairs headers;
  std::string body;
  Break broken = Break::None;
  std::chrono::milliseconds delay{0};

  Response& set(std::string name, std::string value);  // replaces a header of that name
  std::string_view header(std::string_view name) const;
};

// JSON with the content type that Graph uses; `content_type` for the others.
Response json_response(int status, const Json& body, std::string_view content_type = "application/json");
Response text_response(int status, std::string body, std::string_view content_type = "text/plain");

std::string url_decode(std::string_view text, bool plus_is_blank = false);
std::string url_encode(std::string_view text);
Pairs parse_form(std::string_view text);                          // `a=b&c=d`, decoded
std::string value_of(const Pairs& pairs, std::string_view name);  // empty: not there; names without case

}  // namespace assay::sim::server
