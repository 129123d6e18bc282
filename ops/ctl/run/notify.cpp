#include "ops/ctl/run/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "ops/ctl/failure.h"

namespace confab::ctl::run {

NotifySocket::NotifySocket(const std::filesystem::path& path)
    : path_(path), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.string().copy(name.sun_path, sizeof name.sun_path - 1);
  std::error_code none;
  std::filesystem::remove(path, none);
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
    const std::string what = with_errno("cannot bind " + path.string());
    ::close(fd_);
    throw Failure(Exit::cannot_create, what, "give this user the right to write there");
  }
}

NotifySocket::~NotifySocket() {
  ::close(fd_);
  std::error_code none;
  std::filesystem::remove(path_, none);
}

bool NotifySocket::take_ready() const {
  std::array<char, 4096> buffer{};
  bool ready = false;
  while (true) {
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0) return ready;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    ready = ready || text.find("READY=1") != std::string_view::npos;
  }
}

}  // namespace confab::ctl::run
