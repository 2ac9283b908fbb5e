// DMARC, DKIM and SPF records as anybody may publish them in DNS.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/mail_records.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  for (const auto* name : {"v", "p", "sp", "pct", "rua"}) (void)assay::mail_records::tag(record, name);
  if (const auto spf = assay::mail_records::parse_spf(record); spf && !spf->all.empty() && spf->all.size() != 4) __builtin_trap();
  return 0;
}
