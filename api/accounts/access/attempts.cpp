#include "api/accounts/access/attempts.h"

#include <algorithm>

#include "api/base/error.h"

namespace confab::accounts {

std::int64_t Attempts::wait_of(const Limit& limit, Time now) {
  const auto found = counts_.find(limit.key);
  if (found == counts_.end()) return 0;
  auto& failures = found->second.failures;
  while (!failures.empty() && now - failures.front() >= limit.window_ms) failures.pop_front();
  if (failures.size() < limit.most) return 0;
  return failures.front() + limit.window_ms - now;
}

bool Attempts::is_busy(const Limit& limit) const {
  const auto found = counts_.find(limit.key);
  if (found == counts_.end()) return false;
  const Count& count = found->second;
  return count.failures.size() + count.under_way >= limit.most;
}

bool Attempts::reached(const Limit& limit, Time now) {
  const std::lock_guard lock(mutex_);
  return wait_of(limit, now) > 0;
}

Attempts::Guess Attempts::begin(std::vector<Limit> limits, Time now) {
  std::unique_lock lock(mutex_);
  while (true) {
    std::int64_t wait = 0;
    for (const auto& limit : limits) wait = std::max(wait, wait_of(limit, now));
    if (wait > 0) {
      throw Error(Code::too_many_attempts,
                  "Too many wrong passwords. Wait, or sign in from a device that you used before.")
          .retry_after(static_cast<int>((wait + kSecond - 1) / kSecond));
    }
    const bool busy = std::any_of(limits.begin(), limits.end(),
                                  [&](const Limit& limit) { return is_busy(limit); });
    if (!busy) break;
    if (waiting_ >= kQueue) {
      throw Error(Code::unavailable, "Too many people are signing in just now.").retry_after(3);
    }
    ++waiting_;
    ended_.wait(lock);
    --waiting_;
  }
  for (const auto& limit : limits) {
    if (counts_.size() >= kCapacity) make_room();
    ++counts_[limit.key].under_way;
  }
  return Guess(*this, std::move(limits), now);
}

void Attempts::end(const std::vector<Limit>& limits, Time at, bool failed) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& limit : limits) {
      const auto found = counts_.find(limit.key);
      --found->second.under_way;
      if (failed) found->second.failures.push_back(at);
      if (found->second.under_way == 0 && found->second.failures.empty()) counts_.erase(found);
    }
  }
  ended_.notify_all();
}

void Attempts::make_room() {
  // A count with a guess under way is still needed by it.
  const auto idle = std::find_if(counts_.begin(), counts_.end(),
                                 [](const auto& each) { return each.second.under_way == 0; });
  if (idle != counts_.end()) counts_.erase(idle);
}

}  // namespace confab::accounts
