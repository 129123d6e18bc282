#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "api/base/metrics.h"
#include "api/base/waited.h"
#include "api/db/tx.h"

namespace confab::db {

/// Connections for reading. Changes go through the Writer.
class Pool {
 public:
  /// `metrics` takes the pool's measures, when given, and outlives it.
  Pool(Address address, std::size_t size, metrics::Registry* metrics = nullptr);

  /// So that a client of a database that hangs gets its refusal within 2 s.
  static constexpr std::chrono::milliseconds kPatience{1700};

  /// Runs `use(Tx&)`, each statement by itself. A connection that turns out to be
  /// dead is replaced and `use` runs once more, so it must only read.
  /// Throws Error(unavailable) when the database does not answer within `patience`.
  template <typename F>
  auto read(F&& use, std::chrono::milliseconds patience = kPatience) {
    const WaitTimer timer(&Waited::database);
    const Deadline deadline(std::chrono::steady_clock::now() + patience);
    try {
      return read_once(use);
    } catch (const SqlError& error) {
      if (!error.lost()) throw;
    }
    drop_idle();
    return read_once(use);
  }

  /// The same, with all statements seeing one moment of the database.
  template <typename F>
  auto snapshot(F&& use, std::chrono::milliseconds patience = kPatience) {
    return read(
        [&](Tx& tx) {
          tx.connection().command("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
          const struct End {
            Connection& connection;
            ~End() {
              try {
                connection.command("COMMIT");
              } catch (const SqlError&) {
                // A lost connection is dropped when it is given back.
              }
            }
          } end{tx.connection()};
          return use(tx);
        },
        patience);
  }

 private:
  class Lease {
   public:
    explicit Lease(Pool& pool) : pool_(pool), connection_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& connection() { return *connection_; }

   private:
    Pool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  template <typename F>
  auto read_once(F& use) {
    Lease lease(*this);
    Tx tx(lease.connection());
    return use(tx);
  }
  void describe(metrics::Scrape& scrape);
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);
  void drop_idle();

  const Address address_;
  const std::size_t size_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t open_ = 0;
  metrics::Histogram* waits_ = nullptr;
  metrics::Counter* refused_ = nullptr;
  metrics::Registry::Collector collector_;
};

}  // namespace confab::db
