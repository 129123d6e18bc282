#include "bench/lib/http.h"

#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace confab::bench {

namespace {

int number_at(std::string_view text, std::size_t at) {
  int number = -1;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

/// The body's length as the head gives it; 0 when it says nothing of one.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length: ";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    if (head.size() - at - 2 < kName.size()) break;
    if (strncasecmp(head.data() + at + 2, kName.data(), kName.size()) == 0) {
      return static_cast<std::size_t>(number_at(head, at + 2 + kName.size()));
    }
  }
  return 0;
}

}  // namespace

HttpConnection::HttpConnection(Loop& loop, int index, int port)
    : loop_(loop), index_(index), port_(port) {
  connect();
}

void HttpConnection::connect() {
  descriptor_ = connect_from(index_, port_);
  waits_ = false;
  loop_.add(descriptor_, *this, EPOLLIN);
}

HttpConnection::~HttpConnection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void HttpConnection::send(std::string_view request, Done done) {
  if (busy()) throw std::logic_error("a request is under way");
  if (descriptor_ < 0) connect();
  done_ = std::move(done);
  out_ = request;
  flush();
}

void HttpConnection::flush() {
  const auto sent = ::send(descriptor_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
  // Not connected yet, or no room: epoll says when to go on.
  if (waits_ == !out_.empty()) return;
  waits_ = !waits_;
  loop_.change(descriptor_, *this, waits_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void HttpConnection::ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !out_.empty()) flush();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  std::array<char, 64 * 1024> buffer;
  const auto got = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    ::close(std::exchange(descriptor_, -1));
    return finish(0, {});
  }
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  const auto head_end = in_.find("\r\n\r\n");
  if (head_end == std::string::npos) return;
  const std::string_view text = in_;
  const std::size_t size = content_length(text.substr(0, head_end + 2));
  const auto body = text.substr(head_end + 4);
  constexpr std::size_t kStatusAt = 9;  // HTTP/1.1 200
  if (body.size() >= size) finish(number_at(text, kStatusAt), body);
}

void HttpConnection::finish(int status, std::string_view body) {
  if (!done_) return;
  const auto done = std::exchange(done_, nullptr);
  const std::string answer(body);
  in_.clear();
  done(status, answer);
}

std::string get_request(std::string_view path, std::string_view cookie) {
  std::string text("GET ");
  return text.append(path)
      .append(" HTTP/1.1\r\nHost: localhost\r\nCookie: ")
      .append(cookie)
      .append("\r\n\r\n");
}

std::string post_request(std::string_view path, std::string_view cookie, std::string_view key,
                         std::string_view body) {
  std::string text("POST ");
  return text.append(path)
      .append(" HTTP/1.1\r\nHost: localhost\r\nCookie: ")
      .append(cookie)
      .append(
          "\r\nContent-Type: application/json\r\nX-Requested-With: confab\r\n"
          "Sec-Fetch-Site: same-origin\r\nIdempotency-Key: ")
      .append(key)
      .append("\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n")
      .append(body);
}

}  // namespace confab::bench
