#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "api/base/guarded.h"
#include "api/events/frames.h"
#include "api/events/hub.h"
#include "api/events/ring.h"

namespace confab::events {

using StreamCounts = Guarded<std::unordered_map<UserId, int>>;

class StreamSlot {
 public:
  StreamSlot(std::shared_ptr<StreamCounts> counts, UserId user)
      : counts_(std::move(counts)), user_(user) {}
  ~StreamSlot();
  StreamSlot(const StreamSlot&) = delete;
  StreamSlot& operator=(const StreamSlot&) = delete;

 private:
  const std::shared_ptr<StreamCounts> counts_;
  const UserId user_;
};

struct Person;

/// One open stream.
struct Stream {
  int descriptor = -1;
  Person* person = nullptr;
  SessionId session;
  std::shared_ptr<StreamSlot> slot;
  Queue queue;
  std::size_t most_bytes = SIZE_MAX;  ///< Limits of the queue, set once what was missed is in it.
  std::size_t most_runs = SIZE_MAX;
  std::int64_t moved_at = 0;  ///< When bytes last left, or the queue last was empty.
  bool dirty = false;         ///< In the list of streams to send to.
  bool blocked = false;       ///< The kernel's buffer is full; EPOLLOUT is armed.
  std::int64_t end_by = 0;    ///< Set: takes nothing more, and is closed once empty or then.
};

/// Somebody with a stream, or without one since a few seconds.
struct Person {
  UserId id;
  std::vector<std::uint64_t> rooms;
  std::vector<Stream*> streams;
  std::int64_t offline_at = 0;  ///< When the last stream's absence counts.
};

/// The hub's thread: sockets, queues, who is in which room.
class Hub::Loop {
 public:
  Loop(Settings settings, const Clock& clock);
  ~Loop();

  void post(std::function<void()> task);

  // From any thread.
  const Settings settings;
  Stats stats;
  std::shared_ptr<StreamCounts> counts = std::make_shared<StreamCounts>();
  mutable Guarded<std::unordered_map<UserId, Presence>> shown;
  struct Reach {
    Position position;  ///< Everything published so far.
    Position before;    ///< The ring's beginning.
  };
  Guarded<Reach> reach;

  // In the hub's thread, or before it has anything to do.
  void warm(const Position& before, const std::vector<EventPtr>& recent);
  void publish(const std::vector<EventPtr>& events);
  void tell(Audience audience, const std::string& frame);
  void open(Subscription subscription, int descriptor);
  void end_session(SessionId session);
  std::vector<std::pair<UserId, Presence>> presence_in(const std::vector<RoomId>& rooms) const;

 private:
  void run();
  void drain_inbox();
  void close_cut();
  void send_some();
  void send(Stream& stream);
  void mark_dirty(Stream& stream);
  void close(Stream& stream);
  void arm(const Stream& stream, bool for_writing);
  void tick();

  Run remember(const Event& event);
  void enqueue(Stream& stream, const Run& frame);
  void end(Stream& stream);
  template <typename F>
  void for_audience(const Audience& audience, F&& use);
  void deliver(const Audience& audience, const Run& frame);
  void serve(Subscription& subscription, int descriptor);
  void replay(Stream& stream, const Subscription& subscription);
  Person& person_of(UserId user, const std::vector<std::uint64_t>& rooms);
  void join(Person& person, std::uint64_t room);
  void leave(Person& person, std::uint64_t room);
  void show(Person& person, Presence presence);
  Run presence_frame(UserId user, Presence presence);
  std::vector<Person*> near(const std::vector<std::uint64_t>& rooms) const;
  void introduce(Person& newcomer, std::uint64_t room);
  void forget(Person& person);
  std::string hello(const Person& person, const Position& oldest) const;
  std::optional<Run> lifted(const Run& frame, const Position& after);

  const Clock& clock_;
  int epoll_ = -1;
  int wake_ = -1;
  std::atomic<bool> stopping_{false};
  Guarded<std::vector<std::function<void()>>> inbox_;
  std::deque<std::function<void()>> todo_;  ///< Taken out of it.

  FrameLog frames_;
  Ring ring_;
  Position position_;
  Run heartbeat_;
  std::vector<std::unique_ptr<Stream>> streams_;  ///< By descriptor.
  std::deque<int> dirty_;                         ///< Descriptors, first come first sent.
  std::unordered_map<UserId, std::unique_ptr<Person>> people_;
  std::unordered_map<std::uint64_t, std::vector<Person*>> rooms_;
  std::vector<std::pair<Subscription, int>> early_;  ///< They know more than was published here.
  std::vector<int> cut_;                             ///< To be closed when nobody walks the lists.
  std::int64_t now_ = monotonic_ms();  ///< Of this round; good enough for what takes seconds.
  std::int64_t next_tick_ = 0;
  std::int64_t ticks_ = 0;
  std::thread thread_;
};

}  // namespace confab::events
