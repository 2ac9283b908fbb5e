#include "sim/server/recorder.h"

#include <utility>

namespace assay::sim::server {

Result<std::unique_ptr<Recorder>> Recorder::open(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) return Error{ErrorCode::Denied, "cannot write `" + file.string() + "`", "choose another --record"};
  return std::unique_ptr<Recorder>(new Recorder(std::move(out)));
}

void Recorder::write(const Request& request, const Response& response, bool secret) {
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers)
    if (name != "authorization") headers[name] = value;
  Json response_headers = Json::object();
  for (const auto& [name, value] : response.headers) response_headers[name] = value;
  const Json line{{"method", request.method},
                  {"host", request.host},
                  {"path", request.path},
                  {"query", request.query},
                  {"headers", std::move(headers)},
                  {"body", secret ? std::string() : request.body},
                  {"status", response.status},
                  {"response_headers", std::move(response_headers)},
                  {"response", secret ? std::string() : response.body},
                  {"whole", response.broken == Break::None}};
  const auto text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  const std::lock_guard lock(mutex_);
  out_ << text << std::flush;
}

}  // namespace assay::sim::server
