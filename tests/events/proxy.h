#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "api/db/connection.h"

namespace confab::test {

/// Stands between a connection and the database, and can lose the answer to a
/// commit: it lets the COMMIT through, waits until it is done, and hangs up.
class LossyProxy {
 public:
  explicit LossyProxy(const db::Address& behind);
  ~LossyProxy();
  LossyProxy(const LossyProxy&) = delete;
  LossyProxy& operator=(const LossyProxy&) = delete;

  /// The database as seen through the proxy.
  const db::Address& address() const { return address_; }
  /// Of the next commit; afterwards nobody is let in for `away_ms`.
  void lose_next_commit(std::int64_t away_ms = 0);
  /// Of the next commit, before the database has seen it.
  void stop_next_commit();
  int lost() const { return lost_; }

 private:
  void accept_all();
  void carry(int client);

  enum class Plan { pass, lose, stop };

  const std::string behind_;
  std::string folder_;
  db::Address address_;
  int listener_ = -1;
  std::atomic<Plan> plan_{Plan::pass};
  std::atomic<std::int64_t> away_ms_{0};
  std::atomic<std::int64_t> away_until_{0};
  std::atomic<int> lost_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace confab::test
