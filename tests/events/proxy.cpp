#include "tests/events/proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "api/base/clock.h"

namespace confab::test {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

int connect_to(const std::string& path) {
  const int out = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  if (::connect(out, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return out;
  ::close(out);
  return -1;
}

bool pass(std::string_view bytes, int to) {
  return ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

LossyProxy::LossyProxy(const db::Address& behind) : behind_(behind.socket), address_(behind) {
  std::string pattern = (std::filesystem::temp_directory_path() / "confab-proxy-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
  address_.socket = folder_ + "/proxy.sock";
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(address_.socket);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  thread_ = std::thread([this] { accept_all(); });
}

LossyProxy::~LossyProxy() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
  std::error_code none;
  std::filesystem::remove_all(folder_, none);
}

void LossyProxy::lose_next_commit(std::int64_t away_ms) {
  away_ms_ = away_ms;
  plan_ = Plan::lose;
}

void LossyProxy::stop_next_commit() { plan_ = Plan::stop; }

void LossyProxy::accept_all() {
  constexpr int kLook = 20;
  std::vector<std::thread> carriers;
  while (!stopping_) {
    pollfd ready{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kLook) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (monotonic_ms() < away_until_) {
      ::close(client);
      continue;
    }
    carriers.emplace_back([this, client] { carry(client); });
  }
  for (auto& carrier : carriers) carrier.join();
}

void LossyProxy::carry(int client) {
  constexpr int kLook = 20;
  const int server = connect_to(behind_);
  bool hang_up_on_answer = false;
  bool open = server >= 0;
  std::vector<char> bytes(64 * 1024);
  while (open && !stopping_) {
    pollfd ready[] = {{.fd = client, .events = POLLIN, .revents = 0},
                      {.fd = server, .events = POLLIN, .revents = 0}};
    if (::poll(ready, 2, kLook) <= 0) continue;
    if (ready[0].revents != 0) {
      const auto got = ::recv(client, bytes.data(), bytes.size(), 0);
      if (got <= 0) break;
      const std::string_view sent(bytes.data(), static_cast<std::size_t>(got));
      if (plan_ != Plan::pass && sent.ends_with("\x03"
                                                "COMMIT")) {
        ++lost_;
        if (plan_.exchange(Plan::pass) == Plan::stop) break;
        hang_up_on_answer = true;
      }
      open = pass(sent, server);
    }
    if (open && ready[1].revents != 0) {
      const auto got = ::recv(server, bytes.data(), bytes.size(), 0);
      if (got <= 0) break;
      if (hang_up_on_answer) {
        away_until_ = monotonic_ms() + away_ms_;
        break;
      }
      open = pass({bytes.data(), static_cast<std::size_t>(got)}, client);
    }
  }
  ::close(client);
  if (server >= 0) ::close(server);
}

}  // namespace confab::test
