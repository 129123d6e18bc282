#include "api/events/hub.h"

#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include "api/events/loop.h"

namespace confab::events {

StreamSlot::~StreamSlot() {
  counts_->with([&](auto& counts) {
    if (--counts[user_] == 0) counts.erase(user_);
  });
}

Hub::Hub(Settings settings, const Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(settings), clock)) {}

Hub::~Hub() = default;

void Hub::warm(const Position& before, std::vector<EventPtr> recent) {
  std::promise<void> done;
  loop_->post([&] {
    loop_->warm(before, recent);
    done.set_value();
  });
  done.get_future().wait();
}

void Hub::publish(std::vector<EventPtr> events) {
  for (const auto& watcher : watchers_) {
    for (const auto& event : events) watcher(*event);
  }
  loop_->post([loop = loop_.get(), events = std::move(events)] { loop->publish(events); });
}

void Hub::tell(Audience audience, std::string_view type, const std::string& data, RoomId room,
               UserId actor) {
  std::string frame = "event: ";
  frame += type;
  frame += "\ndata: {\"type\":\"";
  frame += type;
  frame += '"';
  if (room) frame += ",\"room_id\":\"" + room.text() + '"';
  if (actor) frame += ",\"actor_id\":\"" + actor.text() + '"';
  frame += ",\"data\":" + data + "}\n\n";
  loop_->post(
      [loop = loop_.get(), audience, frame = std::move(frame)] { loop->tell(audience, frame); });
}

void Hub::watch(std::function<void(const Event&)> watcher) {
  watchers_.push_back(std::move(watcher));
}

std::shared_ptr<StreamSlot> Hub::take_slot(UserId user) {
  const int most = loop_->settings.streams_per_user;
  const bool taken = loop_->counts->with([&](auto& counts) {
    int& count = counts[user];
    if (count >= most) return false;
    ++count;
    return true;
  });
  if (!taken) {
    throw Error(Code::too_many_streams,
                "At most " + std::to_string(most) + " streams a person; close one first.")
        .retry_after(5);
  }
  return std::make_shared<StreamSlot>(loop_->counts, user);
}

bool Hub::remembers(const Position& after, const Position& known) const {
  // A commit reaches the hub within microseconds; what has not is in the log.
  constexpr auto kPause = std::chrono::microseconds(100);
  constexpr int kTries = 200;
  for (int tries = 0; tries < kTries; ++tries) {
    const auto [position, before] = loop_->reach.with([](const auto& reach) { return reach; });
    if (position.covers(known)) return after.covers(before);
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

void Hub::subscribe(Subscription subscription, int descriptor) {
  auto shared = std::make_shared<Subscription>(std::move(subscription));
  loop_->post(
      [loop = loop_.get(), shared, descriptor] { loop->open(std::move(*shared), descriptor); });
}

void Hub::end_session(SessionId session) {
  loop_->post([loop = loop_.get(), session] { loop->end_session(session); });
}

Presence Hub::presence(UserId user) const {
  return loop_->shown.with([&](const auto& shown) {
    const auto found = shown.find(user);
    return found == shown.end() ? Presence::offline : found->second;
  });
}

std::vector<std::pair<UserId, Presence>> Hub::presence_in(std::vector<RoomId> rooms) const {
  std::promise<std::vector<std::pair<UserId, Presence>>> answer;
  loop_->post([&] { answer.set_value(loop_->presence_in(rooms)); });
  return answer.get_future().get();
}

Position Hub::position() const {
  return loop_->reach.with([](const auto& reach) { return reach.position; });
}

const Hub::Stats& Hub::stats() const { return loop_->stats; }

}  // namespace confab::events
