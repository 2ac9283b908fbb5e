#pragma once

#include <functional>
#include <optional>
#include <string>

#include "catalog/source.h"
#include "m365/sender.h"
#include "snapshot/answer.h"

// From a table's source to the request that a service understands, and from its answer to the next one.
namespace assay::collect {

// `{name}` in sources and services: what `each` gives, and facts of the tenant.
using ValueOf = std::function<std::optional<std::string>(std::string_view)>;

// The request for the first answer, or with `next` for a further one. Invalid when a `{name}` has no value.
Result<m365::Question> make_question(const catalog::Source& source, const m365::Service& service,
                                     const ValueOf& value_of, const snapshot::Given& given, std::string_view next);

// The member of an answer's top-level object that says where the next one is; nothing: answers come whole.
std::optional<std::string> next_member(const catalog::Source& source, const m365::Service& service);

// Where the next answer is; empty: this was the last. For an answer that is taken whole.
Result<std::string> next_of(const catalog::Source& source, const m365::Service& service, std::string_view body);

// A refusal inside an answer of status 200 (CSOM).
std::optional<m365::Refusal> inner_refusal(const catalog::Source& source, std::string_view body);

// The pointer from the whole answer to what a source's `list` points into.
std::string list_in_answer(const catalog::Source& source);

// Whether a link to the next answer leads to the host that was asked.
bool same_host(std::string_view asked, std::string_view next);

}  // namespace assay::collect
