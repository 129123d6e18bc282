#include "tests/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "api/base/clock.h"
#include "tests/http/client_contract.h"

namespace confab::test {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("test client: " + what);
}

bool has(const Headers& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& each) { return lower(each.first) == lower(name); });
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

bool Answer::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& each) { return each.first == name; });
}

Connection::Connection(const Address& address) {
  const bool is_unix = !address.unix_path.empty();
  descriptor_ = ::socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) fail("no socket");
  int result = 0;
  if (is_unix) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, address.unix_path.c_str(), sizeof to.sun_path - 1);
    result = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(address.port));
    if (!address.from.empty()) {
      sockaddr_in own{};
      own.sin_family = AF_INET;
      ::inet_pton(AF_INET, address.from.c_str(), &own.sin_addr);
      if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
        ::close(descriptor_);
        fail("cannot come from " + address.from);
      }
    }
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    result = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  if (result != 0) {
    const int error = errno;
    ::close(descriptor_);
    fail(std::string("cannot connect: ") + std::strerror(error));
  }
}

Connection::Connection(Connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      ended_(other.ended_),
      buffer_(std::move(other.buffer_)) {}

Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Connection::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::send(std::string_view bytes) {
  if (!try_send(bytes)) fail("the server does not take what is sent");
}

/// Waits for more bytes; false when the deadline passes or the connection ends.
bool Connection::fill(std::int64_t until_ms) {
  while (!ended_) {
    const std::int64_t left = until_ms - monotonic_ms();
    pollfd ready{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(0, left)));
    if (count == 0) return false;
    if (count < 0) continue;
    char bytes[16 * 1024];
    const auto got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  return false;
}

bool Connection::receive_byte() {
  char byte = 0;
  if (::recv(descriptor_, &byte, 1, 0) != 1) return false;
  buffer_ += byte;
  return true;
}

std::optional<std::string> Connection::read_line(std::int64_t within_ms) {
  const std::int64_t until = monotonic_ms() + within_ms;
  while (true) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (fill(until)) continue;
    if (ended_) fail("the connection ended");
    return std::nullopt;
  }
}

Answer Connection::read_head(std::int64_t within_ms) {
  const auto line = [&] {
    auto text = read_line(within_ms);
    if (!text) fail("no answer in time");
    return *text;
  };
  Answer answer;
  do {  // 100 Continue comes before the answer
    const std::string status = line();
    if (!status.starts_with("HTTP/1.") || status.size() < 12) fail("not HTTP: " + status);
    answer.status = std::stoi(status.substr(9, 3));
    answer.headers.clear();
    for (auto text = line(); !text.empty(); text = line()) {
      const auto colon = text.find(':');
      if (colon == std::string::npos) fail("not a header: " + text);
      auto value = text.substr(colon + 1);
      value.erase(0, value.find_first_not_of(' '));
      answer.headers.emplace_back(lower(text.substr(0, colon)), std::move(value));
    }
  } while (answer.status == 100);
  return answer;
}

Answer Connection::read(bool head, std::int64_t within_ms) {
  Answer answer = read_head(within_ms);
  if (!head) read_body(answer, within_ms);
  return answer;
}

void Connection::read_body(Answer& answer, std::int64_t within_ms) {
  if (answer.status == 204 || answer.status == 304) return;
  if (answer.has_header("transfer-encoding")) fail("an answer in chunks");
  const std::int64_t until = monotonic_ms() + within_ms;
  const bool sized = answer.has_header("content-length");
  const std::size_t size = sized ? std::stoul(answer.header("content-length")) : 0;
  while (!sized || buffer_.size() < size) {
    if (fill(until)) continue;
    if (!sized && ended_) break;
    fail(ended_ ? "the body ended early" : "no body in time");
  }
  const std::size_t taken = sized ? size : buffer_.size();
  answer.body = buffer_.substr(0, taken);
  buffer_.erase(0, taken);
}

