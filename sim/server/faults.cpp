#include "sim/server/faults.h"

namespace assay::sim::server {
namespace {

constexpr std::size_t kLongestRow = 3;

std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t draw(std::uint64_t seed, std::string_view path, std::size_t number) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(mix(seed) ^ mix(hash) ^ mix(number * 2 + 1));
}

bool is_faulty(std::uint64_t seed, double rate, std::string_view path, std::size_t number) {
  return static_cast<double>(draw(seed, path, number) >> 11) * 0x1.0p-53 < rate;
}

}  // namespace

Fault fault_of(std::uint64_t seed, double rate, std::string_view path, std::size_t number) {
  if (rate <= 0 || !is_faulty(seed, rate, path, number)) return Fault::None;
  std::size_t row = 1;
  while (row <= number && is_faulty(seed, rate, path, number - row)) ++row;
  // Each fourth of a longer row passes.
  if (row % (kLongestRow + 1) == 0) return Fault::None;
  return static_cast<Fault>(1 + mix(draw(seed, path, number)) % 8);
}

std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::None:
      return "none";
    case Fault::TooMany:
      return "429";
    case Fault::ServerError:
      return "500";
    case Fault::BadGateway:
      return "502";
    case Fault::Unavailable:
      return "503";
    case Fault::GatewayTimeout:
      return "504";
    case Fault::Reset:
      return "reset";
    case Fault::Truncated:
      return "truncated";
    case Fault::Slow:
      return "slow";
  }
  return "none";
}

}  // namespace assay::sim::server
