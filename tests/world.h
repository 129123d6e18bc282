#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "api/accounts/accounts.h"
#include "api/app.h"
#include "api/audit/trail.h"
#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/id.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/events/hub.h"
#include "api/events/log.h"
#include "api/messages/messages.h"
#include "api/messages/rows.h"
#include "api/rooms/book.h"
#include "api/rooms/rooms.h"
#include "tests/database.h"

namespace confab::test {

/// A data folder that goes with its maker.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Everything the rules need, as main builds it, on a real database with an empty
/// schema and a clock that stands still. Verbs arrange what a test is not about.
class World {
 public:
  World();
  /// On a database of the test's own, which it may kill.
  explicit World(const DatabaseServer& server);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Somebody with an account, and the password `kPassword`.
  UserId person(const std::string& username,
                accounts::ServerRole role = accounts::ServerRole::member);
  static constexpr const char* kPassword = "correct horse battery";

  /// A public channel; the first of `members` owns it.
  RoomId room(const std::string& name, const std::vector<UserId>& members);
  /// The same, for its members only.
  RoomId private_room(const std::string& name, const std::vector<UserId>& members);
  RoomId direct(UserId one, UserId other);

  messages::Message post(UserId author, RoomId room, const std::string& body);

  /// The types of the events that a stream of `user` got since the last person
  /// or room was arranged, or since `listen`.
  std::vector<std::string> heard_by(UserId user);
  /// The same with everything in them.
  std::vector<events::EventPtr> events_for(UserId user);
  /// Forgets what was heard so far.
  void listen();

  /// Where the database is, for another process's parts.
  const db::Address& address() const { return schema_->address(); }

  /// `use(Tx&)` on one snapshot of the database.
  template <typename F>
  auto read(F&& use) {
    return pool.snapshot(use);
  }

 private:
  std::unique_ptr<Schema> schema_;
  TemporaryFolder folder_;
  events::Position heard_until_;

 public:
  FakeClock clock;
  Config config;
  IdMaker ids;
  crypto::Keys keys;
  db::Pool pool;
  events::Hub hub;
  rooms::Book book;
  messages::Rows rows;
  events::Log log;
  audit::Trail trail;
  db::Writer writer;
  App app;

 private:
  explicit World(std::unique_ptr<Schema> schema);
};

void report_no_error();

/// The code that `what()` throws. Fails the test when it throws nothing.
template <typename F>
Code code_of(F&& what) {
  try {
    what();
  } catch (const Error& error) {
    return error.code();
  }
  report_no_error();
  return Code::internal;
}

}  // namespace confab::test

namespace confab {
/// So that a failed comparison shows the code's name.
void PrintTo(Code code, std::ostream* out);
}  // namespace confab
