#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/base/clock.h"

namespace confab::accounts {

/// Failed guesses of passwords, counted in windows that slide. Bounded: when too
/// many keys are in use one of them is forgotten.
class Attempts {
 public:
  static constexpr std::size_t kCapacity = 50'000;
  static constexpr int kQueue = 32;

  /// `most` failures of one `key` within `window_ms`.
  struct Limit {
    std::string key;
    std::size_t most;
    std::int64_t window_ms;
  };

  /// A guess under way. Unless it `failed`, it does not count.
  class Guess {
   public:
    Guess(Attempts& attempts, std::vector<Limit> limits, Time at)
        : attempts_(attempts), limits_(std::move(limits)), at_(at) {}
    ~Guess() { attempts_.end(limits_, at_, failed_); }
    Guess(const Guess&) = delete;
    Guess& operator=(const Guess&) = delete;
    void failed() { failed_ = true; }

   private:
    Attempts& attempts_;
    const std::vector<Limit> limits_;
    const Time at_;
    bool failed_ = false;
  };

  /// Throws too_many_attempts when one of the limits is reached. Guesses at once
  /// get no further than one after the other: what could go beyond a limit waits
  /// for those before it, or is refused with unavailable when many wait.
  Guess begin(std::vector<Limit> limits, Time now);
  bool reached(const Limit& limit, Time now);

 private:
  struct Count {
    std::deque<Time> failures;
    std::size_t under_way = 0;
  };

  /// Milliseconds until `limit` lets another guess through; zero: now.
  std::int64_t wait_of(const Limit& limit, Time now);
  bool is_busy(const Limit& limit) const;
  void end(const std::vector<Limit>& limits, Time at, bool failed);
  void make_room();

  std::mutex mutex_;
  std::condition_variable ended_;
  std::unordered_map<std::string, Count> counts_;
  int waiting_ = 0;
};

}  // namespace confab::accounts
