#include "api/http/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "api/base/log.h"

namespace confab::http {

namespace {

constexpr std::int64_t kRestMs = 50;

std::string text_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
  } else {
    return "unix";
  }
  return text;
}

bool starved(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(Descriptor listener) : listener_(std::move(listener)) { tend(); }

int Acceptor::descriptor(std::int64_t now_ms) const {
  return now_ms < rests_until_ ? -1 : listener_.get();
}

std::int64_t Acceptor::rest(std::int64_t now_ms, std::int64_t most_ms) const {
  return now_ms < rests_until_ ? std::min(most_ms, rests_until_ - now_ms) : most_ms;
}

void Acceptor::tend() {
  if (spare_.get() < 0) spare_ = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

std::optional<Arrival> Acceptor::take() {
  Arrival arrival;
  arrival.size = sizeof arrival.address;
  do {
    arrival.socket =
        Descriptor(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&arrival.address),
                             &arrival.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  } while (arrival.socket.get() < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (arrival.socket.get() < 0) return std::nullopt;
  arrival.text = text_of(arrival.address);
  return arrival;
}

std::optional<Arrival> Acceptor::next(std::int64_t now_ms) {
  if (descriptor(now_ms) < 0) return std::nullopt;
  if (auto arrival = take()) return arrival;
  if (errno == EAGAIN) return std::nullopt;
  if (starved(errno) && spare_.get() >= 0) {
    spare_ = Descriptor();
    if (auto arrival = take()) {
      arrival->last = true;
      return arrival;
    }
  }
  if (errno != EAGAIN) {
    log::debug("http.accept", {{"what", std::strerror(errno)}});
    rests_until_ = now_ms + kRestMs;
  }
  return std::nullopt;
}

}  // namespace confab::http
