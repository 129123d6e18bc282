#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/base/error.h"
#include "api/db/value.h"

namespace confab::db {

/// What the database said no to. To a client it is `unavailable` (connection
/// lost: safe to retry with the same key) or `internal`; the words of the
/// database go to the log only.
class SqlError final : public Error {
 public:
  SqlError(unsigned number, bool lost);

  unsigned number() const noexcept { return number_; }
  /// The connection is gone; what was not committed is rolled back by the server.
  bool lost() const noexcept { return lost_; }
  bool duplicate() const noexcept { return number_ == 1062; }
  /// A deadlock, a lock wait or a row changed under our snapshot.
  bool retryable() const noexcept;

 private:
  unsigned number_;
  bool lost_;
};

/// Where the database is: `mysql://user:password@host:port/name` or
/// `mysql://user@localhost/name?socket=/path`. Parts are percent-encoded.
struct Address {
  std::string user, password, host, name, socket;
  unsigned port = 0;
};
/// Throws Error(invalid_value) saying which part does not fit.
Address parse_address(const std::string& url);

struct Outcome {
  std::uint64_t affected = 0;
};

/// Once per process before the first thread, and once per thread that used a connection.
void library_start();
void thread_end() noexcept;

/// Until when this thread waits for answers of a database, whatever the options of a
/// connection say; then the connection counts as lost. Of several the earliest holds.
class Deadline {
 public:
  explicit Deadline(std::chrono::steady_clock::time_point at);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// The one that holds in this thread; the end of time when there is none.
  static std::chrono::steady_clock::time_point now_held();

 private:
  const std::chrono::steady_clock::time_point outer_;
};

/// One connection; used by one thread at a time. Statements are prepared once
/// and kept. Sessions run in UTC, utf8mb4 and strict mode.
class Connection {
 public:
  struct Options {
    bool select_database = true;
    unsigned read_timeout_s = 10;  ///< 0: wait for ever (migrations).
    bool read_committed = false;   ///< Else REPEATABLE READ.
  };

  /// Connects (2 s at most). Throws SqlError.
  Connection(const Address& address, const Options& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Outcome run(std::string_view sql, const Values& values = {});
  void each(std::string_view sql, const Values& values, const std::function<void(const Row&)>& use);
  /// One statement for many rows, `values` row after row, in one round trip.
  Outcome bulk(std::string_view sql, std::size_t columns, const Values& values);
  /// Text protocol, for what cannot be prepared (transaction control, DDL).
  void command(std::string_view sql);

  bool lost() const noexcept { return lost_; }

 private:
  struct Statement;
  struct State;
  Statement& prepare(std::string_view sql);
  [[noreturn]] void fail(unsigned number, const char* message, std::string_view sql);

  std::unique_ptr<State> state_;
  bool lost_ = false;
};

}  // namespace confab::db
