#pragma once

#include <filesystem>

namespace confab::ctl::run {

/// The receiving end of NOTIFY_SOCKET, as systemd's services use it to say that they are ready.
class NotifySocket {
 public:
  /// Throws `Failure` when the path cannot be bound.
  explicit NotifySocket(const std::filesystem::path& path);
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  int fd() const noexcept { return fd_; }
  /// Takes what has arrived; true when it holds READY=1.
  bool take_ready() const;

 private:
  std::filesystem::path path_;
  int fd_;
};

}  // namespace confab::ctl::run