bool Connection::closed(std::int64_t within_ms) {
  const std::int64_t until = monotonic_ms() + within_ms;
  while (fill(until)) buffer_.clear();
  return ended_;
}

void Connection::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(descriptor_, -1));
}

std::optional<StreamEvent> Stream::read_event(std::int64_t within_ms) {
  const std::int64_t until = monotonic_ms() + within_ms;
  while (true) {
    const auto line = connection_.read_line(std::max<std::int64_t>(0, until - monotonic_ms()));
    if (!line) return std::nullopt;
    if (line->empty()) {
      if (pending_.data.empty() && pending_.type.empty()) continue;
      if (pending_.type.empty()) pending_.type = "message";
      if (documented_) expect_documented(pending_);
      return std::exchange(pending_, {});
    }
    if (line->front() == ':') {
      ++comments_;
      continue;
    }
    const auto colon = line->find(':');
    const std::string name = line->substr(0, colon);
    std::string value = colon == std::string::npos ? "" : line->substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    if (name == "id") pending_.id = value;
    if (name == "event") pending_.type = value;
    if (name == "data") pending_.data += (pending_.data.empty() ? "" : "\n") + value;
  }
}

void Client::always(std::string name, std::string value) {
  always_.emplace_back(std::move(name), std::move(value));
}

std::string Client::compose(const std::string& method, const std::string& path,
                            const std::string& body, const Headers& headers) const {
  Headers all = headers;
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!has(all, name)) all.emplace_back(name, value);
  };
  for (const auto& [name, value] : always_) add(name, value);
  add("Host", "localhost");
  std::string jar;
  for (const auto& [name, value] : cookies_) jar += (jar.empty() ? "" : "; ") + name + '=' + value;
  if (!jar.empty()) add("Cookie", jar);
  const bool unsafe = method != "GET" && method != "HEAD";
  if (!body.empty() || (unsafe && has(all, "Cookie"))) add("Content-Type", "application/json");
  if (unsafe && has(all, "Cookie")) {
    add("X-Requested-With", "confab");
    add("Sec-Fetch-Site", "same-origin");
  }
  if (!body.empty() || unsafe) add("Content-Length", std::to_string(body.size()));

  std::string text = method + ' ' + path + " HTTP/1.1\r\n";
  for (const auto& [name, value] : all) text += name + ": " + value + "\r\n";
  return text + "\r\n" + body;
}

void Client::keep_cookies(const Answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "set-cookie") continue;
    const auto pair = value.substr(0, value.find(';'));
    const auto equals = pair.find('=');
    if (equals == std::string::npos) continue;
    const bool gone = lower(value).find("max-age=0") != std::string::npos;
    if (gone) {
      cookies_.erase(pair.substr(0, equals));
    } else {
      cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
}

Answer Client::request(const std::string& method, const std::string& path, const std::string& body,
                       const Headers& headers) {
  // An idle connection may have been closed by the server meanwhile.
  if (connection_ && connection_->closed(0)) connection_.reset();
  if (!connection_) connection_ = std::make_unique<Connection>(address_);
  const auto connection = std::move(connection_);
  connection->send(compose(method, path, body, headers));
  Answer answer = connection->read(method == "HEAD");
  if (documented_) expect_documented(method, path, answer);
  keep_cookies(answer);
  if (lower(answer.header("connection")) != "close") {
    connection_ = std::make_unique<Connection>(std::move(*connection));
  }
  return answer;
}

Stream Client::open_stream(const std::string& path, const Headers& headers) {
  Connection connection(address_);
  Headers all = headers;
  if (!has(all, "Accept")) all.emplace_back("Accept", "text/event-stream");
  connection.send(compose("GET", path, {}, all));
  Answer head = connection.read_head();
  keep_cookies(head);
  if (head.status != 200) connection.read_body(head);
  if (documented_) expect_documented("GET", path, head);
  return {std::move(connection), std::move(head), documented_};
}

}  // namespace confab::test
