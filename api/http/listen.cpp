#include "api/http/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "api/base/error.h"

namespace confab::http {

namespace {

constexpr int kBacklog = 4096;

[[noreturn]] void fail(const std::string& what) { throw Error(Code::internal, what); }

[[noreturn]] void fail_with_errno(const std::string& where) {
  const int error = errno;
  std::string hint;
  if (error == EADDRINUSE) hint = " Another program has that port; choose another CONFAB_PORT.";
  if (error == EACCES) hint = " Ports below 1024 need a privilege; use one above, or a proxy.";
  if (error == EADDRNOTAVAIL) hint = " This machine has no such address; see `ip address`.";
  fail("cannot listen on " + where + ": " + std::strerror(error) + "." + hint);
}

Descriptor open_socket(int family, const std::string& where) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail_with_errno(where);
  return socket;
}

template <typename Address>
bool bind_to(const Descriptor& socket, const Address& address) {
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Listener listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string where = "unix:" + path;
  if (!path.starts_with('/') || path.size() >= sizeof address.sun_path) {
    fail("cannot listen on " + where + ": the path must be absolute and at most " +
         std::to_string(sizeof address.sun_path - 1) + " bytes long.");
  }
  std::memcpy(address.sun_path, path.data(), path.size());

  const Descriptor probe = open_socket(AF_UNIX, where);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    fail("cannot listen on " + where + ": another program listens there.");
  }
  if (errno == ECONNREFUSED) ::unlink(path.c_str());

  Listener listener{.socket = open_socket(AF_UNIX, where), .unix_path = path};
  if (!bind_to(listener.socket, address)) fail_with_errno(where);
  // The proxy in front runs as another user; the directory says who may enter.
  if (::chmod(path.c_str(), 0666) != 0 || ::listen(listener.socket.get(), kBacklog) != 0) {
    fail_with_errno(where);
  }
  return listener;
}

int port_of(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(address).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

}  // namespace

Listener listen_on(const std::string& bind, int port, bool shared) {
  if (bind.starts_with("unix:")) return listen_unix(bind.substr(5));

  const std::string where = bind + " port " + std::to_string(port);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(static_cast<std::uint16_t>(port));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(static_cast<std::uint16_t>(port));
  const bool is_v4 = ::inet_pton(AF_INET, bind.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, bind.c_str(), &v6.sin6_addr) != 1) {
    fail("cannot listen on " + bind + ": give an IP address such as 127.0.0.1, or unix:/path.");
  }

  Listener listener{.socket = open_socket(is_v4 ? AF_INET : AF_INET6, where)};
  const int socket = listener.socket.get();
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (!is_v4) {
    const int off = 0;  // `::` takes IPv4 as well, whatever the system's default
    ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  const bool bound = is_v4 ? bind_to(listener.socket, v4) : bind_to(listener.socket, v6);
  if (!bound || ::listen(socket, kBacklog) != 0) fail_with_errno(where);
  listener.port = port_of(listener.socket);
  return listener;
}

}  // namespace confab::http
