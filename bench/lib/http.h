#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/lib/loop.h"

namespace confab::bench {

/// A keep-alive HTTP connection with one request under way at a time. One that the server closed
/// in between is made again for the next request.
class HttpConnection final : public Handler {
 public:
  /// Status 0: the connection was lost.
  using Done = std::function<void(int status, std::string_view body)>;

  HttpConnection(Loop& loop, int index, int port);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  bool busy() const { return static_cast<bool>(done_); }
  /// Sends a whole request, head and body; `done` may send the next one.
  void send(std::string_view request, Done done);

  void ready(std::uint32_t events) override;

 private:
  void connect();
  void flush();
  void finish(int status, std::string_view body);

  Loop& loop_;
  const int index_, port_;
  int descriptor_ = -1;
  std::string out_, in_;
  bool waits_ = false;  ///< For room to send.
  Done done_;
};

/// A request as a person's browser sends it.
std::string get_request(std::string_view path, std::string_view cookie);
std::string post_request(std::string_view path, std::string_view cookie, std::string_view key,
                         std::string_view body);

}  // namespace confab::bench
