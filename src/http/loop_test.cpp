#include "http/loop.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/fake.h"

namespace assay::http {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

class LoopTest : public testing::Test {
 protected:
  FakeWorld world_;
  Loop loop_{world_};
  std::vector<std::string> seen_;

  Task<void> say_after(std::string word, int after) {
    co_await loop_.sleep(seconds(after));
    seen_.push_back(word + "@" + std::to_string(static_cast<int>(world_.seconds())));
  }
};

Task<int> twice(int value) { co_return value * 2; }

TEST_F(LoopTest, TasksRunBesideEachOtherInTheOrderOfTime) {
  loop_.spawn(say_after("late", 9));
  loop_.spawn(say_after("early", 2));
  loop_.spawn(say_after("also late", 9));

  EXPECT_TRUE(loop_.run());

  EXPECT_THAT(seen_, ElementsAre("early@2", "late@9", "also late@9"));
}

TEST_F(LoopTest, ATaskGivesItsValueToWhoAwaitsIt) {
  int got = 0;
  loop_.spawn([](int& out) -> Task<void> { out = co_await twice(co_await twice(5)); }(got));

  EXPECT_TRUE(loop_.run());

  EXPECT_EQ(got, 20);
}

TEST_F(LoopTest, AGateLetsInSoManyAndTheOthersInOrder) {
  Gate gate(loop_, 2);
  const auto visit = [&](std::string name) -> Task<void> {
    const auto place = co_await gate.enter();
    co_await loop_.sleep(seconds(10));
    seen_.push_back(name + "@" + std::to_string(static_cast<int>(world_.seconds())));
  };
  for (const auto* name : {"a", "b", "c", "d", "e"}) loop_.spawn(visit(name));

  EXPECT_TRUE(loop_.run());

  EXPECT_THAT(seen_, ElementsAre("a@10", "b@10", "c@20", "d@20", "e@30"));
}

TEST_F(LoopTest, AnEventLetsEverybodyGoOn) {
  Event event(loop_);
  const auto wait = [&](std::string name) -> Task<void> {
    co_await event.wait();
    seen_.push_back(name);
  };
  loop_.spawn(wait("a"));
  loop_.spawn(wait("b"));
  loop_.spawn([](Loop& loop, Event& of) -> Task<void> {
    co_await loop.sleep(seconds(3));
    of.set();
  }(loop_, event));
  loop_.spawn([](Loop& loop, Event& of, std::vector<std::string>& seen) -> Task<void> {
    co_await loop.sleep(seconds(5));
    co_await of.wait();
    seen.emplace_back("after it was set");
  }(loop_, event, seen_));

  EXPECT_TRUE(loop_.run());

  EXPECT_THAT(seen_, ElementsAre("a", "b", "after it was set"));
}

TEST_F(LoopTest, WhatCanNeverGoOnEndsTheRunAndIsSaid) {
  Event never(loop_);
  loop_.spawn([](Event& of) -> Task<void> { co_await of.wait(); }(never));

  EXPECT_FALSE(loop_.run());
}

TEST_F(LoopTest, StoppingLeavesTheRestUndone) {
  loop_.spawn(say_after("never", 5));
  loop_.spawn([](Loop& loop) -> Task<void> {
    co_await loop.sleep(seconds(1));
    loop.stop();
  }(loop_));

  EXPECT_FALSE(loop_.run());
  EXPECT_TRUE(seen_.empty());
}

}  // namespace
}  // namespace assay::http
