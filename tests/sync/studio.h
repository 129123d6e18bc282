#pragma once

#include <map>
#include <optional>
#include <string>

#include "api/sync/sync.h"
#include "tests/stage.h"
#include "tests/world.h"

namespace confab::test {

/// A world whose streams come from a hub with a short memory, so that resuming
/// needs the log as often as not.
class Studio {
 private:
  std::optional<events::Hub> hub_;  // outlives the world's hub, which feeds it

 public:
  explicit Studio(std::size_t ring_events = 20);

  World world;

  /// Somebody with a session.
  UserId person(const std::string& username);
  SessionId session(UserId user) const { return sessions_.at(user); }
  /// The world with the other hub.
  App& app() { return *app_; }
  events::Hub& hub() { return *hub_; }

  /// Opens a stream as the route does; the reason of a reset instead.
  struct Opened {
    std::optional<Ear> ear;
    std::string reset;
  };
  Opened open(UserId user, const std::string& cursor);

 private:
  std::map<UserId, SessionId> sessions_;
  std::optional<App> app_;
};

}  // namespace confab::test
