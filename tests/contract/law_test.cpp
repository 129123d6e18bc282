#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/contract/actor.h"
#include "tests/contract/model.h"

/// The law of the stream: a bootstrap and the events after its position make a
/// later bootstrap, for everybody, whatever happens, and for every type of event.
namespace confab::test {
namespace {

/// Somebody who once fetched a bootstrap, and since then only listens: by the live
/// stream, with reconnects, and by pages of the log, each folded for itself.
class Observer {
 public:
  Observer(Face& face, Actors::Person& person) : face_(face), person_(person) {
    const auto start = bootstrap();
    live_.load(start);
    paged_.load(start);
    live_cursor_ = page_cursor_ = start["position"].asString();
    connect();
  }

  void reconnect() { connect(); }

  /// Brings both up to now, and compares them with what a newcomer gets.
  void compare(std::size_t page_limit, std::set<std::string>& types) {
    read_pages(page_limit, types);
    read_stream();
    ASSERT_EQ(heard_live_, heard_paged_) << "the stream and the pages differ";
    heard_live_.clear();
    heard_paged_.clear();
    const auto fresh = bootstrap();
    for (const auto& difference : live_.differences(fresh)) {
      ADD_FAILURE() << "by the stream: " << difference;
    }
    for (const auto& difference : paged_.differences(fresh)) {
      ADD_FAILURE() << "by pages: " << difference;
    }
  }

 private:
  Json::Value bootstrap() { return face_.call(person_.client, "GET /bootstrap").body; }

  void connect() { stream_.emplace(face_.stream(person_.client, "after=" + live_cursor_)); }

  void read_pages(std::size_t limit, std::set<std::string>& types) {
    while (true) {
      const auto page = face_
                            .call(person_.client, "GET /events/page", {}, "",
                                  "after=" + page_cursor_ + "&limit=" + std::to_string(limit))
                            .body;
      ASSERT_FALSE(page["reset"].asBool());
      for (const auto& event : page["items"]) {
        types.insert(event["type"].asString());
        check(event["type"].asString(), event["data"]);
        paged_.apply(event);
        heard_paged_.push_back(event["id"].asString());
      }
      const auto next = page["next"].asString();
      if (next == page_cursor_) return;
      page_cursor_ = next;
    }
  }

  void read_stream() {
    while (heard_live_.size() < heard_paged_.size()) {
      const auto event = stream_->read_event();
      ASSERT_TRUE(event) << "the stream is behind the pages";
      ASSERT_NE(event->type, "reset");
      if (event->id.empty()) continue;
      const auto envelope = json::parse_own(event->data);
      EXPECT_EQ(envelope["type"].asString(), event->type);
      check(event->type, envelope["data"]);
      live_.apply(envelope);
      live_cursor_ = event->id;
      heard_live_.push_back(envelope["id"].asString());
    }
  }

  void check(const std::string& type, const Json::Value& data) {
    for (const auto& fault :
         face_.checker().faults(data, face_.document()["x-events"][type]["data"])) {
      ADD_FAILURE() << type << fault;
    }
  }

  Face& face_;
  Actors::Person& person_;
  Model live_, paged_;
  std::optional<Stream> stream_;
  std::string live_cursor_, page_cursor_;
  std::vector<std::string> heard_live_, heard_paged_;
};

void play(std::uint32_t seed, std::set<std::string>& types) {
  constexpr int kSteps = 400;
  constexpr std::size_t kMostObservers = 14;
  Face face;
  Actors actors(face, seed);
  std::vector<std::unique_ptr<Observer>> observers;
  for (int step = 0; step < kSteps; ++step) {
    actors.act();
    if (observers.size() < kMostObservers && actors.upto(12) == 0) {
      observers.push_back(
          std::make_unique<Observer>(face, actors.person(actors.upto(actors.count()))));
    }
    if (observers.empty()) continue;
    auto& observer = *observers[actors.upto(observers.size())];
    if (actors.upto(8) == 0) observer.reconnect();
    if (actors.upto(5) == 0) observer.compare(1 + actors.upto(40), types);
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "at step " << step;
      return;
    }
  }
  for (auto& observer : observers) observer->compare(1000, types);
}

TEST(TheLaw, BootstrapAndTheEventsAfterItMakeALaterBootstrap) {
  const char* given = std::getenv("CONFAB_TEST_SEED");
  const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                                     : std::random_device()();
  constexpr std::uint32_t kRounds = 4;
  std::set<std::string> types;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    std::cout << "CONFAB_TEST_SEED=" << seed + round << std::endl;
    play(seed + round, types);
    if (HasFailure()) return;
  }
  Face face;
  const auto& events = face.document()["x-events"];
  for (const auto& type : events.getMemberNames()) {
    if (!events[type]["durable"].asBool()) continue;
    EXPECT_TRUE(types.contains(type)) << type << " never happened";
  }
}

}  // namespace
}  // namespace confab::test
