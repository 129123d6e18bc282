#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <thread>

#include "api/base/crypto.h"
#include "api/db/connection.h"
#include "bench/lib/crowd.h"
#include "bench/lib/fanout.h"
#include "bench/lib/machine.h"
#include "bench/lib/server.h"

/// Many signed-in streams, each in many rooms, all in one; messages posted to that room
/// through the API and committed.
namespace {

using namespace confab;
using namespace confab::bench;

struct Options {
  int streams = 10'000;
  int rooms = 20;
  int seconds = 8;
  int idle = 20;
};

void run(const Options& options) {
  Server server;
  server.start();
  const auto at_rest = pss_kib(server.api());
  std::printf("server at rest: %.1f MB (PSS)\n", static_cast<double>(at_rest) / 1024);
  const Crowd crowd = [&] {
    auto database = server.database();
    return make_crowd(
        database,
        {.people = options.streams + 1, .rooms = 10 * options.rooms, .rooms_each = options.rooms});
  }();
  const auto count = static_cast<std::size_t>(options.streams);

  Loop loop;
  Streams streams(loop, server.port(), {crowd.rooms.front()});
  const auto begun = Steady::now();
  streams.open_all(
      count, [&](std::size_t i) { return get_request("/api/v1/events", crowd.people[i].cookie); });
  const double opened = seconds(Steady::now() - begun);
  const auto cut = streams.counts().ended;
  std::printf("%zu streams open after %.1f s; read %.0f MB of hello and presence, %llu cut in it\n",
              count, opened, static_cast<double>(streams.counts().bytes) / 1e6,
              static_cast<unsigned long long>(cut));
  const double used = cpu_seconds(server.api());
  loop.rest(std::chrono::seconds(options.idle));
  const double busy = (cpu_seconds(server.api()) - used) / options.idle;
  const auto idle = pss_kib(server.api());
  std::printf(
      "memory: %.1f MB, %.2f KiB (PSS) for each idle stream in %d rooms; %.1f %% of a core\n\n",
      static_cast<double>(idle) / 1024,
      static_cast<double>(idle - at_rest) / static_cast<double>(count), options.rooms, 100 * busy);

  ApiPublisher publisher(loop, server.port(), crowd.people.back().cookie, crowd.rooms.front(), 33);
  Fanout fanout(loop, streams, publisher, count);
  print_header();
  for (const Mode& mode : kModes) {
    Figures figures;
    publisher.take_answers();
    const double before = cpu_seconds(server.api());
    const double database_before = cpu_seconds(server.database_server());
    const double mine_before = cpu_seconds(::getpid());
    fanout.run(mode, std::chrono::seconds(options.seconds), figures);
    print_figures("confab", mode, figures);
    const auto share = [&](double a, double b) { return 100 * (a - b) / figures.seconds; };
    const auto answers = publisher.take_answers();
    std::printf(
        "         POST answered: p50 %.2f ms, p99 %.2f ms; of a core: server %.0f %%, mariadbd "
        "%.0f "
        "%%, this reader %.0f %%\n",
        answers.ms(0.5), answers.ms(0.99), share(cpu_seconds(server.api()), before),
        share(cpu_seconds(server.database_server()), database_before),
        share(cpu_seconds(::getpid()), mine_before));
  }
  const auto& counts = streams.counts();
  std::printf("\n%llu messages read: %llu gaps, %llu duplicates, %llu streams cut\n",
              static_cast<unsigned long long>(counts.messages),
              static_cast<unsigned long long>(counts.gaps),
              static_cast<unsigned long long>(counts.duplicates),
              static_cast<unsigned long long>(counts.ended - cut));
  std::printf("memory afterwards: %.1f MB (PSS)\n",
              static_cast<double>(pss_kib(server.api())) / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Fan-out of one busy room to many streams");
  app.add_option("--streams", options.streams, "Open streams, one for each person");
  app.add_option("--rooms", options.rooms, "Rooms that each person is in");
  app.add_option("--seconds", options.seconds, "Length of each measurement");
  app.add_option("--idle", options.idle, "Seconds of rest before the memory is read");
  CLI11_PARSE(app, argc, argv);
  describe_machine("storm: messages posted through the API to one room of many streams");
  crypto::init();
  db::library_start();
  run(options);
}
