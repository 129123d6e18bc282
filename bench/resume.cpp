#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/base/crypto.h"
#include "api/db/connection.h"
#include "bench/lib/crowd.h"
#include "bench/lib/fanout.h"
#include "bench/lib/machine.h"
#include "bench/lib/server.h"

/// People who come back: each with much to catch up on, and very many at once.
namespace {

using namespace confab;
using namespace confab::bench;

struct Options {
  std::size_t people = 500;
  int rooms = 200;
  int each = 5;
  int filler = 40'000;
  std::size_t streams = 5'000;
};

std::string stream_request(const Member& person, const std::string& after) {
  std::string text = get_request("/api/v1/events", person.cookie);
  if (!after.empty()) text.insert(text.size() - 2, "Last-Event-ID: " + after + "\r\n");
  return text;
}

/// Posts, some at a time, whose answers are timed.
class Poster final : public HttpPublisher {
 public:
  Poster(Loop& loop, int port, std::string cookie, int connections)
      : HttpPublisher(loop, port, connections), cookie_(std::move(cookie)) {}

  void into(std::uint64_t room) { room_ = room; }
  void publish(std::uint64_t number, const std::string& body) override {
    post(post_request("/api/v1/rooms/" + std::to_string(room_) + "/messages", cookie_,
                      "resume-" + std::to_string(number), "{\"body\":\"" + body + "\"}"));
  }

 private:
  const std::string cookie_;
  std::uint64_t room_ = 0;
};

/// Opens again what was refused, as clients do; how many that were.
std::uint64_t ask_again(Streams& streams, const Crowd& crowd, std::size_t count,
                        const std::string& after) {
  std::uint64_t refused = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (streams.status(i) == 0 || streams.status(i) == 200) continue;
    streams.open(i, stream_request(crowd.people[i], after.empty() ? streams.position(i) : after));
    ++refused;
  }
  return refused;
}

/// How long it takes until all have read what follows `after`.
double resume_all(Loop& loop, const Server& server, const Crowd& crowd, const std::string& after,
                  std::size_t people, std::uint64_t missed) {
  constexpr auto kPatience = std::chrono::minutes(2);
  Streams streams(loop, server.port(), crowd.rooms);
  std::uint64_t again = 0;
  const auto begun = Steady::now();
  for (std::size_t i = 0; i < people; ++i) streams.open(i, stream_request(crowd.people[i], after));
  loop.until(
      [&] {
        if (streams.counts().resets > 0) throw std::runtime_error("a stream was reset");
        if (streams.counts().refused > again) again += ask_again(streams, crowd, people, after);
        return streams.counts().messages >= missed * people;
      },
      kPatience, "everybody is back");
  const double time = seconds(Steady::now() - begun);
  const auto& counts = streams.counts();
  std::printf("%llu messages in %.3f s, %llu gaps, %llu duplicates, %llu refusals\n",
              static_cast<unsigned long long>(counts.messages), time,
              static_cast<unsigned long long>(counts.gaps),
              static_cast<unsigned long long>(counts.duplicates),
              static_cast<unsigned long long>(again));
  return time;
}

void many_missed(const Options& options) {
  constexpr auto kPatience = std::chrono::minutes(2);
  Server server;
  server.start();
  auto database = server.database();
  // The last person is in every room like the others; the filler's room is nobody's else.
  const Crowd crowd = make_crowd(database, {.people = static_cast<int>(options.people) + 1,
                                            .rooms = options.rooms,
                                            .rooms_each = options.rooms});
  const Crowd apart = make_crowd(database, {.people = 1});
  Loop loop;
  std::uint64_t number = 0;
  std::string after;
  {
    Streams first(loop, server.port(), crowd.rooms);
    first.open_all(1, [&](std::size_t) { return stream_request(crowd.people.back(), ""); });
    Poster poster(loop, server.port(), crowd.people.back().cookie, 8);
    poster.into(crowd.rooms.front());
    poster.publish(++number, "before");
    loop.until([&] { return first.counts().messages == 1; }, kPatience, "the first message");
    after = first.position(0);
    const std::string body(300, 'x');
    for (int i = 0; i < options.each; ++i) {
      for (const auto room : crowd.rooms) {
        poster.into(room);
        poster.publish(++number, body);
      }
    }
    loop.until([&] { return first.counts().messages == number; }, kPatience, "what is missed");
  }
  const auto missed = number - 1;
  std::printf("%zu people miss %llu messages each in %d rooms\n", options.people,
              static_cast<unsigned long long>(missed), options.rooms);
  std::printf("  from memory:  ");
  const double ring = resume_all(loop, server, crowd, after, options.people, missed);

  // Enough events that nobody hears to push the others out of the hub's memory.
  Poster filler(loop, server.port(), apart.people.front().cookie, 64);
  filler.into(apart.rooms.front());
  Streams watch(loop, server.port(), apart.rooms);
  watch.open_all(1, [&](std::size_t) { return stream_request(apart.people.front(), ""); });
  const std::string body(300, 'y');
  for (int i = 0; i < options.filler; ++i) filler.publish(++number, body);
  const auto all = static_cast<std::uint64_t>(options.filler);
  loop.until([&] { return watch.counts().messages == all; }, kPatience, "the filler");
  std::printf("  through SQL:  ");
  const double sql = resume_all(loop, server, crowd, after, options.people, missed);
  std::printf("  ratio: %.1f\n\n", sql / ring);
}

