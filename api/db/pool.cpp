#include "api/db/pool.h"

#include <chrono>

namespace confab::db {

std::unique_ptr<Connection> Pool::take() {
  std::unique_lock lock(mutex_);
  const bool had_one =
      free_.wait_until(lock, Deadline::now_held(), [&] { return !idle_.empty() || open_ < size_; });
  if (!had_one) {
    throw Error(Code::unavailable, "All database connections are busy; try again shortly.")
        .retry_after(1);
  }
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  ++open_;
  lock.unlock();
  try {
    return std::make_unique<Connection>(address_, Connection::Options{});
  } catch (...) {
    lock.lock();
    --open_;
    free_.notify_one();
    throw;
  }
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  std::lock_guard lock(mutex_);
  if (connection->lost()) {
    --open_;
  } else {
    idle_.push_back(std::move(connection));
  }
  free_.notify_one();
}

void Pool::drop_idle() {
  std::lock_guard lock(mutex_);
  open_ -= idle_.size();
  idle_.clear();
}

}  // namespace confab::db
