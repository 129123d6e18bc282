#pragma once

#include <mutex>
#include <utility>

namespace confab {

/// A value that can only be touched while its mutex is held.
///
///   Guarded<std::set<Subscriber*>> live;
///   live.with([&](auto& set) { set.insert(me); });
///
/// Keep the function short: no SQL, no file access, no other Guarded.
template <typename T>
class Guarded {
 public:
  template <typename F>
  decltype(auto) with(F&& f) {
    std::lock_guard lock(mutex_);
    return std::forward<F>(f)(value_);
  }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace confab
