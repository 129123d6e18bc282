#pragma once

#include <cstdint>
#include <string>

#include "bench/lib/histogram.h"

namespace confab::bench {

/// Something that waits for a descriptor.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void ready(std::uint32_t events) = 0;
};

/// An epoll set, for a load generator that lives in one thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(int descriptor, Handler& handler, std::uint32_t events) const;
  void change(int descriptor, Handler& handler, std::uint32_t events) const;
  void remove(int descriptor) const;

  /// Calls the handlers of what is ready, after waiting for it at most that long.
  void turn(Steady::duration most);
  /// Turns until `done()`; throws with `what` when that takes longer than `patience`.
  template <typename F>
  void until(F&& done, Steady::duration patience, const char* what) {
    const auto end = Steady::now() + patience;
    while (!done()) {
      turn(std::chrono::milliseconds(100));
      if (Steady::now() > end) give_up(what);
    }
  }
  /// Turns for that long.
  void rest(Steady::duration time);

 private:
  [[noreturn]] static void give_up(const char* what);
  int epoll_;
};

/// Begins to connect to 127.0.0.1 from 127.0.x.y, where x.y counts up every hundred `index`es:
/// one address has ports for no more than 28,000 connections, and a server may
/// count connections by address. Non-blocking. Throws when there is no descriptor left.
int connect_from(int index, int port);

}  // namespace confab::bench
