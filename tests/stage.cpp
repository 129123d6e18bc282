#include "tests/stage.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>
#include <utility>

#include "api/base/json.h"

namespace confab::test {

using events::About;
using events::Audience;
using events::Effect;
using events::EventPtr;

Ear::Ear(int kernel_bytes) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error("no socket pair");
  }
  mine_ = ends[0];
  theirs_ = ends[1];
  if (kernel_bytes != 0) {
    ::setsockopt(theirs_, SOL_SOCKET, SO_SNDBUF, &kernel_bytes, sizeof kernel_bytes);
  }
}

Ear::Ear(Ear&& other) noexcept
    : mine_(std::exchange(other.mine_, -1)),
      theirs_(std::exchange(other.theirs_, -1)),
      buffer_(std::move(other.buffer_)),
      pending_(std::move(other.pending_)),
      comments_(other.comments_) {}

Ear::~Ear() {
  close();
  if (theirs_ >= 0) ::close(theirs_);
}

int Ear::give() { return std::exchange(theirs_, -1); }

void Ear::close() {
  if (mine_ >= 0) ::close(std::exchange(mine_, -1));
}

std::optional<Heard> Ear::next(std::int64_t within_ms) {
  const auto until = monotonic_ms() + within_ms;
  while (true) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos) {
      const std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      const auto value = [&](std::string_view name) -> std::optional<std::string> {
        if (!line.starts_with(name)) return std::nullopt;
        return line.substr(name.size());
      };
      if (line.empty()) {
        if (!pending_.type.empty()) return std::exchange(pending_, {});
      } else if (line.front() == ':') {
        ++comments_;
      } else if (const auto id = value("id: ")) {
        pending_.id = *id;
      } else if (const auto type = value("event: ")) {
        pending_.type = *type;
      } else if (const auto data = value("data: ")) {
        pending_.data = *data;
      }
      continue;
    }
    pollfd ready{.fd = mine_, .events = POLLIN, .revents = 0};
    const auto left = std::max<std::int64_t>(0, until - monotonic_ms());
    const int count = ::poll(&ready, 1, static_cast<int>(left));
    if (count == 0) return std::nullopt;
    char bytes[16 * 1024];
    const auto got = ::recv(mine_, bytes, sizeof bytes, 0);
    if (got <= 0) return Heard{.type = "closed"};
    buffer_.append(bytes, static_cast<std::size_t>(got));
  }
}

Heard Ear::wait_for(const std::string& type, std::int64_t within_ms) {
  const auto until = monotonic_ms() + within_ms;
  while (true) {
    auto heard = next(std::max<std::int64_t>(0, until - monotonic_ms()));
    if (!heard) throw std::runtime_error("no " + type + " in time");
    if (heard->type == type) return std::move(*heard);
    if (heard->type == "closed") throw std::runtime_error("the stream ended before " + type);
  }
}

bool Ear::closed(std::int64_t within_ms) {
  const auto until = monotonic_ms() + within_ms;
  while (auto heard = next(std::max<std::int64_t>(0, until - monotonic_ms()))) {
    if (heard->type == "closed") return true;
  }
  return false;
}

Stage::Stage(events::Hub::Settings settings)
    : hub(
          [&] {
            settings.tag = kTag;
            return settings;
          }(),
          clock_) {}

EventPtr Stage::make(Audience audience, About about, const std::string& type, std::uint32_t node) {
  auto event = std::make_shared<events::Event>();
  event->node = node;
  event->pos = made_.of(node) + 1;
  event->id = EventId{++last_id_};
  event->at = clock_.now();
  event->type = type;
  event->audience = audience;
  event->about = std::move(about);
  event->data = "\"" + std::to_string(node) + "." + std::to_string(event->pos) + "\"";
  made_.advance(node, event->pos);
  return event;
}

EventPtr Stage::say(Audience audience, About about, const std::string& type, std::uint32_t node) {
  auto event = make(audience, std::move(about), type, node);
  hub.publish({event});
  return event;
}

EventPtr Stage::join(UserId user, RoomId room) {
  return say(events::to_room(room), {.room = room, .effect = Effect::join, .subject = user},
             "joined");
}

EventPtr Stage::leave(UserId user, RoomId room) {
  return say(events::to_room(room), {.room = room, .effect = Effect::leave, .subject = user},
             "left");
}

EventPtr Stage::end_session(UserId user, SessionId session) {
  return say(events::to_user(user),
             {.effect = Effect::end_session, .subject = user, .ref = session.value}, "ended");
}

Ear Stage::listen(UserId user, const std::vector<RoomId>& rooms,
                  std::optional<events::Position> after, SessionId session, int kernel_bytes) {
  Ear ear(kernel_bytes);
  hub.subscribe({.user = user,
                 .session = session,
                 .after = std::move(after),
                 .rooms = rooms,
                 .known = made_,
                 .first = {},
                 .slot = hub.take_slot(user)},
                ear.give());
  return ear;
}

std::string name_of(const events::Event& event) {
  return std::to_string(event.node) + "." + std::to_string(event.pos);
}

std::string name_of(const Heard& heard) { return json::parse_own(heard.data)["data"].asString(); }

std::vector<std::string> Stage::until(Ear& ear, const EventPtr& last) {
  std::vector<std::string> names;
  while (names.empty() || names.back() != name_of(*last)) {
    const auto heard = ear.next();
    if (!heard || heard->type == "closed") {
      ADD_FAILURE() << "the stream ended or fell silent before " << name_of(*last);
      break;
    }
    if (!heard->id.empty()) names.push_back(name_of(*heard));
  }
  return names;
}

std::uint32_t seed() {
  const char* given = std::getenv("CONFAB_TEST_SEED");
  const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                                     : std::random_device()();
  std::cout << "CONFAB_TEST_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace confab::test
