#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace confab::ctl::run {

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

/// `confab run` with data of its own, as a person would start it.
class Instance {
 public:
  /// In a temporary folder that goes with it; `below` makes the data lie deeper in it.
  explicit Instance(const std::string& below = "data");
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Starts it on any free port; `extra` is `NAME=value`.
  void launch(const std::vector<std::string>& extra = {},
              const std::filesystem::path& program = CONFAB_PROGRAM);
  /// True once it says that it is ready; false when it ended first.
  bool wait_until_ready() const;
  void launch_and_wait();
  /// Sends the signal to the supervisor.
  void signal(int number) const;
  /// Its exit code, or 128 + signal; it is killed when it does not end within 45 s.
  int wait();

  /// The processes it keeps running, by name.
  std::map<std::string, pid_t> children() const;
  /// True when every process of this run has ended within `patience`.
  bool all_gone(std::chrono::milliseconds patience) const;
  /// True when the server answers that it is ready within `patience`.
  bool answers(std::chrono::milliseconds patience) const;

  std::string output() const;  ///< stdout and stderr so far.
  std::string log(const std::string& name) const;
  const std::filesystem::path& data() const { return data_; }
  int port() const;

 private:
  bool ended() const;

  std::filesystem::path home_;
  std::filesystem::path data_;
  pid_t pid_ = 0;
};

}  // namespace confab::ctl::run
