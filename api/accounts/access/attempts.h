#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/base/clock.h"
#include "api/base/guarded.h"

namespace confab::accounts {

/// Failed guesses of passwords, counted in windows that slide. Bounded: when too
/// many keys are in use one of them is forgotten.
class Attempts {
 public:
  static constexpr std::size_t kCapacity = 50'000;

  /// `most` failures of one `key` within `window_ms`.
  struct Limit {
    std::string key;
    std::size_t most;
    std::int64_t window_ms;
  };

  /// A guess under way. It counts from its beginning, so that many at once get
  /// no further than one after the other; unless it `failed`, it is taken back.
  class Guess {
   public:
    Guess(Attempts& attempts, std::vector<Limit> limits, Time at)
        : attempts_(attempts), limits_(std::move(limits)), at_(at) {}
    ~Guess() {
      if (!failed_) attempts_.forgive(limits_, at_);
    }
    Guess(const Guess&) = delete;
    Guess& operator=(const Guess&) = delete;
    void failed() { failed_ = true; }

   private:
    Attempts& attempts_;
    const std::vector<Limit> limits_;
    const Time at_;
    bool failed_ = false;
  };

  /// Throws too_many_attempts, and counts nothing, when one of the limits is reached.
  Guess begin(std::vector<Limit> limits, Time now);
  bool reached(const Limit& limit, Time now);

 private:
  using Failures = std::unordered_map<std::string, std::deque<Time>>;

  /// Milliseconds until `limit` lets another guess through; zero: now.
  static std::int64_t wait_of(Failures& failures, const Limit& limit, Time now);
  void forgive(const std::vector<Limit>& limits, Time at);

  Guarded<Failures> failures_;
};

}  // namespace confab::accounts
