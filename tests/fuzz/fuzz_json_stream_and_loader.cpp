#include "fuzz.h"
#include "import/scubagear.h"
#include "snapshot/fake_source.h"
#include "snapshot/json_stream.h"

using namespace assay;

namespace {

// Everything that a stream gives, as one text; an error ends it.
struct Reading {
  std::string pieces;
  bool ended_well = false;
};

Reading take_apart(std::string_view bytes, std::size_t at_a_time) {
  snapshot::FakeSource raw(bytes, at_a_time);
  snapshot::Utf8Source utf8(raw);
  const auto shape_of = [](std::string_view key) {
    return key.empty() ? snapshot::Shape::Elements
                       : static_cast<snapshot::Shape>(static_cast<unsigned char>(key[0]) % 3);
  };
  snapshot::StreamLimits limits;
  limits.depth = 20;
  limits.string = 2000;
  limits.key = 50;
  snapshot::JsonStream stream(utf8, shape_of, limits);
  Reading out;
  for (snapshot::Piece piece;;) {
    const auto more = stream.next(piece);
    out.ended_well = more.has_value();
    if (!more || !*more) return out;
    // The parser may read this far behind the text.
    unsigned sum = 0;
    for (std::size_t i = 0; i < snapshot::JsonStream::kPadding && !piece.json.empty(); ++i)
      sum += static_cast<unsigned char>(piece.json.data()[piece.json.size() + i]);
    fuzz::must(sum <= 255 * snapshot::JsonStream::kPadding, "what stands behind a piece can be read");
    fuzz::must(piece.json.empty() == piece.empty_container, "only an empty container has no text");
    for (const auto part : {piece.key, piece.entry, piece.json}) out.pieces.append(part).append(1, '\0');
    out.pieces += std::to_string(piece.index) + " " + std::to_string(piece.offset);
  }
}

// Rows of the tables that an export fills.
std::string load(std::string_view bytes, std::size_t at_a_time) {
  static snapshot::Evidence kept = [] {
    snapshot::Evidence evidence;
    fuzz::must(snapshot::create_tables(evidence.db, fuzz::small_catalogue()).has_value(), "the tables can be made");
    return evidence;
  }();
  snapshot::Evidence evidence;
  std::swap(evidence.db, kept.db);
  fuzz::must(evidence.db.execute("BEGIN").has_value(), "a transaction begins");
  snapshot::FakeSource raw(bytes, at_a_time);
  std::string out = "error";
  if (import::read_scubagear(raw, fuzz::small_catalogue(), nullptr, true, evidence)) {
    out = snapshot::tables_digest(evidence.db, fuzz::small_catalogue()).value();
    for (const auto& c : evidence.coverage) {
      fuzz::must(c.state == snapshot::State::Collected || c.rows == 0, "what was not collected has no rows");
      out += " " + std::to_string(c.rows);
    }
  }
  fuzz::must(evidence.db.execute("ROLLBACK").has_value(), "and is taken back");
  std::swap(evidence.db, kept.db);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t at_a_time = 1 + data[0] % 16;
  const auto bytes = fuzz::text_of(data, size).substr(1);
  const auto whole = take_apart(bytes, snapshot::FakeSource::kAll);
  const auto parts = take_apart(bytes, at_a_time);
  fuzz::must(whole.ended_well == parts.ended_well, "sizes of reads do not decide what is valid");
  fuzz::must(!whole.ended_well || whole.pieces == parts.pieces, "nor what the pieces are");
  fuzz::must(load(bytes, snapshot::FakeSource::kAll) == load(bytes, at_a_time), "nor what is loaded");
  return 0;
}
