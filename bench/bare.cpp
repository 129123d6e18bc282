#include "bench/lib/bare.h"

#include <CLI/CLI.hpp>
#include <chrono>

#include "bench/lib/machine.h"

/// What this machine can do at best: an epoll loop that sends, and the same readers.
int main(int argc, char** argv) {
  using namespace confab::bench;
  std::size_t count = 10'000;
  int length = 8;
  CLI::App app("The bare epoll + send loop");
  app.add_option("--streams", count, "Open streams");
  app.add_option("--seconds", length, "Length of each measurement");
  CLI11_PARSE(app, argc, argv);
  describe_machine("bare: the same deliveries by an epoll loop that only sends");

  const BareServer server;
  Loop loop;
  Streams streams(loop, server.port(), {kRoomLikeOurs});
  streams.open_all(
      count, [](std::size_t) { return get_request("/", ""); }, Streams::Greeting::head);
  BarePublisher publisher(server);
  Fanout fanout(loop, streams, publisher, count);
  print_header();
  for (const Mode& mode : kModes) {
    Figures figures;
    fanout.run(mode, std::chrono::seconds(length), figures);
    print_figures("bare", mode, figures);
  }
}
