#include "bench/lib/bare.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace confab::bench {

namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

struct Stream {
  bool open = false;     ///< Its head has been sent.
  bool blocked = false;  ///< The kernel has no room.
  std::uint64_t sent = 0;
};

class Broadcast {
 public:
  Broadcast(int listener, int control)
      : listener_(listener), control_(control), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    watch(EPOLL_CTL_ADD, control_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> ready;
    while (true) {
      const int count =
          epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), behind_ ? 0 : -1);
      for (int i = 0; i < count; ++i) {
        const auto& event = ready[static_cast<std::size_t>(i)];
        if (event.data.fd == listener_) {
          accept_all();
        } else if (event.data.fd == control_) {
          take();
        } else {
          serve(event.data.fd, event.events);
        }
      }
      if (behind_) send_all();
    }
  }

 private:
  void watch(int what, int descriptor, std::uint32_t events) const {
    epoll_event event{.events = events, .data = {.fd = descriptor}};
    epoll_ctl(epoll_, what, descriptor, &event);
  }

  void accept_all() {
    while (true) {
      const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor < 0) return;
      const int on = 1;
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (streams_.size() <= static_cast<std::size_t>(descriptor)) {
        streams_.resize(static_cast<std::size_t>(descriptor) + 1);
      }
      streams_[static_cast<std::size_t>(descriptor)] = {};
      watch(EPOLL_CTL_ADD, descriptor, EPOLLIN | EPOLLRDHUP);
    }
  }

  void take() {
    std::array<char, 64 * 1024> buffer;
    const auto got = read(control_, buffer.data(), buffer.size());
    if (got <= 0) _exit(0);
    waiting_.insert(waiting_.end(), buffer.data(), buffer.data() + got);
    behind_ = true;
  }

  void serve(int descriptor, std::uint32_t events) {
    Stream& stream = streams_[static_cast<std::size_t>(descriptor)];
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      stream = {};
      close(descriptor);
    } else if ((events & EPOLLOUT) != 0) {
      stream.blocked = false;
      behind_ = true;
      watch(EPOLL_CTL_MOD, descriptor, EPOLLRDHUP);
    } else if (!stream.open) {
      std::array<char, 4096> request;
      [[maybe_unused]] const auto got = recv(descriptor, request.data(), request.size(), 0);
      ::send(descriptor, kHead.data(), kHead.size(), MSG_NOSIGNAL);
      stream.open = true;
      stream.sent = before_ + waiting_.size();
      watch(EPOLL_CTL_MOD, descriptor, EPOLLRDHUP);
    }
  }

  void send_all() {
    const std::uint64_t end = before_ + waiting_.size();
    bool all = true;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      Stream& stream = streams_[i];
      if (!stream.open || stream.sent == end) continue;
      if (!stream.blocked) {
        const char* from = waiting_.data() + (stream.sent - before_);
        const auto sent = ::send(static_cast<int>(i), from, end - stream.sent, MSG_NOSIGNAL);
        if (sent > 0) stream.sent += static_cast<std::uint64_t>(sent);
        if (stream.sent != end) {
          stream.blocked = true;
          watch(EPOLL_CTL_MOD, static_cast<int>(i), EPOLLRDHUP | EPOLLOUT);
        }
      }
      all = all && stream.sent == end;
    }
    behind_ = false;
    if (all) {
      before_ = end;
      waiting_.clear();
    }
  }

  const int listener_;
  const int control_;
  const int epoll_;
  std::vector<Stream> streams_;  ///< By descriptor.
  std::vector<char> waiting_;    ///< What not everybody has got.
  std::uint64_t before_ = 0;     ///< Bytes before `waiting_`.
  bool behind_ = false;
};

}  // namespace

BareServer::BareServer() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  constexpr int kBacklog = 4096;
  std::array<int, 2> pair{};
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, kBacklog) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    throw std::runtime_error(std::string("the bare server: ") + std::strerror(errno));
  }
  port_ = ntohs(address.sin_port);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(pair[0]);
    Broadcast(listener, pair[1]).run();
  }
  ::close(listener);
  ::close(pair[1]);
  control_ = pair[0];
}

BareServer::~BareServer() {
  ::close(control_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void BarePublisher::publish(std::uint64_t number, const std::string& body) {
  const std::string frame = frame_like_ours(number, body);
  if (::send(control_, frame.data(), frame.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(frame.size())) {
    throw std::runtime_error("the bare server takes no more");
  }
}

}  // namespace confab::bench
