#include "bench/lib/loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace confab::bench {

namespace {

constexpr std::uint32_t kLoopback = 0x7f000001;

sockaddr_in address_of(std::uint32_t host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void control(int epoll, int what, int descriptor, Handler* handler, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = handler}};
  if (epoll_ctl(epoll, what, descriptor, &event) != 0) {
    throw std::runtime_error(std::string("epoll: ") + std::strerror(errno));
  }
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Loop::~Loop() { ::close(epoll_); }

void Loop::add(int descriptor, Handler& handler, std::uint32_t events) const {
  control(epoll_, EPOLL_CTL_ADD, descriptor, &handler, events);
}
void Loop::change(int descriptor, Handler& handler, std::uint32_t events) const {
  control(epoll_, EPOLL_CTL_MOD, descriptor, &handler, events);
}
void Loop::remove(int descriptor) const { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void Loop::turn(Steady::duration most) {
  std::array<epoll_event, 256> ready;
  // Rounded up, or the last millisecond of a wait would be spent spinning.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(most).count();
  const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()),
                               static_cast<int>(wait > 0 ? wait : 0));
  for (int i = 0; i < count; ++i) {
    const auto& event = ready[static_cast<std::size_t>(i)];
    static_cast<Handler*>(event.data.ptr)->ready(event.events);
  }
}

void Loop::rest(Steady::duration time) {
  const auto end = Steady::now() + time;
  for (auto now = Steady::now(); now < end; now = Steady::now()) turn(end - now);
}

void Loop::give_up(const char* what) {
  throw std::runtime_error(std::string("did not happen in time: ") + what);
}

int connect_from(int index, int port) {
  constexpr int kByAddress = 100;
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::runtime_error(std::string("socket: ") + std::strerror(errno));
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The port is chosen when connecting, so that it only has to be free towards that server.
  ::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto from = address_of(kLoopback + 1 + static_cast<std::uint32_t>(index / kByAddress), 0);
  const auto to = address_of(kLoopback, port);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
       errno != EINPROGRESS)) {
    const int error = errno;
    ::close(descriptor);
    throw std::runtime_error(std::string("connect: ") + std::strerror(error));
  }
  return descriptor;
}

}  // namespace confab::bench
