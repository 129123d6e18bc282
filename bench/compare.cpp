#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "api/base/crypto.h"
#include "api/db/connection.h"
#include "bench/lib/bare.h"
#include "bench/lib/crowd.h"
#include "bench/lib/machine.h"
#include "bench/lib/nchan.h"
#include "bench/lib/server.h"

/// The same work in the same run, in turn: our server, nchan, and the bare epoll + send loop.
namespace {

using namespace confab;
using namespace confab::bench;

struct Options {
  std::size_t streams = 9'900;  ///< Twice that has to fit into 20,000 descriptors.
  int rooms = 20;
  int seconds = 5;
  int rounds = 3;
};

/// One of those who are compared. The limit on descriptors seldom has room for the readers of
/// all three at once, so only ours stay open: to open them is work that is not compared here.
struct Side {
  const char* name;
  std::array<Figures, std::size(kModes)> figures{};
};

void print_ratios(const Side& ours, const Side& bare, const Side& nchan) {
  const auto rate = [](const Side& side, std::size_t mode) {
    return side.figures[mode].per_second();
  };
  std::printf("\nratios of this run%32s %12s\n", "ours/bare", "ours/nchan");
  for (std::size_t mode = 0; mode < 2; ++mode) {
    std::printf("deliveries/s, %-25s %11.2f %12.2f\n", kModes[mode].name,
                rate(ours, mode) / rate(bare, mode), rate(ours, mode) / rate(nchan, mode));
  }
  const auto p99 = [](const Side& side) { return side.figures[2].seen.ms(0.99); };
  std::printf("p99, %-34s %11.2f %12.2f\n", kModes[2].name, p99(ours) / p99(bare),
              p99(ours) / p99(nchan));
}

void run(const Options& options) {
  const BareServer bare_server;
  const NchanServer nchan_server;
  Server server;
  server.start();
  const auto people = static_cast<int>(options.streams) + 1;
  const Crowd crowd = [&] {
    auto database = server.database();
    return make_crowd(database,
                      {.people = people, .rooms = 10 * options.rooms, .rooms_each = options.rooms});
  }();

  Loop loop;
  constexpr int kConnections = 33;
  Streams streams(loop, server.port(), {crowd.rooms.front()});
  ApiPublisher publisher(loop, server.port(), crowd.people.back().cookie, crowd.rooms.front(),
                         kConnections);
  streams.open_all(options.streams, [&](std::size_t i) {
    return get_request("/api/v1/events", crowd.people[i].cookie);
  });
  Fanout fanout(loop, streams, publisher, options.streams);
  const auto length = std::chrono::seconds(options.seconds);
  const auto elsewhere = [&](Side& side, std::size_t mode, int port, const std::string& request,
                             Publisher& theirs) {
    Streams visitors(loop, port, {kRoomLikeOurs});
    visitors.open_all(
        options.streams, [&](std::size_t) { return request; }, Streams::Greeting::head);
    Fanout(loop, visitors, theirs, options.streams).run(kModes[mode], length, side.figures[mode]);
  };
  Side ours{"confab"}, bare{"bare"}, nchan{"nchan"};
  std::printf("%zu streams each; %d rounds of %d s, in turn\n\n", options.streams, options.rounds,
              options.seconds);

  for (std::size_t mode = 0; mode < std::size(kModes); ++mode) {
    for (int round = 0; round < options.rounds; ++round) {
      BarePublisher to_bare(bare_server);
      elsewhere(bare, mode, bare_server.port(), get_request("/", ""), to_bare);
      fanout.run(kModes[mode], length, ours.figures[mode]);
      // A second connection could overtake the first, and the order is the reader's measure.
      NchanPublisher to_nchan(loop, nchan_server.port(), 1);
      elsewhere(nchan, mode, nchan_server.port(), kNchanSubscribe, to_nchan);
    }
  }
  print_header();
  for (std::size_t mode = 0; mode < std::size(kModes); ++mode) {
    for (const Side* side : {&bare, &ours, &nchan}) {
      print_figures(side->name, kModes[mode], side->figures[mode]);
    }
  }
  print_ratios(ours, bare, nchan);
  const auto& counts = streams.counts();
  std::printf("\nours: %llu messages read, %llu gaps, %llu duplicates\n",
              static_cast<unsigned long long>(counts.messages),
              static_cast<unsigned long long>(counts.gaps),
              static_cast<unsigned long long>(counts.duplicates));
  std::printf("memory (PSS) now: ours %.1f MB, nchan %.1f MB, bare %.1f MB\n",
              static_cast<double>(pss_kib(server.api())) / 1024,
              static_cast<double>(pss_kib_of_family(nchan_server.pid())) / 1024,
              static_cast<double>(pss_kib(bare_server.pid())) / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Our fan-out beside nchan's and a bare epoll + send loop's");
  app.add_option("--streams", options.streams, "Open streams of each");
  app.add_option("--rooms", options.rooms, "Rooms that each of our people is in");
  app.add_option("--seconds", options.seconds, "Length of each measurement");
  app.add_option("--rounds", options.rounds, "How often each is measured in turn");
  CLI11_PARSE(app, argc, argv);
  describe_machine("compare: ours, nchan and a bare epoll + send loop");
  crypto::init();
  db::library_start();
  run(options);
}
