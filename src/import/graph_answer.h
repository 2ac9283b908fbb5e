#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <simdjson.h>

#include "base/result.h"
#include "import/graph.h"

namespace assay::import {

// What an answer of Graph says of itself.
struct AnswerHead {
  bool is_list = false;              // `value`, or the document itself, is a list of objects
  std::string context;               // `@odata.context`
  std::string next;                  // `@odata.nextLink`
  std::optional<std::size_t> count;  // `@odata.count`: of all pages together
  std::string error_code;            // of an answer that is a refusal
  std::string error_message;
};

AnswerHead head_of(simdjson::dom::element document);

// The same of a file, without holding more than a piece of it. What begins like JSON and is not is Invalid.
Result<AnswerHead> read_head(const GraphFile& file);

}  // namespace assay::import
