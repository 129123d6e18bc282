#include "api/accounts/access/refusals.h"

namespace confab::accounts {

int Refusals::count(const std::string& key, Time now) {
  return state_.with([&](State& state) {
    const auto age = now - state.since;
    if (age >= kHour || age < 0) state = {.since = now};
    if (state.counts.size() >= kCapacity && !state.counts.contains(key)) return 0;
    const int seen = ++state.counts[key];
    if (seen % kEach != 1 || state.told >= kMost) return 0;
    ++state.told;
    return seen;
  });
}

}  // namespace confab::accounts
