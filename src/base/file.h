#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"

namespace assay {

// A regular file opened for reading. Directories, FIFOs, sockets and devices are refused, because a FIFO would block
// and a device never ends.
class File {
 public:
  static Result<File> open(const std::filesystem::path& path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  // Reads up to `buffer.size()` bytes; 0 at the end of the file.
  Result<std::size_t> read(std::span<char> buffer);
  std::size_t size() const { return size_; }  // when it was opened
  const std::filesystem::path& path() const { return path_; }

 private:
  File(int fd, std::size_t size, std::filesystem::path path) : fd_(fd), size_(size), path_(std::move(path)) {}
  int fd_;
  std::size_t size_;
  std::filesystem::path path_;
};

// The whole file; Limit when it is larger than `max_bytes`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{256} << 20);

// Writes beside the target and renames, so that a reader sees the old file or the new one and never a half.
// The file is readable by its owner alone (mode 0600): results name people.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace assay
