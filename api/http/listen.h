#pragma once

#include <unistd.h>

#include <string>
#include <utility>

namespace confab::http {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }

  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// A listening socket, and what it listens on.
struct Listener {
  Descriptor socket;
  int port = 0;           ///< Zero for a unix socket.
  std::string unix_path;  ///< To be removed at the end; else empty.
};

/// Listens on an IP address and port (0: the kernel picks), or on `unix:/path`.
/// With `shared`, more sockets may listen on the same port and the kernel spreads
/// the connections. A unix socket that nobody listens on any more is replaced.
/// Throws Error(internal) saying what the address needs.
Listener listen_on(const std::string& bind, int port, bool shared);

}  // namespace confab::http
