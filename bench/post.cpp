#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "api/base/crypto.h"
#include "api/db/connection.h"
#include "bench/lib/crowd.h"
#include "bench/lib/http.h"
#include "bench/lib/machine.h"
#include "bench/lib/server.h"
#include "bench/lib/streams.h"

/// Durable posts through HTTP, and how soon somebody else sees one.
namespace {

using namespace confab;
using namespace confab::bench;

constexpr int kRooms = 20;
constexpr int kPeople = 256;

class Posts {
 public:
  Posts(Loop& loop, const Server& server, const Crowd& crowd)
      : loop_(loop), server_(server), crowd_(crowd) {}

  /// That many senders, each with one post under way, for that long.
  void run(std::size_t senders, Steady::duration length) {
    const std::uint64_t before = acknowledged_;
    answers_ = {};
    std::vector<std::unique_ptr<HttpConnection>> connections;
    for (std::size_t i = 0; i < senders; ++i) {
      connections.push_back(
          std::make_unique<HttpConnection>(loop_, static_cast<int>(i), server_.port()));
    }
    const double api = cpu_seconds(server_.api());
    const double database = cpu_seconds(server_.database_server());
    const auto begun = Steady::now();
    end_ = begun + length;
    for (std::size_t i = 0; i < senders; ++i) send(*connections[i], i);
    constexpr auto kPatience = std::chrono::seconds(60);
    loop_.until([&] { return under_way_ == 0; }, kPatience, "the last answers");
    const double time = seconds(Steady::now() - begun);
    std::printf("%8zu %10.0f %9.2f %9.2f %9.2f   %5.0f %% %8.0f %%\n", senders,
                static_cast<double>(acknowledged_ - before) / time, answers_.ms(0.5),
                answers_.ms(0.99), answers_.most_ms(),
                100 * (cpu_seconds(server_.api()) - api) / time,
                100 * (cpu_seconds(server_.database_server()) - database) / time);
  }

  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  void send(HttpConnection& connection, std::size_t sender) {
    ++under_way_;
    const auto room = crowd_.rooms[1 + sender % (crowd_.rooms.size() - 1)];
    std::string body = "{\"body\":\"";
    body.resize(body.size() + kBody, 'x');
    body += "\"}";
    connection.send(
        post_request("/api/v1/rooms/" + std::to_string(room) + "/messages",
                     crowd_.people[sender].cookie, "post-" + std::to_string(++key_), body),
        [this, &connection, sender, sent = Steady::now()](int status, std::string_view answer) {
          --under_way_;
          if (status != 201) {
            throw std::runtime_error("answered " + std::to_string(status) + ' ' +
                                     std::string(answer));
          }
          const auto now = Steady::now();
          answers_.add(now - sent);
          ++acknowledged_;
          if (now < end_) send(connection, sender);
        });
  }

  static constexpr std::size_t kBody = 120;
  Loop& loop_;
  const Server& server_;
  const Crowd& crowd_;
  Histogram answers_;
  Steady::time_point end_;
  std::uint64_t key_ = 0, acknowledged_ = 0;
  std::size_t under_way_ = 0;
};

/// One message now and then, from its POST to another person's stream.
void send_to_seen(Loop& loop, const Server& server, const Crowd& crowd, int posts) {
  constexpr auto kPatience = std::chrono::seconds(10);
  Streams streams(loop, server.port(), {crowd.rooms.front()});
  Histogram seen;
  Steady::time_point sent;
  std::size_t heard = 0;
  streams.on_message([&](const Streams::Heard& message) {
    seen.add(message.at - sent);
    ++heard;
  });
  streams.open_all(
      1, [&](std::size_t) { return get_request("/api/v1/events", crowd.people[1].cookie); });
  HttpConnection connection(loop, 0, server.port());
  for (int i = 0; i < posts; ++i) {
    loop.rest(std::chrono::milliseconds(10));
    bool answered = false;
    sent = Steady::now();
    connection.send(
        post_request("/api/v1/rooms/" + std::to_string(crowd.rooms.front()) + "/messages",
                     crowd.people[0].cookie, "seen-" + std::to_string(i), R"({"body":"hello"})"),
        [&](int status, std::string_view) { answered = status == 201; });
    loop.until([&] { return answered && heard == static_cast<std::size_t>(i) + 1; }, kPatience,
               "a message that was posted is seen");
  }
  std::printf("send to seen, at rest: p50 %.2f ms, p99 %.2f ms, most %.2f ms (%d messages)\n\n",
              seen.ms(0.5), seen.ms(0.99), seen.most_ms(), posts);
}

void run(int length, int posts) {
  Server server;
  server.start();
  auto database = server.database();
  const Crowd crowd =
      make_crowd(database, {.people = kPeople, .rooms = kRooms + 1, .rooms_each = kRooms + 1});
  Loop loop;
  send_to_seen(loop, server, crowd, posts);
  std::printf("%8s %10s %9s %9s %9s %9s %10s\n", "senders", "posts/s", "p50 ms", "p99 ms",
              "most ms", "server", "mariadbd");
  Posts measure(loop, server, crowd);
  for (const std::size_t senders : {1, 8, 64, 256}) {
    measure.run(senders, std::chrono::seconds(length));
  }
  std::uint64_t stored = 0;
  std::int64_t holes = 0;
  database.each("SELECT COUNT(*) FROM messages WHERE idempotency_key LIKE 'post-%'", {},
                [&](const db::Row& row) { stored = row.get<std::uint64_t>(); });
  database.each(
      "SELECT COUNT(*) FROM (SELECT room_id FROM messages GROUP BY room_id "
      "HAVING COUNT(*) <> MAX(seq) OR MIN(seq) <> 1) AS wrong",
      {}, [&](const db::Row& row) { holes = row.get<std::int64_t>(); });
  std::printf("\n%llu posts acknowledged, %llu of them stored; %lld rooms with holes\n",
              static_cast<unsigned long long>(measure.acknowledged()),
              static_cast<unsigned long long>(stored), static_cast<long long>(holes));
}

}  // namespace

int main(int argc, char** argv) {
  int length = 5;
  int posts = 500;
  CLI::App app("Durable posts through HTTP");
  app.add_option("--seconds", length, "Length of each measurement");
  app.add_option("--posts", posts, "Messages for the time from sending to seeing");
  CLI11_PARSE(app, argc, argv);
  describe_machine("post: durable posts through HTTP");
  crypto::init();
  db::library_start();
  run(length, posts);
}
