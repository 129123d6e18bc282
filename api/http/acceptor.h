#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "api/http/listen.h"

namespace confab::http {

/// A connection that has come.
struct Arrival {
  Descriptor socket;
  sockaddr_storage address{};
  socklen_t size = 0;
  std::string text;   ///< The address, without port; `unix`.
  bool last = false;  ///< It got the last descriptor: see Acceptor.
};

/// Takes connections from a listening socket.
///
/// Without a free descriptor the listening socket stays readable, and whoever
/// polls it would spin. So a descriptor is held back: it is given up for one more
/// connection, which can be told so; with that gone too, the acceptor rests.
class Acceptor {
 public:
  explicit Acceptor(Descriptor listener);

  /// To be polled for reading; -1 while it rests or after end().
  int descriptor(std::int64_t now_ms) const;
  /// How long it rests, at most `most_ms`.
  std::int64_t rest(std::int64_t now_ms, std::int64_t most_ms) const;
  /// The next connection, or nothing.
  std::optional<Arrival> next(std::int64_t now_ms);
  /// Once before every poll: takes the spare descriptor back when there is one.
  void tend();
  void end() { listener_ = Descriptor(); }

 private:
  std::optional<Arrival> take();

  Descriptor listener_;
  Descriptor spare_;
  std::int64_t rests_until_ = 0;
};

}  // namespace confab::http
