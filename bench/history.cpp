#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/crypto.h"
#include "api/db/connection.h"
#include "bench/lib/crowd.h"
#include "bench/lib/http.h"
#include "bench/lib/machine.h"
#include "bench/lib/server.h"

/// Pages of 50 messages, anywhere in a history of millions.
namespace {

using namespace confab;
using namespace confab::bench;

struct Options {
  std::string data = "/tmp/confab-history";
  std::int64_t messages = 10'000'000;
  int rooms = 200;
  int pages = 20'000;
  int pool_mb = 1024;
  std::uint64_t seed = 1;
};

struct Room {
  std::uint64_t id = 0;
  std::int64_t size = 0;
};

std::vector<Room> rooms_of(db::Connection& database) {
  std::vector<Room> rooms;
  database.each("SELECT id, last_seq FROM rooms WHERE name LIKE 'history %' AND last_seq > 0", {},
                [&](const db::Row& row) {
                  rooms.push_back({row.get<std::uint64_t>(0), row.get<std::int64_t>(1)});
                });
  return rooms;
}

/// Fills a room from inside the database: nothing else writes ten million rows in minutes.
void fill(db::Connection& database, const Room& room, std::uint64_t first_id, Time now) {
  constexpr std::int64_t kSlice = 100'000;
  for (std::int64_t done = 0; done < room.size; done += kSlice) {
    const auto count = std::min(kSlice, room.size - done);
    const auto from = std::to_string(done);
    const auto id = std::to_string(first_id + static_cast<std::uint64_t>(done));
    database.command(
        "INSERT INTO messages (room_id, seq, id, author_id, kind, body, idempotency_key, "
        "request_hash, created_at, version) SELECT " +
        std::to_string(room.id) + ", seq + " + from + ", seq + " + id +
        ", 1 + seq % 50, 0, CONCAT('Message ', seq + " + from +
        ", REPEAT(' and some more words', 1 + seq % 12)), CONCAT(' ', seq + " + id + "), 0, " +
        std::to_string(now.ms) + ", 1 FROM seq_1_to_" + std::to_string(count));
  }
}

/// Some rooms are a hundred times as big as others, as rooms are.
void generate(db::Connection& database, const Options& options) {
  const Time now = SystemClock().now();
  std::printf("making %lld messages in %d rooms ...\n", static_cast<long long>(options.messages),
              options.rooms);
  const auto begun = Steady::now();
  double sum = 0;
  for (int i = 1; i <= options.rooms; ++i) sum += 1.0 / i;
  database.command("SET unique_checks = 0");
  std::uint64_t next_id = 1'000'000'000;
  for (int i = 1; i <= options.rooms; ++i) {
    const Room room{
        .id = 1000 + static_cast<std::uint64_t>(i),
        .size = static_cast<std::int64_t>(static_cast<double>(options.messages) / (sum * i))};
    const std::string name = "history " + std::to_string(i);
    fill(database, room, next_id, now);
    next_id += static_cast<std::uint64_t>(room.size);
    database.run(
        "INSERT INTO rooms (id, kind, visibility, name, name_key, topic, created_by, created_at, "
        "member_count, last_seq, version) VALUES (?,1,1,?,?,'',1,?,0,?,1)",
        {room.id, name, name, now, room.size});
  }
  std::printf("made in %.0f s\n", seconds(Steady::now() - begun));
}

class Reader {
 public:
  Reader(Loop& loop, const Options& options, std::vector<Room> rooms, std::string cookie)
      : loop_(loop), rooms_(std::move(rooms)), cookie_(std::move(cookie)), random_(options.seed) {
    for (const Room& room : rooms_) total_ += room.size;
  }

  void run(int port, int concurrency, int pages, bool shown) {
    std::vector<std::unique_ptr<HttpConnection>> connections;
    for (int i = 0; i < concurrency; ++i) {
      connections.push_back(std::make_unique<HttpConnection>(loop_, i, port));
    }
    left_ = pages;
    times_ = {};
    const auto begun = Steady::now();
    for (const auto& connection : connections) ask(*connection);
    constexpr auto kPatience = std::chrono::minutes(10);
    loop_.until([&] { return under_way_ == 0; }, kPatience, "the pages");
    if (!shown) return;
    std::printf("%11d %10d %10.0f %9.2f %9.2f %9.2f\n", concurrency, pages,
                pages / seconds(Steady::now() - begun), times_.ms(0.5), times_.ms(0.99),
                times_.most_ms());
  }

 private:
  void ask(HttpConnection& connection) {
    if (left_ == 0) return;
    --left_;
    ++under_way_;
    // Any message of all as likely as any other.
    auto at = std::uniform_int_distribution<std::int64_t>(0, total_ - 1)(random_);
    std::size_t room = 0;
    while (at >= rooms_[room].size) at -= rooms_[room++].size;
    constexpr const char* kWays[] = {"before", "after", "around"};
    const std::string path = "/api/v1/rooms/" + std::to_string(rooms_[room].id) +
                             "/messages?limit=50&" + kWays[random_() % 3] + '=' +
                             std::to_string(at + 1);
    connection.send(get_request(path, cookie_), [this, &connection, sent = Steady::now()](
                                                    int status, std::string_view body) {
      --under_way_;
      if (status != 200) {
        throw std::runtime_error("answered " + std::to_string(status) + ' ' + std::string(body));
      }
      times_.add(Steady::now() - sent);
      ask(connection);
    });
  }

  Loop& loop_;
  const std::vector<Room> rooms_;
  const std::string cookie_;
  std::mt19937_64 random_;
  std::int64_t total_ = 0;
  int left_ = 0, under_way_ = 0;
  Histogram times_;
};

void run(const Options& options) {
  Server server({.data = options.data,
                 .environment = {"CONFAB_DATABASE_POOL_MB=" + std::to_string(options.pool_mb)}});
  server.start();
  auto database = server.database();
  if (rooms_of(database).empty()) generate(database, options);
  const auto rooms = rooms_of(database);
  const Crowd crowd = make_crowd(database, {.people = 1});
  database.run(
      "INSERT INTO room_members (room_id, user_id, role, notifications, joined_at, read_seq, "
      "mention_count, version) SELECT id, ?, 1, 1, created_at, 0, 0, 1 FROM rooms "
      "WHERE name LIKE 'history %'",
      {crowd.people.front().id});
  std::printf("in %s; buffer pool %d MB; seed %llu\n\n", options.data.c_str(), options.pool_mb,
              static_cast<unsigned long long>(options.seed));
  Loop loop;
  Reader reader(loop, options, rooms, crowd.people.front().cookie);
  reader.run(server.port(), 8, options.pages, false);
  std::printf("%11s %10s %10s %9s %9s %9s\n", "concurrency", "pages", "pages/s", "p50 ms", "p99 ms",
              "most ms");
  for (const int concurrency : {1, 8}) reader.run(server.port(), concurrency, options.pages, true);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Pages of a long history");
  app.add_option("--data", options.data, "Data folder: made when it is not there, kept afterwards");
  app.add_option("--messages", options.messages, "How many to make (about 0.35 KB each on disk)");
  app.add_option("--rooms", options.rooms, "In how many rooms");
  app.add_option("--pages", options.pages, "Pages to read in each measurement");
  app.add_option("--pool-mb", options.pool_mb, "Buffer pool of the database");
  app.add_option("--seed", options.seed, "Of the places that are read");
  CLI11_PARSE(app, argc, argv);
  describe_machine("history: pages of 50 anywhere");
  crypto::init();
  db::library_start();
  run(options);
}
