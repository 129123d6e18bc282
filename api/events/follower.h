#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "api/db/pool.h"
#include "api/events/hub.h"

namespace confab::events {

/// Wakes the API processes of this machine that listen in `directory`: another
/// process has committed events. Loses nothing when nobody hears it.
void ring_doorbell(const std::string& directory) noexcept;

/// Brings the events of other processes (worker, command line) into the hub: at
/// the doorbell, and once a second in case a bell was lost.
class Follower {
 public:
  /// `own_node` is left out: the writer hands its events to the hub itself.
  Follower(db::Pool& pool, Hub& hub, std::uint32_t own_node, const std::string& directory);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

 private:
  void run();
  void catch_up();

  db::Pool& pool_;
  Hub& hub_;
  const std::uint32_t own_node_;
  const std::string path_;
  int bell_ = -1;
  Position position_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace confab::events
