#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "api/db/connection.h"
#include "tests/http/client.h"

namespace confab::test {

/// Waits for `condition`, looked at every 5 ms, for at most `patience`.
template <typename F>
bool eventually(std::chrono::milliseconds patience, F&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// What the person who runs the tests chose, such as CONFAB_FAULT_CYCLES; or empty.
/// It is taken out of the environment, where the programs under test would refuse it.
std::string choice(const std::string& variable);

/// One of the processes that an instance keeps running.
enum class Part { api, worker, database };

/// The real programs, started by `confab run` with a private database in a temporary
/// folder that goes with it, unless the test has failed. Made and started by the main thread:
/// should that die, all of it ends.
class Instance {
 public:
  struct Options {
    std::filesystem::path program = {};  ///< The `confab` to run; empty: the one of this build.
    std::vector<std::string> environment = {};  ///< `NAME=value`.
    int port = 0;                               ///< 0: any free one at each start.
  };

  explicit Instance(Options options);
  Instance() : Instance(Options{}) {}
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Returns once it says that it is ready; throws what it printed when it does not.
  void start();
  /// SIGTERM. Its exit code, or 128 + signal; 0 when it does not run.
  int stop();
  /// SIGKILL to the supervisor and everything it runs; all are gone on return.
  void kill_all();

  /// The process of that part just now, 0 while there is none.
  pid_t pid(Part part) const;
  /// Sends a signal to a part, or (STOP and CONT, say) to the supervisor.
  void signal(Part part, int number) const;
  void signal_supervisor(int number) const;
  /// SIGKILL, and that process is gone on return.
  void kill(Part part) const;
  /// True once the server says that it is ready, within `patience`.
  bool ready(std::chrono::milliseconds patience = std::chrono::seconds(15)) const;
  /// True when every process of this run has ended within `patience`.
  bool all_gone(std::chrono::milliseconds patience) const;

  int port() const { return port_; }
  Client client() const { return Client(port_); }
  /// Past the server, straight to what is stored. Use it in the main thread.
  db::Connection database() const;
  const std::filesystem::path& folder() const { return home_; }
  std::string log(const std::string& name) const;

 private:
  std::string output() const;

  const Options options_;
  std::filesystem::path home_;
  std::filesystem::path data_;
  pid_t pid_ = 0;
  int port_ = 0;
};

}  // namespace confab::test
