#include "api/events/follower.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "api/base/executor.h"
#include "api/base/log.h"
#include "api/events/log.h"

namespace confab::events {

namespace {

constexpr std::string_view kSuffix = ".bell";

bool fill_address(sockaddr_un& address, const std::string& path) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  path.copy(address.sun_path, path.size());
  return true;
}

}  // namespace

void ring_doorbell(const std::string& directory) noexcept try {
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    sockaddr_un address;
    if (!entry.path().native().ends_with(kSuffix)) continue;
    if (!fill_address(address, entry.path().native())) continue;
    sendto(descriptor, "", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  close(descriptor);
} catch (const std::exception&) {
  // Nobody is told; the followers look by themselves within a second.
}

Follower::Follower(db::Pool& pool, Hub& hub, std::uint32_t own_node, const std::string& directory)
    : pool_(pool),
      hub_(hub),
      own_node_(own_node),
      path_(directory + "/" + std::to_string(getpid()) + std::string(kSuffix)),
      position_(hub.position()) {
  sockaddr_un address;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (fill_address(address, path_)) {
    unlink(path_.c_str());
    bell_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(bell_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(bell_);
      bell_ = -1;
    }
  }
  if (bell_ < 0) log::warn("events.doorbell", {{"path", path_}, {"what", "only polling"}});
  thread_ = std::thread([this] { run(); });
}

Follower::~Follower() {
  stopping_ = true;
  if (bell_ >= 0) {
    sockaddr_un address;
    fill_address(address, path_);
    sendto(bell_, "", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  thread_.join();
  if (bell_ >= 0) {
    close(bell_);
    unlink(path_.c_str());
  }
}

void Follower::run() {
  name_thread("follower");
  constexpr int kPoll = 1000;
  while (!stopping_) {
    pollfd wait{.fd = bell_, .events = POLLIN, .revents = 0};
    poll(&wait, 1, kPoll);
    char ignored[16];
    while (bell_ >= 0 && recv(bell_, ignored, sizeof ignored, 0) > 0) {
    }
    if (stopping_) break;
    try {
      catch_up();
    } catch (const Error&) {
      // The database is away; the next round finds what was missed.
    }
  }
  db::thread_end();
}

void Follower::catch_up() {
  constexpr std::uint64_t kPage = 1000;
  pool_.read([&](db::Tx& tx) {
    const auto newest = head(tx);
    for (const auto& [node, last] : newest.nodes()) {
      if (node == own_node_) continue;
      while (position_.of(node) < last) {
        const auto until = std::min(last, position_.of(node) + kPage);
        auto events = read_node(tx, node, position_.of(node), until);
        position_.advance(node, until);
        if (!events.empty()) hub_.publish(std::move(events));
      }
    }
    return 0;
  });
}

}  // namespace confab::events
