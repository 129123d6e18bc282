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
  void run(int index);
  void stop();

  const std::string name_;
  const std::size_t capacity_;
  const std::function<void()> at_start_;
  const std::function<void()> at_end_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace confab
