#pragma once

#include <cstdint>

namespace assay {

// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
using Timestamp = std::int64_t;

// The time of day as an argument: `assess`, `score` and `plan` never ask the machine for it, so that the same inputs
// give the same bytes again.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Timestamp at) : at_(at) {}
  Timestamp now() const override { return at_; }

 private:
  Timestamp at_;
};

}  // namespace assay
