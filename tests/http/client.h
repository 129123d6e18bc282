#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A small blocking HTTP/1.1 client for tests: it does what it is told, byte for
/// byte, and never repairs anything.
namespace confab::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  Headers headers;  ///< Names in lower case.
  std::string body;

  /// The first header of that name, or empty.
  std::string header(std::string_view name) const;
  bool has_header(std::string_view name) const;
};

/// Where a server listens.
struct Address {
  int port = 0;
  std::string unix_path = {};
  std::string from = {};  ///< The IPv4 address to come from, such as 127.0.0.2.
};

/// One connection, for tests that care about its bytes. Every wait has a
/// deadline; what does not come in time throws std::runtime_error.
class Connection {
 public:
  explicit Connection(const Address& address);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  void send(std::string_view bytes);
  /// False when the peer does not take them any more.
  bool try_send(std::string_view bytes);
  /// The next answer; `head` when it answers a HEAD and so has no body.
  Answer read(bool head = false, std::int64_t within_ms = 10'000);
  /// Status and headers only: the body follows through `read_body` or `read_line`.
  Answer read_head(std::int64_t within_ms = 10'000);
  void read_body(Answer& answer, std::int64_t within_ms = 10'000);
  /// Up to the next LF (left out), or nothing when the deadline passes first.
  /// Throws when the connection ends.
  std::optional<std::string> read_line(std::int64_t within_ms);
  /// Takes one byte off the socket, for whoever reads next. False when none comes.
  bool receive_byte();
  /// True when the peer closes within that time; what still comes is dropped.
  bool closed(std::int64_t within_ms = 10'000);
  /// Ends it with a reset instead of an orderly close.
  void reset();
  int descriptor() const { return descriptor_; }

 private:
  bool fill(std::int64_t until_ms);

  int descriptor_ = -1;
  bool ended_ = false;
  std::string buffer_;
};

/// A server-sent event. `type` is `message` when the stream names none.
struct StreamEvent {
  std::string id;
  std::string type;
  std::string data;
};

/// An open event stream.
class Stream {
 public:
  /// `documented`: every event is checked against the API document.
  Stream(Connection connection, Answer head, bool documented = false)
      : connection_(std::move(connection)), head_(std::move(head)), documented_(documented) {}

  const Answer& head() const { return head_; }
  /// The next event, or nothing when none comes in time. Throws when it ends.
  std::optional<StreamEvent> read_event(std::int64_t within_ms = 10'000);
  /// Comment lines (heartbeats) met so far.
  int comments() const { return comments_; }
  bool closed(std::int64_t within_ms = 10'000) { return connection_.closed(within_ms); }
  Connection& connection() { return connection_; }

 private:
  Connection connection_;
  Answer head_;
  bool documented_;
  StreamEvent pending_;
  int comments_ = 0;
};

/// A person's client: keeps a connection and cookies, and sends what the SPA
/// sends with them.
class Client {
 public:
  explicit Client(Address address) : address_(std::move(address)) {}
  /// Of a server with the whole API on this port. Every reply and event that comes
  /// from it fails the test when it is not as api/openapi.json has it.
  explicit Client(int port) : address_{.port = port}, documented_(true) {}

  /// Sends and waits for the answer. Adds Host, Content-Type (with a body), the
  /// cookies and, for changing requests by cookie, what proves our own site;
  /// `headers` come first and are never doubled.
  Answer request(const std::string& method, const std::string& path, const std::string& body = {},
                 const Headers& headers = {});
  Answer get(const std::string& path, const Headers& headers = {}) {
    return request("GET", path, {}, headers);
  }
  Answer post(const std::string& path, const std::string& body, const Headers& headers = {}) {
    return request("POST", path, body, headers);
  }

  /// Opens an event stream on a connection of its own. A refusal shows in
  /// `head()`, with its body.
  Stream open_stream(const std::string& path, const Headers& headers = {});

  /// Sent with every request from now on: `Authorization` for instance.
  void always(std::string name, std::string value);
  std::map<std::string, std::string>& cookies() { return cookies_; }

 private:
  std::string compose(const std::string& method, const std::string& path, const std::string& body,
                      const Headers& headers) const;
  void keep_cookies(const Answer& answer);

  Address address_;
  bool documented_ = false;
  Headers always_;
  std::map<std::string, std::string> cookies_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace confab::test
