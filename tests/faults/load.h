#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/faults/checker.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {

/// Seed of this run: CONFAB_FAULT_SEED, or a new one. Printed once.
std::uint64_t seed();

/// A person's stream that is opened again whenever it ends, behind the last event it
/// got, until every message it waits for has come.
class Listener {
 public:
  /// How the listener itself ends its streams, besides those that are cut for it.
  enum class Leaves { never, often };

  Listener(Person person, std::string after, std::vector<std::string> rooms, Leaves leaves,
           std::uint64_t seed);
  /// Gives up waiting.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Waits until it has heard up to that seq in each of its rooms, or `patience` is over.
  void finish(const std::map<std::string, std::int64_t>& last, std::chrono::milliseconds patience);
  /// What it heard, and the resets it was told with where it wanted to go on from. After
  /// `finish`.
  const std::vector<Heard>& heard() const { return heard_; }
  const std::vector<std::string>& rooms() const { return rooms_; }
  int streams() const { return streams_; }
  const std::vector<std::string>& resets() const { return resets_; }

 private:
  void run();
  void listen_once();
  void take(const StreamEvent& event);
  bool is_complete();

  Person person_;
  std::string position_;
  const std::vector<std::string> rooms_;
  const Leaves leaves_;
  std::mt19937_64 random_;
  std::vector<Heard> heard_;
  std::map<std::string, std::int64_t> reached_;
  std::vector<std::string> resets_;
  std::atomic<int> streams_{0};
  std::mutex mutex_;
  std::map<std::string, std::int64_t> wanted_;  ///< Empty until `finish`.
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// People who write and people who listen, all the while that an instance is broken.
class Load {
 public:
  struct Shape {
    std::string name = {};  ///< Tells people and rooms from those of another load.
    int senders = 8;
    int rooms = 4;
    int listeners = 4;
    Listener::Leaves leaves = Listener::Leaves::never;
    std::chrono::microseconds pause{2000};  ///< Of each sender between two messages.
  };

  /// Registers people, makes rooms, and begins.
  Load(const Instance& instance, const Shape& shape);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  const std::vector<std::string>& rooms() const { return rooms_; }
  Person& owner() { return *owner_; }  ///< Of every room; writes nothing.
  /// Messages acknowledged so far.
  std::int64_t acked() const { return acked_; }
  /// Ends the senders, each after its last acknowledgement, and the listeners, each after
  /// the last message; then asks everyone what happened.
  Evidence finish();
  /// Why a sender gave up: an answer that no retry may get.
  std::vector<std::string> refusals();
  /// Messages that were made by a request that got no answer. After `finish`.
  int unanswered() const { return unanswered_; }
  /// Streams opened by all listeners so far.
  int streams() const;
  /// The resets that listeners were told. After `finish`.
  std::vector<std::string> resets() const;

 private:
  void send(std::size_t index, Person& person);
  std::filesystem::path ledger_of(std::size_t sender) const;

  const Instance& instance_;
  const Shape shape_;
  std::unique_ptr<Person> owner_;
  std::vector<std::string> rooms_;
  std::vector<std::unique_ptr<Person>> writers_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::atomic<std::int64_t> acked_{0};
  std::atomic<int> unanswered_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::string> refusals_;
  std::vector<std::thread> senders_;
};

/// The message of an answer, an item of a page, or an event's data.
Heard heard_of(const Json::Value& message);

}  // namespace confab::test
