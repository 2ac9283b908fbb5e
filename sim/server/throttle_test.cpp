#include "sim/server/throttle.h"

#include <gtest/gtest.h>

namespace assay::sim::server {
namespace {

using std::chrono::milliseconds;

const Limit kFiveInTen{"five", 5, 10, 1, true, {}};

TEST(ThrottleTest, TakesABurstThenRefusesUntilItIsRefilled) {
  Throttle throttle;
  const WallTime begin{};
  double used = 0;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(throttle.take({kFiveInTen}, begin, used));

  const auto refused = throttle.take({kFiveInTen}, begin, used);

  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->retry_after, 2);
  EXPECT_GT(used, 1);
  EXPECT_TRUE(throttle.take({kFiveInTen}, begin + milliseconds(1900), used));
  EXPECT_FALSE(throttle.take({kFiveInTen}, begin + milliseconds(2000), used));
}

TEST(ThrottleTest, ARefusalTakesFromNoBucket) {
  Throttle throttle;
  const WallTime begin{};
  double used = 0;
  const Limit one{"one", 1, 100, 1, true, {}};
  EXPECT_FALSE(throttle.take({kFiveInTen, one}, begin, used));
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(throttle.take({kFiveInTen, one}, begin, used));

  for (int i = 0; i < 4; ++i) EXPECT_FALSE(throttle.take({kFiveInTen}, begin, used));
  EXPECT_TRUE(throttle.take({kFiveInTen}, begin, used));
}

TEST(ThrottleTest, TellsTheShareThatIsUsed) {
  Throttle throttle;
  double used = 0;
  throttle.take({{"units", 100, 10, 85, true, {}}}, WallTime{}, used);

  EXPECT_NEAR(used, 0.85, 1e-9);
}

}  // namespace
}  // namespace assay::sim::server
