// A file that claims to be a snapshot: with its seal put right, so that what lies behind the seal is reached too.
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/sha256.h"
#include "catalog/image.h"
#include "import/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static const auto catalogue = catalog::embedded().take();
  static const std::string path = "/tmp/assay-fuzz-snapshot-" + std::to_string(::getpid());
  std::string bytes("SQLite format 3\0", 16);
  bytes.append(reinterpret_cast<const char*>(data), size);
  if (bytes.size() >= 100) {
    bytes.replace(68, 4, "ASSY");
    bytes.replace(60, 4, std::string(4, '\0'));
    const auto digest = sha256_hex(bytes);
    for (std::size_t i = 0; i < 4; ++i) bytes[60 + i] = static_cast<char>(std::stoi(digest.substr(2 * i, 2), nullptr, 16));
  }
  const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) < 0) std::abort();
  ::close(fd);
  (void)import::read(path, catalogue, {}).has_value();
  ::unlink(path.c_str());
  return 0;
}
