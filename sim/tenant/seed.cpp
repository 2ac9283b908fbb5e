#include "sim/tenant/seed.h"

#include <array>
#include <cstdio>

namespace assay::sim {
namespace {

// The finisher of SplitMix64: every bit of the input moves about half of the output.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

struct Words {
  std::uint64_t a;  // the 60 random bits behind the first group
  std::uint64_t b;
};

std::string spell(std::uint32_t first, const Words& rest) {
  std::array<char, 37> out{};
  std::snprintf(out.data(), out.size(), "%08x-%04x-4%03x-%x%03x-%012llx", first, static_cast<unsigned>(rest.a & 0xffff),
                static_cast<unsigned>(rest.a >> 16 & 0xfff), static_cast<unsigned>(8 | (rest.a >> 28 & 3)),
                static_cast<unsigned>(rest.a >> 30 & 0xfff),
                static_cast<unsigned long long>(rest.b & 0xffffffffffffULL));
  return out.data();
}

std::uint32_t mask(const Words& rest, std::uint64_t salt) {
  return static_cast<std::uint32_t>(mix(salt ^ mix((rest.a & 0x3ffffffffffULL) ^ (rest.b << 16))));
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The parts of a GUID by its hexadecimal digits; nullopt when it is none.
std::optional<std::pair<std::uint32_t, Words>> parse(std::string_view guid) {
  if (guid.size() != 36) return std::nullopt;
  std::array<std::uint64_t, 32> digits{};
  std::size_t n = 0;
  for (std::size_t i = 0; i < guid.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (guid[i] != '-') return std::nullopt;
      continue;
    }
    const int d = digit(guid[i]);
    if (d < 0) return std::nullopt;
    digits.at(n++) = static_cast<std::uint64_t>(d);
  }
  const auto number = [&](std::size_t from, std::size_t count) {
    std::uint64_t out = 0;
    for (std::size_t i = from; i < from + count; ++i) out = out << 4 | digits.at(i);
    return out;
  };
  Words rest{};
  rest.a = number(8, 4) | number(13, 3) << 16 | (number(16, 1) & 3) << 28 | number(17, 3) << 30;
  rest.b = number(20, 12);
  return std::pair{static_cast<std::uint32_t>(number(0, 8)), rest};
}

}  // namespace

std::uint64_t Seed::roll(Topic topic, std::uint64_t index) const {
  return mix(mix(value_ ^ topic.hash()) + mix(index));
}

double Seed::share(Topic topic, std::uint64_t index) const {
  return static_cast<double>(roll(topic, index) >> 11) * 0x1.0p-53;
}

std::size_t Seed::below(std::size_t n, Topic topic, std::uint64_t index) const {
  return static_cast<std::size_t>(roll(topic, index) % n);
}

int Seed::between(int low, int high, Topic topic, std::uint64_t index) const {
  return low + static_cast<int>(below(static_cast<std::size_t>(high - low) + 1, topic, index));
}

std::string Seed::guid(Topic kind, std::uint64_t index) const {
  const Words rest{roll(kind, index), mix(roll(kind, index))};
  return spell(static_cast<std::uint32_t>(index) ^ mask(rest, value_ ^ kind.hash()), rest);
}

std::optional<std::uint64_t> Seed::index(Topic kind, std::string_view guid) const {
  const auto parts = parse(guid);
  if (!parts) return std::nullopt;
  const std::uint64_t index = parts->first ^ mask(parts->second, value_ ^ kind.hash());
  const Words expected{roll(kind, index), mix(roll(kind, index))};
  const bool same =
      (expected.a & 0x3ffffffffffULL) == parts->second.a && (expected.b & 0xffffffffffffULL) == parts->second.b;
  return same ? std::optional(index) : std::nullopt;
}

std::string Seed::guid(std::string_view name) const {
  const auto a = roll(Topic(name), 1);
  const auto b = roll(Topic(name), 2);
  return spell(static_cast<std::uint32_t>(a >> 32 ^ b), {a, b});
}

std::string Seed::token(Topic kind, std::uint64_t index, std::size_t characters) const {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (std::size_t i = 0; i < characters; ++i) out += kAlphabet[mix(roll(kind, index) + i / 10) >> (i % 10 * 6) & 63];
  return out;
}

std::string Seed::hex(Topic kind, std::uint64_t index, std::size_t digits) const {
  std::string out;
  for (std::size_t i = 0; i < digits; ++i)
    out += "0123456789abcdef"[mix(roll(kind, index) + i / 16) >> (i % 16 * 4) & 15];
  return out;
}

}  // namespace assay::sim
