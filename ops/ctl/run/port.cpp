#include "ops/ctl/run/port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <random>
#include <string_view>

#include "ops/ctl/failure.h"

namespace confab::ctl::run {
namespace {

/// A socket address of any family, and how much of it counts.
struct Place {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
};

class Socket {
 public:
  explicit Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

Place ip_place(const std::string& address, int port) {
  Place place;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&place.storage);
  if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<std::uint16_t>(port));
    place.size = sizeof *v4;
    return place;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&place.storage);
  if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<std::uint16_t>(port));
    place.size = sizeof *v6;
    return place;
  }
  throw Failure(Exit::config, "CONFAB_BIND is \"" + address + "\"",
                "set it to an IP address, or to unix: and an absolute path");
}

Place unix_place(const std::string& path) {
  Place place;
  auto* name = reinterpret_cast<sockaddr_un*>(&place.storage);
  name->sun_family = AF_UNIX;
  path.copy(name->sun_path, sizeof name->sun_path - 1);
  place.size = sizeof *name;
  return place;
}

/// Where a client on this machine finds a server bound to `bind`.
Place place_to_ask(const std::string& bind, int port) {
  if (bind.starts_with("unix:")) return unix_place(bind.substr(5));
  if (bind == "0.0.0.0") return ip_place("127.0.0.1", port);
  if (bind == "::") return ip_place("::1", port);
  return ip_place(bind, port);
}

int port_of(int fd) {
  Place place;
  place.size = sizeof place.storage;
  ::getsockname(fd, place.address(), &place.size);
  // Both families keep the port at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&place.storage)->sin_port);
}

int require_port(const std::string& address, int port) {
  const Place place = ip_place(address, port);
  const Socket socket(place.storage.ss_family);
  const int yes = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket.fd(), place.address(), place.size) != 0 || ::listen(socket.fd(), 1) != 0) {
    throw Failure(Exit::unavailable,
                  with_errno("cannot listen on " + address + " port " + std::to_string(port)),
                  "set CONFAB_PORT to a free port, or CONFAB_BIND to an address of this machine");
  }
  return port_of(socket.fd());
}

}  // namespace

int require_free_port(const std::string& address, int port) {
  if (port != 0) return require_port(address, port);
  // Not one that the kernel might give to a client's end before the server listens there.
  constexpr int kLeast = 10'000, kMost = 32'000, kTries = 50;
  std::random_device random;
  std::uniform_int_distribution<int> any(kLeast, kMost);
  for (int tries = 0; tries < kTries; ++tries) {
    try {
      return require_port(address, any(random));
    } catch (const Failure&) {
      continue;
    }
  }
  return require_port(address, 0);
}

HttpAnswer http_get(const std::string& bind, int port, const std::string& path) {
  const Place place = place_to_ask(bind, port);
  const Socket socket(place.storage.ss_family);
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(socket.fd(), place.address(), place.size) != 0) return {};
  const std::string request = "GET " + path +
                              " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: confab-run\r\n"
                              "Connection: close\r\n\r\n";
  if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return {};
  }
  constexpr std::size_t kMost = 64 * 1024;
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() < kMost) {
    const ssize_t got = ::recv(socket.fd(), part.data(), part.size(), 0);
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  constexpr std::size_t kStatus = 9;
  constexpr std::size_t kStatusEnd = 12;
  const auto head_end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || head_end == std::string::npos) return {};
  HttpAnswer answer{.body = text.substr(head_end + 4)};
  std::from_chars(text.data() + kStatus, text.data() + kStatusEnd, answer.status);
  return answer;
}

int http_status(const std::string& bind, int port, const std::string& path) {
  return http_get(bind, port, path).status;
}

}  // namespace confab::ctl::run
