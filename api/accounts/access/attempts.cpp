#include "api/accounts/access/attempts.h"

#include <algorithm>

#include "api/base/error.h"

namespace confab::accounts {

std::int64_t Attempts::wait_of(Failures& failures, const Limit& limit, Time now) {
  const auto found = failures.find(limit.key);
  if (found == failures.end()) return 0;
  auto& times = found->second;
  while (!times.empty() && now - times.front() >= limit.window_ms) times.pop_front();
  if (times.empty()) failures.erase(found);
  else if (times.size() >= limit.most) return times.front() + limit.window_ms - now;
  return 0;
}

bool Attempts::reached(const Limit& limit, Time now) {
  return failures_.with([&](Failures& failures) { return wait_of(failures, limit, now) > 0; });
}

Attempts::Guess Attempts::begin(std::vector<Limit> limits, Time now) {
  failures_.with([&](Failures& failures) {
    std::int64_t wait = 0;
    for (const auto& limit : limits) wait = std::max(wait, wait_of(failures, limit, now));
    if (wait > 0) {
      throw Error(Code::too_many_attempts,
                  "Too many wrong passwords. Wait, or sign in from a device that you used before.")
          .retry_after(static_cast<int>((wait + kSecond - 1) / kSecond));
    }
    for (const auto& limit : limits) {
      if (failures.size() >= kCapacity) failures.erase(failures.begin());
      failures[limit.key].push_back(now);
    }
  });
  return Guess(*this, std::move(limits), now);
}

void Attempts::forgive(const std::vector<Limit>& limits, Time at) {
  failures_.with([&](Failures& failures) {
    for (const auto& limit : limits) {
      const auto found = failures.find(limit.key);
      if (found == failures.end()) continue;
      auto& times = found->second;
      const auto mine = std::find(times.begin(), times.end(), at);
      if (mine != times.end()) times.erase(mine);
      if (times.empty()) failures.erase(found);
    }
  });
}

}  // namespace confab::accounts
