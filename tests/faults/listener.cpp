#include <cstdlib>
#include <iostream>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "tests/faults/load.h"

namespace confab::test {

std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const std::string given = choice("CONFAB_FAULT_SEED");
    const std::uint64_t value = given.empty() ? std::random_device{}() : std::stoull(given);
    std::cout << "CONFAB_FAULT_SEED=" << value << std::endl;
    return value;
  }();
  return chosen;
}

Heard heard_of(const Json::Value& message) {
  return {.id = message["id"].asString(),
          .room = message["room_id"].asString(),
          .author = message["author_id"].asString(),
          .key = message["client_ref"].asString(),
          .body = message["body"].asString(),
          .seq = message["seq"].asInt64()};
}

Listener::Listener(Person person, std::string after, std::vector<std::string> rooms, Leaves leaves,
                   std::uint64_t listener_seed)
    : person_(std::move(person)),
      position_(std::move(after)),
      rooms_(std::move(rooms)),
      leaves_(leaves),
      random_(listener_seed),
      thread_([this] { run(); }) {}

Listener::~Listener() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Listener::finish(const std::map<std::string, std::int64_t>& last,
                      std::chrono::milliseconds patience) {
  {
    std::lock_guard lock(mutex_);
    wanted_ = last;
  }
  eventually(patience, [&] { return is_complete(); });
  stopping_ = true;
  thread_.join();
}

bool Listener::is_complete() {
  std::lock_guard lock(mutex_);
  if (wanted_.empty()) return false;
  for (const auto& room : rooms_) {
    if (reached_[room] < wanted_[room]) return false;
  }
  return true;
}

void Listener::run() {
  while (!stopping_) {
    try {
      listen_once();
    } catch (const std::runtime_error&) {
      // Refused or cut: as a browser does, try again behind the last event.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

void Listener::listen_once() {
  constexpr int kShortest = 200, kLongest = 3000;
  const std::int64_t leave_at = leaves_ == Leaves::never
                                    ? INT64_MAX
                                    : monotonic_ms() + std::uniform_int_distribution<std::int64_t>(
                                                           kShortest, kLongest)(random_);
  Stream stream = person_.listen(position_);
  ++streams_;
  while (!stopping_ && monotonic_ms() < leave_at) {
    constexpr std::int64_t kLook = 50;
    if (const auto event = stream.read_event(kLook)) take(*event);
  }
  if (leaves_ == Leaves::often && random_() % 2 == 0) stream.connection().reset();
}

void Listener::take(const StreamEvent& event) {
  if (event.type == "reset") resets_.push_back(event.data + " behind " + position_);
  if (event.id.empty()) return;
  position_ = event.id;
  if (event.type != "message.created") return;
  heard_.push_back(heard_of(json::parse_own(event.data)["data"]));
  std::lock_guard lock(mutex_);
  reached_[heard_.back().room] = heard_.back().seq;
}

}  // namespace confab::test
