#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "api/base/clock.h"
#include "api/base/guarded.h"

namespace confab::accounts {

/// Which wrong passwords the audit log hears of: the first for a key in an hour,
/// then every tenth, and at most `kMost` in an hour for all keys together, so
/// that guessing cannot fill the disk.
class Refusals {
 public:
  static constexpr int kEach = 10;
  static constexpr int kMost = 500;
  static constexpr std::size_t kCapacity = 50'000;

  /// Counts one. How many of this hour the log is to be told of now, this one
  /// included; zero: nothing.
  int count(const std::string& key, Time now);

 private:
  struct State {
    Time since;
    int told = 0;
    std::unordered_map<std::string, int> counts;
  };
  Guarded<State> state_;
};

}  // namespace confab::accounts
