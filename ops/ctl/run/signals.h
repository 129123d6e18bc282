#pragma once

namespace confab::ctl::run {

/// SIGTERM, SIGINT, SIGHUP and SIGCHLD as something to poll, for as long as this lives.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const noexcept { return fd_; }
  /// Takes what has arrived; true when it asks us to stop.
  bool take_stop() const;

 private:
  int fd_;
};

/// Sends what is written to stderr (our log lines) to a file, for as long as this lives.
class StderrToFile {
 public:
  explicit StderrToFile(int file);
  ~StderrToFile();
  StderrToFile(const StderrToFile&) = delete;
  StderrToFile& operator=(const StderrToFile&) = delete;

  int console() const noexcept { return console_; }  ///< What stderr was before.

 private:
  int console_;
};

}  // namespace confab::ctl::run
