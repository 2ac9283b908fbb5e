#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "sim/server/http_message.h"

namespace assay::sim::server {

// Writes down what was asked and answered, one JSON object a line:
// {"method", "host", "path", "query", "headers", "body", "status", "response_headers", "response", "whole"}.
// Path and query are as they came. Bodies are text; those of the sign-in service and the Authorization header are left
// out. `whole` is false where the answer was broken off on purpose. A batch is one line.
class Recorder {
 public:
  static Result<std::unique_ptr<Recorder>> open(const std::filesystem::path& file);

  void write(const Request& request, const Response& response, bool secret);

 private:
  explicit Recorder(std::ofstream out) : out_(std::move(out)) {}

  std::mutex mutex_;
  std::ofstream out_;
};

}  // namespace assay::sim::server
