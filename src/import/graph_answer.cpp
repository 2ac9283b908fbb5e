#include "import/graph_answer.h"

#include "base/text.h"
#include "snapshot/json_stream.h"
#include "snapshot/loader.h"

namespace assay::import {
namespace {

using Element = simdjson::dom::element;

std::string string_at(Element e, std::string_view pointer) {
  const auto found = snapshot::find(e, pointer);
  return found && found->is_string() ? std::string(std::string_view(*found)) : std::string();
}

bool is_of_head(std::string_view key) {
  return key == "@odata.context" || key == "@odata.nextLink" || key == "@odata.count" || key == "error";
}

void take_member(AnswerHead& head, std::string_view key, Element value) {
  if (key == "@odata.context" && value.is_string()) head.context = std::string_view(value);
  if (key == "@odata.nextLink" && value.is_string()) head.next = std::string_view(value);
  if (std::uint64_t n = 0; key == "@odata.count" && value.get(n) == simdjson::SUCCESS) head.count = n;
  if (key == "error" && value.is_object()) {
    head.error_code = string_at(value, "/code");
    head.error_message = text::shorten(string_at(value, "/message"), 200);
  }
}

}  // namespace

AnswerHead head_of(Element document) {
  AnswerHead out;
  out.is_list = document.is_array();
  if (!document.is_object()) return out;
  for (const auto member : simdjson::dom::object(document)) {
    if (member.key == "value" && member.value.is_array()) out.is_list = true;
    if (is_of_head(member.key)) take_member(out, member.key, member.value);
  }
  return out;
}

Result<AnswerHead> read_head(const GraphFile& file) {
  auto bytes = TRY(file.open());
  snapshot::Utf8Source utf8(*bytes);
  snapshot::JsonStream stream(
      utf8,
      [](std::string_view key) {
        return key == "value" || is_of_head(key) ? snapshot::Shape::Elements : snapshot::Shape::Skip;
      },
      {}, snapshot::Top::ObjectOrList);
  AnswerHead out;
  simdjson::dom::parser parser;
  for (snapshot::Piece piece; TRY(stream.next(piece));) {
    if (piece.key.empty() || piece.key == "value") {
      out.is_list = out.is_list || piece.in_container || (piece.empty_container && !piece.is_object);
    } else if (Element value;
               !piece.empty_container && !piece.in_container &&
               parser.parse(piece.json.data(), piece.json.size(), false).get(value) == simdjson::SUCCESS) {
      take_member(out, piece.key, value);
    }
  }
  return out;
}

}  // namespace assay::import
