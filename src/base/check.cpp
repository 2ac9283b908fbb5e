#include <cstdio>
#include <cstdlib>

#include "base/result.h"

namespace assay {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "bug: %s does not hold (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace assay
