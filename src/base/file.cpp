#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace assay {
namespace {

Error system_error(const std::filesystem::path& path, int error) {
  const auto where = fmt::format("`{}`", path.string());
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorCode::NotFound, where + ": no such file", "check the path"};
    case EACCES:
    case EPERM:
      return {ErrorCode::Denied, where + ": permission denied", "read it as a user who may, or change its mode"};
    default:
      return {ErrorCode::Invalid, fmt::format("{}: {}", where, std::strerror(error)), {}};
  }
}

}  // namespace

Result<File> File::open(const std::filesystem::path& path) {
  // Non-blocking, so that opening a FIFO without a writer comes back.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return system_error(path, errno);
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    const int error = errno;
    ::close(fd);
    return system_error(path, error);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(fd);
    const auto* kind = S_ISDIR(status.st_mode)    ? "a directory"
                       : S_ISFIFO(status.st_mode) ? "a FIFO"
                                                  : "not a regular file";
    return invalid(fmt::format("`{}`: is {}", path.string(), kind), "give a regular file");
  }
  return File(fd, static_cast<std::size_t>(status.st_size), path);
}

File::File(File&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(other.size_), path_(std::move(other.path_)) {}
File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}
File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> File::read(std::span<char> buffer) {
  for (;;) {
    const auto n = ::read(fd_, buffer.data(), buffer.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return system_error(path_, errno);
  }
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  auto file = TRY(File::open(path));
  std::string bytes;
  constexpr std::size_t chunk = std::size_t{1} << 16;
  for (;;) {
    if (bytes.size() > max_bytes)
      return Error{ErrorCode::Limit, fmt::format("`{}`: is larger than {} MB", path.string(), max_bytes >> 20), {}};
    const auto old = bytes.size();
    bytes.resize(old + std::max(chunk, file.size() > old ? std::min(file.size() - old, max_bytes) + 1 : chunk));
    const auto n = TRY(file.read({bytes.data() + old, bytes.size() - old}));
    bytes.resize(old + n);
    if (n == 0) return bytes;
  }
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  const auto part = path.string() + ".part";
  // What an interrupted run left behind, or somebody put there, has a mode or a target that is not ours.
  ::unlink(part.c_str());
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return system_error(path, errno);
  const auto fail = [&](int error) -> Error {
    ::close(fd);
    ::unlink(part.c_str());
    return system_error(path, error);
  };
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return fail(errno);
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd) != 0) return fail(errno);
  ::close(fd);
  if (::rename(part.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(part.c_str());
    return system_error(path, error);
  }
  return {};
}

}  // namespace assay
