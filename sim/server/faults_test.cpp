#include "sim/server/faults.h"

#include <set>

#include <gtest/gtest.h>

namespace assay::sim::server {
namespace {

TEST(FaultsTest, AreTheSameForTheSameSeed) {
  int different = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(fault_of(1, 0.5, "/users", i), fault_of(1, 0.5, "/users", i));
    different += fault_of(1, 0.5, "/users", i) != fault_of(2, 0.5, "/users", i) ? 1 : 0;
  }
  EXPECT_GT(different, 50);
}

TEST(FaultsTest, ComeAtTheirRateAndInEveryKind) {
  std::set<Fault> kinds;
  int n = 0;
  for (std::size_t i = 0; i < 10'000; ++i) {
    const auto fault = fault_of(3, 0.1, "/path" + std::to_string(i), 0);
    n += fault == Fault::None ? 0 : 1;
    kinds.insert(fault);
  }
  EXPECT_NEAR(n, 1000, 120);
  EXPECT_EQ(kinds.size(), 9U);
}

TEST(FaultsTest, NeverMoreThanThreeInARow) {
  int row = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    row = fault_of(1, 1.0, "/users", i) == Fault::None ? 0 : row + 1;
    EXPECT_LE(row, 3);
  }
}

TEST(FaultsTest, NoneWithoutARate) { EXPECT_EQ(fault_of(1, 0, "/users", 0), Fault::None); }

}  // namespace
}  // namespace assay::sim::server
