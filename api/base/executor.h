#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace confab {

/// Names the calling thread, for logs and debuggers (15 characters at most).
void name_thread(const std::string& name);

/// A fixed set of threads that run what they are handed, in the order of its
/// coming. The destructor lets what waits run to its end.
///
/// No task waits while a thread sleeps. But threads are called one at a time, each
/// by the one before when more is left: short tasks are then run by a few warm
/// threads, instead of waking all in turn.
class Executor {
 public:
  /// `at_start` and `at_end` run in every thread (per-thread state of libraries).
  Executor(std::string name, int threads, std::size_t capacity, std::function<void()> at_start = {},
           std::function<void()> at_end = {});
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// False when `capacity` tasks wait already: the caller says 503 rather than
  /// letting the queue grow without bound. `task` must not throw: that is logged
  /// as a bug and the thread goes on.
  bool submit(std::function<void()> task);
  std::size_t waiting();

 private:
  /// A thread's place to sleep.
  struct Bed {
    std::condition_variable wake;
    bool called = false;
  };

  void run(int index);
  void stop();
  Bed* next_to_wake();

  const std::string name_;
  const std::size_t capacity_;
  std::deque<Bed> beds_;  ///< One for each thread; a deque, for they cannot be moved.
  const std::function<void()> at_start_;
  const std::function<void()> at_end_;
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  std::vector<Bed*> asleep_;  ///< The last to lie down is the first to be called.
  bool waking_ = false;       ///< Somebody was called and has not got up yet.
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace confab
