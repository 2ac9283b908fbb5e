#include <algorithm>
#include <array>

#include "base/mail_records.h"
#include "base/text.h"
#include "fuzz.h"

using namespace assay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = fuzz::text_of(data, size);
  for (const std::string_view name : {"v", "p", "sp", "rua", "pct", "k", ""}) {
    const auto value = mail_records::tag(record, name);
    if (!value) continue;
    fuzz::must(text::trim(*value) == *value, "blanks around a value are not part of it");
    fuzz::must(mail_records::tag(record, text::lower(name)) == value, "names compare without case");
  }
  if (const auto spf = mail_records::parse_spf(record)) {
    constexpr std::array<std::string_view, 5> qualified{"", "+all", "-all", "~all", "?all"};
    fuzz::must(std::find(qualified.begin(), qualified.end(), spf->all) != qualified.end(),
               "`all` has a known qualifier");
    fuzz::must(spf->lookups + spf->unknown.size() <= size, "a term has at least one character");
  }
  return 0;
}
