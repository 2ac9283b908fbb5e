// Messages of a DNS server. The first byte chooses what was asked.
#include <array>

#include "collect/resolver.h"
#include "fuzz.h"

using namespace assay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 5> types{"A", "AAAA", "CNAME", "MX", "TXT"};
  const auto looked = collect::read_answer(types[data[0] % types.size()], fuzz::text_of(data + 1, size - 1));
  using How = collect::Looked::How;
  fuzz::must((looked.how == How::Found) == !looked.data.empty(), "found is what has records");
  fuzz::must(looked.how != How::Failed || looked.words == "the answer could not be read", "a failure says so");
  return 0;
}
