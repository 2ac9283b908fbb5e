#include "base/error.h"

#include "base/text.h"

namespace assay {
namespace {

struct Row {
  std::string_view name;
  int exit_code;
  int http_status;
};

Row row(ErrorCode code) {
  switch (code) {
    case ErrorCode::Usage:
      return {"usage", 2, 400};
    case ErrorCode::Invalid:
      return {"invalid", 3, 422};
    case ErrorCode::NotFound:
      return {"not_found", 3, 404};
    case ErrorCode::Denied:
      return {"denied", 4, 403};
    case ErrorCode::Limit:
      return {"limit", 3, 413};
    case ErrorCode::Network:
      return {"network", 5, 502};
    case ErrorCode::Internal:
      break;
  }
  return {"internal", 70, 500};
}

}  // namespace

Error Error::in(std::string_view place) && {
  message = std::string(place) + ": " + message;
  return std::move(*this);
}

std::string_view name(ErrorCode code) { return row(code).name; }
int exit_code(ErrorCode code) { return row(code).exit_code; }
int http_status(ErrorCode code) { return row(code).http_status; }

std::string describe(const Error& error) {
  std::string line = text::printable(error.message);
  if (!error.hint.empty()) line += " (" + text::printable(error.hint) + ")";
  return line;
}

}  // namespace assay
