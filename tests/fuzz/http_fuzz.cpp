#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "api/base/executor.h"
#include "api/base/log.h"
#include "api/http/server.h"
#include "tests/fuzz/framing.h"
#include "tests/fuzz/must.h"

using namespace confab;

namespace {

struct Word {
  std::string text;
};
constexpr auto fields(const Word*) { return request("Word", field("text", &Word::text).max(100)); }

/// A real server on a unix socket, which counts what its handlers are handed.
class Edge {
 public:
  Edge() : path_("/tmp/confab-fuzz-" + std::to_string(::getpid()) + ".sock") {
    log::start("fuzz", log::Level::off, true);
    router_.add<Nothing, Word>({"GET", "/words/{id}", "Say it", http::Access::anonymous, ""},
                               [this](const http::Call& call) {
                                 ++handled;
                                 return Word{.text = call.params.at("id")};
                               });
    router_.add<Word, Word>({"POST", "/words", "Hear it", http::Access::anonymous, "", 201},
                            [this](const http::Call&, const Word& word) {
                              ++handled;
                              return word;
                            });
    http::Server::Settings settings;
    settings.bind = "unix:" + path_;
    settings.origin = "http://localhost";
    settings.version = "fuzz";
    settings.rate_limits = false;
    settings.max_body = 1024;
    executor_ = std::make_unique<Executor>("work", 1, 100);
    server_ = std::make_unique<http::Server>(std::move(settings), router_, *executor_);
  }

  int connect() const {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, path_.c_str(), sizeof to.sun_path - 1);
    must(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    return socket;
  }

  std::atomic<int> handled{0};

 private:
  const std::string path_;
  http::Router router_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<http::Server> server_;
};

/// Sends all of it and returns all that comes back, until the server has closed or has had
/// its say: `expected` replies are there, and nothing follows for a moment.
std::string exchange(int socket, std::string_view bytes, int expected) {
  constexpr int kPatienceMs = 2000;
  constexpr int kMomentMs = 2;
  std::string heard;
  bool sending = true;
  while (true) {
    const auto replies = fuzz::replies_in(heard);
    const bool enough = !sending && replies.value_or(0) >= expected && replies.has_value();
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    if (!bytes.empty()) ready.events |= POLLOUT;
    if (::poll(&ready, 1, enough ? kMomentMs : kPatienceMs) == 0) return heard;
    if ((ready.revents & POLLOUT) != 0) {
      const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : bytes.size());
    }
    sending = !bytes.empty();
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    char some[16 * 1024];
    const auto got = ::recv(socket, some, sizeof some, MSG_DONTWAIT);
    if (got <= 0) return heard;
    heard.append(some, static_cast<std::size_t>(got));
  }
}

/// libmicrohttpd 0.9.75 sends the head of a refusal of its own twice, and closes: once is enough
/// to judge the rest by.
std::string without_echo(std::string heard) {
  const auto second = heard.rfind("HTTP/1.1 4");
  const auto end = heard.find("\r\n\r\n", second == heard.npos ? 0 : second);
  if (second == heard.npos || end == heard.npos) return heard;
  const auto size = end + 4 - second;
  const std::string_view last(heard.data() + second, size);
  const bool echoes = second >= size && last.find("Connection: close") != last.npos &&
                      // The Date may have moved on.
                      heard.compare(second - size, 20, last.substr(0, 20)) == 0 &&
                      heard.compare(second - 20, 20, last.substr(size - 20)) == 0;
  if (echoes) heard.erase(second, size);
  return heard;
}

}  // namespace

/// Whatever a client sends: the server goes on, answers in well-formed HTTP, hands its
/// handlers no more requests than the bytes are, and has one refusal at most besides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Edge edge;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return 0;
  const auto [whole, garbage] = fuzz::requests_in(bytes);
  edge.handled = 0;
  const int socket = edge.connect();
  const auto heard = without_echo(exchange(socket, bytes, whole));
  ::close(socket);
  const auto replies = fuzz::replies_in(heard);
  const bool counted = garbage || (replies <= whole + 1 && edge.handled <= whole);
  if (!replies || !counted) {
    std::fprintf(stderr, "%d whole requests, %d replies, %d handled:\n%s\n", whole,
                 replies.value_or(-1), edge.handled.load(), heard.c_str());
  }
  must(replies.has_value());
  must(counted);
  return 0;
}
