#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "api/db/connection.h"

namespace confab::bench {

/// The real programs of this build (or BENCH_PROGRAM: another `confab`), started by `confab run`
/// with a private database, without rate limits. Made and started by the main thread: should that
/// die, all of it ends.
class Server {
 public:
  struct Options {
    std::filesystem::path data = {};  ///< Kept afterwards; empty: a temporary folder that is not.
    std::vector<std::string> environment = {};  ///< `NAME=value`.
  };

  explicit Server(Options options);
  Server() : Server(Options{}) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Returns once it says that it is ready; throws what it printed when it does not.
  void start();
  /// SIGTERM, and waits for the end.
  void stop();

  int port() const { return port_; }
  pid_t api() const { return child("confab-api"); }
  pid_t database_server() const { return child("mariadbd"); }
  /// Past the server, straight to what is stored.
  db::Connection database() const;
  const std::filesystem::path& data() const { return data_; }

 private:
  pid_t child(const std::string& name) const;

  const Options options_;
  std::filesystem::path home_;  ///< Of this run's output; goes with it.
  std::filesystem::path data_;
  pid_t pid_ = 0;
  int port_ = 0;
};

}  // namespace confab::bench
