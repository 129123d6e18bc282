#pragma once

#include <chrono>

namespace confab {

/// What this thread has waited for, since somebody last set it to nothing. Tells where
/// the time of a slow request went.
struct Waited {
  std::chrono::steady_clock::duration writer{};    ///< For a commit, queue included.
  std::chrono::steady_clock::duration database{};  ///< For reads, the pool included.
};

inline Waited& waited() {
  thread_local Waited mine;
  return mine;
}

/// Adds its lifetime to one of them.
class WaitTimer {
 public:
  explicit WaitTimer(std::chrono::steady_clock::duration Waited::*what) : what_(what) {}
  ~WaitTimer() { waited().*what_ += std::chrono::steady_clock::now() - begun_; }
  WaitTimer(const WaitTimer&) = delete;
  WaitTimer& operator=(const WaitTimer&) = delete;

 private:
  std::chrono::steady_clock::duration Waited::*const what_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace confab
