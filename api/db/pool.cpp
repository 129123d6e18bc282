#include "api/db/pool.h"

#include <chrono>

namespace confab::db {

Pool::Pool(Address address, std::size_t size, metrics::Registry* metrics)
    : address_(std::move(address)), size_(size) {
  if (metrics == nullptr) return;
  waits_ = &metrics->histogram("confab_database_pool_wait_seconds",
                               "From asking for a database connection to having one.",
                               metrics::latency_bounds());
  refused_ = &metrics->counter("confab_database_pool_refused_total",
                               "Reads refused because every connection was busy.");
  collector_ = metrics->on_scrape([this](metrics::Scrape& scrape) { describe(scrape); });
}

void Pool::describe(metrics::Scrape& scrape) {
  std::unique_lock lock(mutex_);
  const auto open = static_cast<double>(open_);
  const auto idle = static_cast<double>(idle_.size());
  lock.unlock();
  const auto* const name = "confab_database_pool_connections";
  const auto* const help = "Database connections for reading, by what they do.";
  scrape.gauge(name, help, open - idle, {{"state", "in_use"}});
  scrape.gauge(name, help, idle, {{"state", "idle"}});
  scrape.gauge("confab_database_pool_size", "Database connections there may be.",
               static_cast<double>(size_));
}

std::unique_ptr<Connection> Pool::take() {
  const auto begun = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  const bool had_one =
      free_.wait_until(lock, Deadline::now_held(), [&] { return !idle_.empty() || open_ < size_; });
  if (waits_ != nullptr) {
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begun;
    waits_->observe(waited.count());
    if (!had_one) refused_->add();
  }
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
