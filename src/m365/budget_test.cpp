#include "m365/budget.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/fake.h"

namespace assay::m365 {
namespace {

// When each of `count` requests goes out, in seconds.
std::vector<double> times(double amount, double seconds, std::size_t count, double cost = 1) {
  http::FakeWorld world;
  http::Loop loop(world);
  Budget budget(loop, amount, seconds);
  std::vector<double> out;
  const auto one = [&]() -> http::Task<void> {
    co_await budget.spend(cost);
    out.push_back(world.seconds());
  };
  for (std::size_t i = 0; i < count; ++i) loop.spawn(one());
  EXPECT_TRUE(loop.run());
  return out;
}

// The most that any window of so many seconds holds.
std::size_t fullest(const std::vector<double>& at, double seconds) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < at.size(); ++i)
    most = std::max(most, static_cast<std::size_t>(std::count_if(
                              at.begin(), at.end(), [&](double t) { return t >= at[i] && t < at[i] + seconds; })));
  return most;
}

TEST(BudgetTest, NoWindowOfTheServicesHoldsMoreThanItAllows) {
  EXPECT_LE(fullest(times(5, 10, 60), 10), 5U);
  EXPECT_LE(fullest(times(1, 1, 30), 1), 1U);
  EXPECT_LE(fullest(times(150, 60, 600), 60), 150U);
  EXPECT_LE(fullest(times(3500, 10, 9000), 10), 3500U);
}

TEST(BudgetTest, ItIsNoSlowerThanATwentiethBelowTheLimit) {
  EXPECT_LE(times(5, 10, 101).back(), 100 / (5 / 10.0) * 1.06);
  EXPECT_LE(times(3500, 10, 14000).back(), 40 * 1.06);
}

TEST(BudgetTest, ASmallAmountIsUsedUpAtOnceAndAgainInTheNextWindow) {
  const auto at = times(5, 10, 11);
  EXPECT_EQ(at[4], 0);
  EXPECT_NEAR(at[5], 10.25, 0.001);
  EXPECT_NEAR(at[9], 10.25, 0.001);
  EXPECT_NEAR(at[10], 20.5, 0.001);
}

TEST(BudgetTest, WhatIsSpentLaterCountsFromThen) {
  http::FakeWorld world;
  http::Loop loop(world);
  Budget budget(loop, 2, 10);
  std::vector<double> at;
  const auto task = [&]() -> http::Task<void> {
    for (const int pause : {0, 9, 0, 0}) {
      co_await loop.sleep(std::chrono::seconds(pause));
      co_await budget.spend(1);
      at.push_back(world.seconds());
    }
  };
  loop.spawn(task());
  EXPECT_TRUE(loop.run());
  EXPECT_THAT(at, testing::ElementsAre(0, 9, testing::DoubleNear(10.25, 0.001), testing::DoubleNear(19.25, 0.001)));
}

TEST(BudgetTest, AnotherAmountHoldsFromThenOn) {
  http::FakeWorld world;
  http::Loop loop(world);
  Budget budget(loop, 1000, 10);
  const auto task = [&]() -> http::Task<void> {
    for (int i = 0; i < 100; ++i) co_await budget.spend(10);
    const auto slow = world.seconds();
    budget.set_amount(2000);
    for (int i = 0; i < 100; ++i) co_await budget.spend(10);
    EXPECT_NEAR((world.seconds() - slow) / slow, 0.5, 0.05);
  };
  loop.spawn(task());
  EXPECT_TRUE(loop.run());
}

TEST(BudgetTest, ADearRequestCostsItsUnits) { EXPECT_NEAR(times(100, 10, 3, 50).back(), 2 * 50 / 9.5 - 4 / 9.5, 0.01); }

TEST(BudgetTest, APauseHoldsEverybody) {
  http::FakeWorld world;
  http::Loop loop(world);
  Budget budget(loop, 5, 10);
  budget.pause_until(loop.now() + std::chrono::seconds(30));
  loop.spawn(budget.spend(1));
  EXPECT_TRUE(loop.run());
  EXPECT_EQ(world.seconds(), 30);
}

}  // namespace
}  // namespace assay::m365
