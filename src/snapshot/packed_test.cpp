#include "snapshot/packed.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "base/sha256.h"
#include "snapshot/layout.h"

namespace assay::snapshot {
namespace {

std::string text_of(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i * 7919) + ",";
  out.resize(size);
  return out;
}

std::string unpacked(const Part& part) {
  std::string out(part.size, '\0');
  EXPECT_EQ(ZSTD_decompress(out.data(), out.size(), part.packed.data(), part.packed.size()), part.size);
  EXPECT_EQ(part.sha256, sha256_hex(out));
  return out;
}

class PackedTest : public testing::TestWithParam<std::size_t> {};

TEST_P(PackedTest, GivesBackWhatItWasGiven) {
  const auto text = text_of(GetParam());
  Packed packed;
  for (std::size_t at = 0; at < text.size(); at += 70'001) packed.add(std::string_view(text).substr(at, 70'001));
  EXPECT_EQ(packed.size(), text.size());
  EXPECT_EQ(read_all(*packed.bytes()).value(), text);
  EXPECT_EQ(read_all(*packed.bytes()).value(), text) << "a second time";
  packed.seal();
  EXPECT_EQ(read_all(*packed.bytes()).value(), text) << "sealed";
  const auto parts = packed.take();
  ASSERT_EQ(parts.size(), std::max<std::size_t>(1, (text.size() + kPageBytes - 1) / kPageBytes));
  std::string all;
  for (const auto& part : parts) {
    EXPECT_LE(part.size, kPageBytes);
    all += unpacked(part);
  }
  EXPECT_EQ(all, text);
}

INSTANTIATE_TEST_SUITE_P(OfAnyLength, PackedTest,
                         testing::Values(0, 1, kPageBytes - 1, kPageBytes, kPageBytes + 1, 5 * kPageBytes / 2));

TEST(PackedTest, IsEmptyAgainWhenCleared) {
  Packed packed(text_of(3 * kPageBytes));
  packed.clear();
  packed.add("again");
  EXPECT_EQ(read_all(*packed.bytes()).value(), "again");
}

}  // namespace
}  // namespace assay::snapshot
