#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "api/base/fields.h"
#include "api/base/json.h"
#include "api/http/server.h"
#include "tests/http/client.h"

namespace confab::test {

struct Note {
  MessageId id;
  std::int64_t version = 1;
  std::string text;
};
struct NewNote {
  std::string text;
  std::int64_t stars = 0;
};

constexpr auto fields(const Note*) {
  return resource("Note", field("id", &Note::id), field("version", &Note::version),
                  field("text", &Note::text).says("What it says"));
}
constexpr auto fields(const NewNote*) {
  return request("NewNote", field("text", &NewNote::text).min(1).max(100),
                 field("stars", &NewNote::stars).optional().max(5));
}

/// Lets threads wait until a test opens it.
class Gate {
 public:
  void open() {
    {
      std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_for_waiters(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

/// Something a stream's function owns; counts its kind. Shares the count, for a
/// stream may outlive the site.
class Held {
 public:
  using Count = std::shared_ptr<std::atomic<int>>;

  explicit Held(Count count) : count_(std::move(count)) { ++*count_; }
  ~Held() { --*count_; }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  const Count count_;
};

/// A real server on a free port, with one endpoint of each kind. `Bearer ann` is
/// a user, `Bearer root` an administrator, the cookie `confab=ann` the same user.
class Site {
 public:
  using Adjust = std::function<void(http::Server::Settings&)>;

  explicit Site(const Adjust& adjust = {}, int work_threads = 4, std::size_t capacity = 1000);

  int port() const { return server_->port(); }
  Address address() const { return {.port = port()}; }
  Client client() const { return Client(address()); }
  /// A client signed in with a token.
  Client ann() const;
  Connection connect() const { return Connection(address()); }
  void stop() { server_.reset(); }
  /// Streams alive, handed over or not.
  int held() const { return *held_; }

  http::Router router;
  Gate gate;                           ///< GET /slow waits here.
  std::atomic<int> handled{0};         ///< Handlers run.
  std::atomic<int> handovers{0};       ///< Sockets handed over.
  std::atomic<bool> remembers{false};  ///< GET /memory has its reply in memory.

 private:
  void add_routes();

  const Held::Count held_ = std::make_shared<std::atomic<int>>(0);
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<http::Server> server_;
};

/// What GET /flood streams before it ends: half a megabyte of events.
const std::string& flood();

/// The `code` of a problem+json answer.
std::string code_of(const Answer& answer);

/// Waits for a condition, 10 s at most.
bool eventually(const std::function<bool()>& condition);

}  // namespace confab::test
