#include "api/http/handover.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "api/base/clock.h"

namespace confab::http {

namespace {

constexpr int kPatienceMs = 2'000;
constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: self\r\n\r\n";
constexpr std::string_view kProof = "data: proof\n\n";

using Pair = std::pair<Descriptor, Descriptor>;

Pair local_pair() {
  std::array<int, 2> pair{-1, -1};
  ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data());
  return {Descriptor(pair[0]), Descriptor(pair[1])};
}

Pair tcp_pair() {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), any, size) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), any, &size) != 0 || ::connect(client.get(), any, size) != 0) {
    return {};
  }
  ::fcntl(client.get(), F_SETFL, O_NONBLOCK);
  return {Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)),
          std::move(client)};
}

struct Probe {
  int served = -1;
  Descriptor copy;
  bool closed = false;
};

ssize_t take_copy(void* cls, std::uint64_t, char*, std::size_t) noexcept {
  Probe& probe = *static_cast<Probe*>(cls);
  probe.copy = duplicate(probe.served);
  return MHD_CONTENT_READER_END_OF_STREAM;
}

MHD_Result answer(void* cls, MHD_Connection* connection, const char*, const char*, const char*,
                  const char*, std::size_t*, void** context) noexcept {
  if (*context == nullptr) {
    *context = cls;
    return MHD_YES;
  }
  const Response response = stream_response(16, &take_copy, cls);
  return response ? MHD_queue_response(connection, 200, response.get()) : MHD_NO;
}

void note_end(void* cls, MHD_Connection*, void**, MHD_ConnectionNotificationCode code) noexcept {
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) static_cast<Probe*>(cls)->closed = true;
}

/// Appends what comes until `end` is there. False: it ended, or took too long.
bool read_until(int socket, std::string& text, std::string_view end) {
  const std::int64_t until = monotonic_ms() + kPatienceMs;
  while (!text.ends_with(end)) {
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    if (monotonic_ms() > until || ::poll(&ready, 1, kPatienceMs) < 0) return false;
    std::array<char, 1024> bytes{};
    const auto got = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (got == 0) return false;
    if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return true;
}

bool try_once(bool unix_socket) {
  auto [served, client] = unix_socket ? local_pair() : tcp_pair();
  if (served.get() < 0 || client.get() < 0) return false;
  Probe probe;
  probe.served = served.get();
  {
    const Daemon daemon(MHD_start_daemon(kDaemonFlags, 0, nullptr, nullptr, &answer, &probe,
                                         MHD_OPTION_NOTIFY_CONNECTION, &note_end, &probe,
                                         MHD_OPTION_END));
    if (!daemon || ::send(client.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
      return false;
    }
    if (MHD_add_connection(daemon.get(), served.release(), nullptr, 0) != MHD_YES) return false;
    const auto* info = MHD_get_daemon_info(daemon.get(), MHD_DAEMON_INFO_EPOLL_FD);
    const std::int64_t until = monotonic_ms() + kPatienceMs;
    while (!probe.closed && monotonic_ms() < until) {
      MHD_run(daemon.get());
      pollfd ready{.fd = info->epoll_fd, .events = POLLIN, .revents = 0};
      if (!probe.closed) ::poll(&ready, 1, 10);
    }
  }
  const int copy = probe.copy.get();
  if (!probe.closed || copy < 0) return false;
  // The head came whole, no byte behind it, and the daemon's end is not ours.
  std::string text;
  if (!read_until(client.get(), text, "\r\n\r\n") || !text.starts_with("HTTP/1.1 200 ")) {
    return false;
  }
  text.clear();
  return ::send(copy, kProof.data(), kProof.size(), MSG_NOSIGNAL) >= 0 &&
         read_until(client.get(), text, "\n\n") && text == kProof;
}

}  // namespace

Response stream_response(std::size_t block, MHD_ContentReaderCallback reader, void* cls) {
  Response response(
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block, reader, cls, nullptr));
  // No chunks, and the connection ends with the body.
  if (response) {
    MHD_set_response_options(response.get(), MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  }
  return response;
}

Descriptor duplicate(int socket) {
  Descriptor copy(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  if (copy.get() < 0) return copy;
  // libmicrohttpd may have left the head waiting for more to send with it.
  const int off = 0;
  const int on = 1;
  ::setsockopt(copy.get(), IPPROTO_TCP, TCP_CORK, &off, sizeof off);
  ::setsockopt(copy.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return copy;
}

bool can_hand_over(bool unix_socket) noexcept {
  try {
    return try_once(unix_socket);
  } catch (...) {
    return false;
  }
}

}  // namespace confab::http
