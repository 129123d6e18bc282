#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/events/hub.h"

namespace confab::test {

/// One event as a browser takes it from the stream.
struct Heard {
  std::string id;    ///< The position; empty for what is never replayed.
  std::string type;  ///< `closed` when the stream has ended instead.
  std::string data;
};

/// The browser's end of a stream.
class Ear {
 public:
  /// `kernel_bytes`: how much the kernel holds for a reader that does not read.
  explicit Ear(int kernel_bytes = 0);
  Ear(Ear&& other) noexcept;
  Ear& operator=(Ear&&) = delete;
  ~Ear();

  /// The hub's end, once: whoever takes it closes it.
  int give();
  /// The next event, `closed` at the end, or nothing when none comes in time.
  std::optional<Heard> next(std::int64_t within_ms = 10'000);
  /// Waits for an event of that type, leaving out the others.
  Heard wait_for(const std::string& type, std::int64_t within_ms = 10'000);
  /// True when the stream ends in time; what still comes is read and dropped.
  bool closed(std::int64_t within_ms = 10'000);
  /// Comments (heartbeats) met so far.
  int comments() const { return comments_; }
  /// Hangs up.
  void close();

 private:
  int mine_ = -1;
  int theirs_ = -1;
  std::string buffer_;
  Heard pending_;
  int comments_ = 0;
};

/// A hub with hand-made events.
class Stage {
 public:
  static constexpr const char* kTag = "stage";

  explicit Stage(events::Hub::Settings settings = {});

  /// Publishes the node's next event. Its data is `{}`.
  events::EventPtr say(events::Audience audience, events::About about = {},
                       const std::string& type = "said", std::uint32_t node = 1);
  events::EventPtr join(UserId user, RoomId room);
  events::EventPtr leave(UserId user, RoomId room);
  events::EventPtr end_session(UserId user, SessionId session);
  /// The same without publishing it yet.
  events::EventPtr make(events::Audience audience, events::About about = {},
                        const std::string& type = "said", std::uint32_t node = 1);

  /// Everything that was made.
  const events::Position& made() const { return made_; }
  std::string text(const events::Position& position) const { return position.text(kTag); }

  /// Opens a stream of somebody who is in `rooms` now.
  Ear listen(UserId user, const std::vector<RoomId>& rooms,
             std::optional<events::Position> after = {}, SessionId session = {1},
             int kernel_bytes = 0);

  /// What the next events on `ear` are, as far as `last`, by their ids.
  static std::vector<std::string> until(Ear& ear, const events::EventPtr& last);

 private:
  FakeClock clock_;
  events::Position made_;
  std::uint64_t last_id_ = 0;

 public:
  events::Hub hub;
};

/// `1.7`: the node and position of an event whose id `Stage` made.
std::string name_of(const events::Event& event);
/// The same out of an event's data.
std::string name_of(const Heard& heard);

/// Waits for a condition, 10 s at most.
template <typename F>
bool eventually(F&& condition) {
  const auto until = monotonic_ms() + 10'000;
  while (!condition()) {
    if (monotonic_ms() > until) return false;
    timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000};
    nanosleep(&pause, nullptr);
  }
  return true;
}

/// The seed of a random test: CONFAB_TEST_SEED, or a new one. It is printed, so
/// that a failure can be run again.
std::uint32_t seed();

}  // namespace confab::test
