#pragma once

#include <string>
#include <string_view>

namespace assay {

// What kind of trouble it is. Callers branch on the code, never on the text; each code has one exit code and one
// HTTP status (the table is in error.cpp and in docs/errors.md).
enum class ErrorCode {
  Usage,     // the command line or the request asks for something that cannot be
  Invalid,   // input is unreadable, damaged or not what it claims to be
  NotFound,  // the file, control or framework that was named does not exist
  Denied,    // the file system or a service refused us
  Limit,     // a limit on size, depth, time or memory was reached
  Network,   // the other side could not be reached or broke off
  Internal,  // a bug of ours
};

// The message says where and what: lower case, no full stop, user text in backticks. The hint says what to do.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  std::string hint;

  // The same error with a place in front: `conditional_access_policies[3]: …`.
  Error in(std::string_view place) &&;
};

std::string_view name(ErrorCode code);  // "invalid", as in the API's `code`
int exit_code(ErrorCode code);
int http_status(ErrorCode code);

// One line for a person: `message (hint)`. Control characters are made visible, so that hostile input cannot paint
// the terminal.
std::string describe(const Error& error);

}  // namespace assay
