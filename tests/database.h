#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "api/db/connection.h"
#include "ops/ctl/run/data_folder.h"

namespace confab::test {

/// A private mariadbd, started as the supervisor starts it, in a temporary folder
/// that goes with it. Must be made by the main thread: it ends with its maker.
class DatabaseServer {
 public:
  enum class Commits { durable, fast };  ///< `fast`: does not wait for the disk.

  explicit DatabaseServer(Commits commits = Commits::fast);
  ~DatabaseServer();
  DatabaseServer(const DatabaseServer&) = delete;
  DatabaseServer& operator=(const DatabaseServer&) = delete;

  /// Returns once it takes connections.
  void start();
  /// SIGKILL, and it is gone on return.
  void kill();

  const std::string& socket() const { return socket_; }

 private:
  void end(int signal);

  const Commits commits_;
  const std::filesystem::path folder_;
  std::unique_ptr<ctl::run::DataFolder> data_;
  std::string socket_;
  pid_t pid_ = 0;
};

/// A schema of its own with every migration run: taken when made, emptied and
/// given back for the next test when destroyed.
///
/// It lies on the mariadbd listening at CONFAB_TEST_SOCKET, or else on one that
/// the first schema of this process starts.
class Schema {
 public:
  Schema();
  /// On that server, and new.
  explicit Schema(const DatabaseServer& server);
  ~Schema();
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const db::Address& address() const { return address_; }

 private:
  db::Address address_;
  bool shared_ = true;
};

}  // namespace confab::test