void cut_at_once(const Options& options) {
  constexpr auto kPatience = std::chrono::minutes(3);
  constexpr int kRooms = 20;
  constexpr auto kPause = std::chrono::milliseconds(20);
  Server server;
  server.start();
  const Crowd crowd = [&] {
    auto database = server.database();
    return make_crowd(database, {.people = static_cast<int>(options.streams) + 1,
                                 .rooms = 10 * kRooms,
                                 .rooms_each = kRooms});
  }();
  Loop loop;
  Streams streams(loop, server.port(), {crowd.rooms.front()});
  streams.open_all(options.streams,
                   [&](std::size_t i) { return stream_request(crowd.people[i], ""); });
  Poster poster(loop, server.port(), crowd.people.back().cookie, 16);
  poster.into(crowd.rooms.front());
  std::int64_t posted = 0;
  auto next = Steady::now();
  const auto tick = [&] {
    if (Steady::now() < next) return;
    poster.publish(static_cast<std::uint64_t>(++posted), std::string(300, 'z'));
    next = Steady::now() + kPause;
  };
  const auto all_have = [&](std::int64_t seq) {
    for (std::size_t i = 0; i < options.streams; ++i) {
      if (streams.seq(i, 0) < seq) return false;
    }
    return true;
  };
  tick();
  loop.until([&] { return all_have(1); }, kPatience, "the first message");

  const auto run_for = [&](Steady::duration length) {
    const auto end = Steady::now() + length;
    while (Steady::now() < end) {
      tick();
      loop.turn(std::chrono::milliseconds(5));
    }
  };
  run_for(std::chrono::seconds(3));
  const auto before = poster.take_answers();
  const auto cut = Steady::now();
  for (std::size_t i = 0; i < options.streams; ++i) streams.close(i);
  for (std::size_t i = 0; i < options.streams; ++i) {
    streams.open(i, stream_request(crowd.people[i], streams.position(i)));
  }
  std::optional<double> answered;
  std::uint64_t again = 0;
  loop.until(
      [&] {
        tick();
        if (!answered && streams.answered() == options.streams)
          answered = seconds(Steady::now() - cut);
        if (streams.counts().refused > again) {
          again += ask_again(streams, crowd, options.streams, "");
        }
        return answered && all_have(posted - 5);
      },
      kPatience, "all are back");
  const double back = seconds(Steady::now() - cut);
  const auto during = poster.take_answers();
  std::printf("%zu streams cut at once, all asking again at once, 50 posts/s going on\n",
              options.streams);
  std::printf("  answered in %.1f s, caught up in %.1f s (%llu asked again after a refusal)\n",
              answered.value_or(0), back, static_cast<unsigned long long>(again));
  std::printf("  posts: p99 %.1f ms before; p50 %.1f, p99 %.1f, most %.1f ms meanwhile (%llu)\n",
              before.ms(0.99), during.ms(0.5), during.ms(0.99), during.most_ms(),
              static_cast<unsigned long long>(during.count()));
  std::printf("  %llu gaps, %llu duplicates, %llu resets, %llu cut by the server\n",
              static_cast<unsigned long long>(streams.counts().gaps),
              static_cast<unsigned long long>(streams.counts().duplicates),
              static_cast<unsigned long long>(streams.counts().resets),
              static_cast<unsigned long long>(streams.counts().ended));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("People who come back");
  app.add_option("--people", options.people, "Who missed much");
  app.add_option("--rooms", options.rooms, "In how many rooms");
  app.add_option("--each", options.each, "Messages missed in each room");
  app.add_option("--filler", options.filler, "Events that push those out of the hub's memory");
  app.add_option("--streams", options.streams, "Streams that are cut at once");
  CLI11_PARSE(app, argc, argv);
  describe_machine("resume: people who come back");
  crypto::init();
  db::library_start();
  many_missed(options);
  cut_at_once(options);
}
