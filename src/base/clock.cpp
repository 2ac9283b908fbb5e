#include "base/clock.h"

#include <chrono>

namespace assay {

Timestamp SystemClock::now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace assay
