#include "api/http/pump.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace confab::http {

int Pumps::make() { return ::epoll_create1(EPOLL_CLOEXEC); }

void Pumps::answer() {
  std::array<epoll_event, 256> ready{};
  const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
  for (int i = 0; i < count; ++i) {
    auto& pump = *static_cast<Pump*>(ready[static_cast<std::size_t>(i)].data.ptr);
    if (pump.reader_left()) pump.ended_ = true;
    pump.wake();
  }
}

Pump::Pump(Pumps& pumps, MHD_Connection* connection, int socket)
    : pumps_(pumps), connection_(connection), socket_(socket) {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    ended_ = true;
    return;
  }
  inner_ = Descriptor(pair[0]);
  outer_ = Descriptor(pair[1]);
  // Not TCP: refused, and not needed. The owner of the stream cannot reach these.
  const int on = 1;
  const int silent_ms = 30'000;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
  epoll_event event{.events = 0, .data = {.ptr = this}};
  event.events = EPOLLONESHOT;
  ::epoll_ctl(pumps_.epoll_.get(), EPOLL_CTL_ADD, inner_.get(), &event);
  ::epoll_ctl(pumps_.epoll_.get(), EPOLL_CTL_ADD, socket_, &event);
}

Pump::~Pump() {
  if (inner_.get() < 0) return;
  ::epoll_ctl(pumps_.epoll_.get(), EPOLL_CTL_DEL, inner_.get(), nullptr);
  ::epoll_ctl(pumps_.epoll_.get(), EPOLL_CTL_DEL, socket_, nullptr);
}

bool Pump::reader_left() const {
  char byte = 0;
  const auto got = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

void Pump::wake() {
  if (!asleep_) return;
  asleep_ = false;
  MHD_resume_connection(connection_);
}

void Pump::end() {
  ended_ = true;
  wake();
}

ssize_t Pump::read(char* to, std::size_t most) {
  if (ended_) return MHD_CONTENT_READER_END_OF_STREAM;
  const auto got = ::recv(inner_.get(), to, most, 0);
  if (got > 0) return got;
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) return MHD_CONTENT_READER_END_OF_STREAM;
  asleep_ = true;
  MHD_suspend_connection(connection_);
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data = {.ptr = this}};
  ::epoll_ctl(pumps_.epoll_.get(), EPOLL_CTL_MOD, inner_.get(), &event);
  event.events = EPOLLRDHUP | EPOLLONESHOT;
  ::epoll_ctl(pumps_.epoll_.get(), EPOLL_CTL_MOD, socket_, &event);
  return 0;
}

}  // namespace confab::http
