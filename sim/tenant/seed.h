#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Chance without state: every question has its answer from the start, so objects can be made in any order.
namespace assay::sim {

// The name of a question or of a kind of object, hashed when the program is compiled.
class Topic {
 public:
  constexpr Topic(std::string_view name) {  // NOLINT(google-explicit-constructor)
    for (const char c : name) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  constexpr Topic(const char* name) : Topic(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  constexpr std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

class Seed {
 public:
  explicit Seed(std::uint64_t value) : value_(value) {}

  std::uint64_t roll(Topic topic, std::uint64_t index = 0) const;  // 64 even bits
  double share(Topic topic, std::uint64_t index = 0) const;        // [0, 1)
  bool chance(double p, Topic topic, std::uint64_t index = 0) const { return share(topic, index) < p; }
  std::size_t below(std::size_t n, Topic topic, std::uint64_t index = 0) const;  // [0, n); n > 0
  int between(int low, int high, Topic topic, std::uint64_t index = 0) const;    // both ends included
  template <class T>
  const T& pick(std::span<const T> from, Topic topic, std::uint64_t index = 0) const {
    return from[below(from.size(), topic, index)];
  }

  // A version 4 GUID from which `index` can tell the object's number again: a directory of a million objects needs no
  // map. At most 2^32 objects of a kind.
  std::string guid(Topic kind, std::uint64_t index) const;
  std::optional<std::uint64_t> index(Topic kind, std::string_view guid) const;

  std::string guid(std::string_view name) const;  // of a thing with a name: a policy, a setting
  std::string token(Topic kind, std::uint64_t index, std::size_t characters) const;  // letters, digits, - and _
  std::string hex(Topic kind, std::uint64_t index, std::size_t digits) const;

 private:
  std::uint64_t value_;
};

}  // namespace assay::sim
