#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/curl.h"

// DNS through c-ares, in the loop's own thread. Only an answer that there is nothing means that there is nothing.
namespace assay::collect {

struct Looked {
  enum class How { Found, Absent, Failed } how = How::Failed;
  std::vector<std::string> data;  // a TXT record's strings joined; an MX as `10 host`; addresses; a CNAME's target
  std::string words;              // `Query returned NXDomain`, `timeout`, …
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  virtual http::Task<Looked> look_up(std::string name, std::string type) = 0;
};

// The records of a type in a server's message, which says that the name exists. Failed: it cannot be read.
Looked read_answer(std::string_view type, std::string_view message);

// Servers as ADDRESS or ADDRESS:PORT; none: the system's.
Result<std::unique_ptr<Resolver>> make_resolver(http::Loop& loop, http::CurlClient& world,
                                                const std::vector<std::string>& servers);

}  // namespace assay::collect
