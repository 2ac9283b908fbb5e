#include "base/file.h"
#include "base/sha256.h"
#include "fuzz.h"
#include "import/scubagear.h"
#include "snapshot/fake_source.h"
#include "snapshot/file.h"

using namespace assay;

namespace {

constexpr std::size_t kSealAt = 60;

std::string small_snapshot() {
  const auto path = fuzz::folder().path() / "seed.assay";
  auto writer = snapshot::Writer::create(path, fuzz::small_catalogue()).take();
  snapshot::Evidence evidence;
  std::swap(evidence.db, writer.db());
  const std::string_view json =
      R"({"conditional_access_policies": [{"id": "p", "conditions": {"users": ["u"]}}], "privileged_users": {"u": {"name": "n"}}})";
  snapshot::MemorySource bytes(json);
  fuzz::must(import::read_scubagear(bytes, fuzz::small_catalogue(), nullptr, true, evidence).has_value(),
             "the seed is read");
  std::swap(evidence.db, writer.db());
  fuzz::must(writer.keep({1, "scubagear:seed", ""}, json).has_value() && writer.finish(evidence).has_value(),
             "the seed is written");
  return read_file(path).take();
}

// As somebody would who means harm: the seal is right, whatever the file holds.
void seal(std::string& bytes) {
  if (bytes.size() < kSealAt + 4) return;
  bytes.replace(kSealAt, 4, 4, '\0');
  const auto hex = sha256_hex(bytes);
  for (std::size_t i = 0; i < 4; ++i)
    bytes[kSealAt + i] = static_cast<char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
}

}  // namespace

// The input is a whole file when it begins as one. Otherwise it is a list of changes to a sound snapshot: a position in
// three bytes and what stands there instead.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto sound = small_snapshot();
  const auto input = fuzz::text_of(data, size);
  auto bytes = sound;
  if (input.starts_with("SQLite format 3")) {
    bytes = input;
  } else {
    for (std::size_t i = 0; i + 4 <= size; i += 4)
      bytes[(data[i] << 16 | data[i + 1] << 8 | data[i + 2]) % bytes.size()] = static_cast<char>(data[i + 3]);
  }
  seal(bytes);
  auto opened = snapshot::open(fuzz::folder().write("x.assay", bytes));
  if (!opened) return 0;
  auto& evidence = *opened;
  const auto fits = snapshot::fits(evidence.db, fuzz::small_catalogue());
  const auto digest = snapshot::tables_digest(evidence.db, fuzz::small_catalogue());
  if (bytes == sound) fuzz::must(fits && *fits && digest.has_value(), "the sound snapshot is sound");
  const snapshot::Documents documents(evidence.db);
  const auto list = documents.list();
  if (!list) return 0;
  for (const auto& document : *list) {
    const auto pages = documents.bytes(document.info.document);
    if (!pages) continue;
    snapshot::Evidence derived;
    fuzz::must(snapshot::create_tables(derived.db, fuzz::small_catalogue()).has_value(), "tables can be made");
    [[maybe_unused]] const auto read = import::read_scubagear(**pages, fuzz::small_catalogue(), nullptr, true, derived);
  }
  return 0;
}
