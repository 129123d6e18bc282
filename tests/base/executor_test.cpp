#include "api/base/executor.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <future>
#include <stdexcept>

#include "api/base/log.h"
#include "tests/base/support.h"

namespace confab {
namespace {

/// Blocks the only thread of an executor until it is released. Outlives it.
class Plug {
 public:
  void into(Executor& executor) {
    EXPECT_TRUE(executor.submit([this] {
      entered_.set_value();
      released_.wait();
    }));
    entered_.get_future().wait();
  }
  void release() { release_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> release_;
  std::future<void> released_ = release_.get_future();
};

TEST(Executor, RunsTasksInTheOrderOfTheirComing) {
  std::vector<int> seen;
  {
    Executor executor("work", 1, 1000);
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(executor.submit([&seen, i] { seen.push_back(i); }));
  }
  ASSERT_EQ(seen.size(), 500U);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(Executor, RefusesWhatGoesPastItsCapacity) {
  Plug plug;
  Executor executor("work", 1, 2);
  plug.into(executor);
  EXPECT_TRUE(executor.submit([] {}));
  EXPECT_TRUE(executor.submit([] {}));
  EXPECT_EQ(executor.waiting(), 2U);
  EXPECT_FALSE(executor.submit([] {}));
  plug.release();
}

TEST(Executor, DestructorRunsWhatWaits) {
  std::atomic<int> done = 0;
  {
    Executor executor("work", 4, 10'000);
    for (int i = 0; i < 5000; ++i) ASSERT_TRUE(executor.submit([&done] { ++done; }));
  }
  EXPECT_EQ(done, 5000);
}

TEST(Executor, TakesTasksFromManyThreadsAndLosesNone) {
  std::atomic<int> done = 0;
  int taken = 0;
  {
    Executor executor("work", 4, 100);
    std::vector<std::future<int>> senders;
    for (int s = 0; s < 4; ++s) {
      senders.push_back(std::async(std::launch::async, [&] {
        int mine = 0;
        for (int i = 0; i < 2000; ++i) mine += executor.submit([&done] { ++done; }) ? 1 : 0;
        return mine;
      }));
    }
    for (auto& sender : senders) taken += sender.get();
  }
  EXPECT_GT(taken, 0);
  EXPECT_EQ(done, taken);
}

TEST(Executor, RunsTheHooksOncePerThread) {
  std::atomic<int> starts = 0;
  std::atomic<int> ends = 0;
  {
    Executor executor(
        "work", 3, 1, [&] { ++starts; }, [&] { ++ends; });
  }
  EXPECT_EQ(starts, 3);
  EXPECT_EQ(ends, 3);
}

TEST(Executor, SurvivesATaskThatThrows) {
  log::start("test", log::Level::off, true);
  std::promise<void> later;
  Executor executor("work", 1, 10);
  ASSERT_TRUE(executor.submit([] { throw std::runtime_error("a bug"); }));
  ASSERT_TRUE(executor.submit([] { throw 7; }));
  ASSERT_TRUE(executor.submit([&] { later.set_value(); }));
  later.get_future().wait();
  log::start("test", log::Level::info, true);
}

TEST(Executor, NamesItsThreads) {
  std::promise<std::string> name;
  Executor executor("a-very-long-name", 1, 1);
  ASSERT_TRUE(executor.submit([&] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name.set_value(text.data());
  }));
  EXPECT_EQ(name.get_future().get(), "a-very-long-nam");
}

}  // namespace
}  // namespace confab
