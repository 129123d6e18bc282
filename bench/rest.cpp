#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "api/base/calls.h"
#include "api/base/crypto.h"
#include "api/db/connection.h"
#include "bench/lib/crowd.h"
#include "bench/lib/fanout.h"
#include "bench/lib/machine.h"
#include "bench/lib/nchan.h"
#include "bench/lib/server.h"
#include "ops/ctl/run/port.h"

/// A small authenticated GET, beside nginx that returns the same bytes; the same GET while
/// a busy room is sent to many; and how soon a closed stream is noticed.
namespace {

using namespace confab;
using namespace confab::bench;
namespace fs = std::filesystem;

struct Options {
  int seconds = 4;
  std::size_t streams = 10'000;
};

/// What `wrk` prints of interest; 0 where it says nothing.
struct Load {
  double per_second = 0;
  std::string p99 = "-";
  std::string errors;
};

Load wrk(int port, int connections, int length, const std::string& cookie) {
  const std::string command = "wrk -t1 --latency -c" + std::to_string(connections) + " -d" +
                              std::to_string(length) + "s -H 'Cookie: " + cookie +
                              "' http://127.0.0.1:" + std::to_string(port) + "/api/v1/me 2>&1";
  const std::unique_ptr<FILE, Calls<pclose>> pipe(popen(command.c_str(), "r"));
  Load load;
  std::array<char, 256> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::array<char, 32> text{};
    if (std::sscanf(line.data(), "Requests/sec: %lf", &load.per_second) == 1) continue;
    if (std::sscanf(line.data(), " 99%% %31s", text.data()) == 1) load.p99 = text.data();
    const std::string_view said(line.data());
    if (said.find("Non-2xx") != std::string_view::npos ||
        said.find("Socket errors") != std::string_view::npos) {
      load.errors += said.substr(0, said.find('\n'));
    }
  }
  return load;
}

/// nginx answering every request with that head's headers and body.
class Nginx {
 public:
  explicit Nginx(const std::string& head, const std::string& body) {
    std::string pattern = (fs::temp_directory_path() / "confab-nginx-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    folder_ = pattern;
    port_ = ctl::run::require_free_port("127.0.0.1", 0);
    std::string headers;
    for (std::size_t at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
      const std::string line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto colon = line.find(": ");
      if (colon == std::string::npos) break;
      const std::string name = line.substr(0, colon);
      // What nginx writes by itself.
      if (name == "Date" || name == "Content-Length" || name == "Content-Type") continue;
      std::string value = line.substr(colon + 2);
      for (auto quote = value.find('"'); quote != std::string::npos;
           quote = value.find('"', quote + 2)) {
        value.insert(quote, 1, '\\');
      }
      headers += "add_header " + name + " \"" + value + "\";\n";
    }
    pid_ =
        start_nginx(folder_,
                    "events { worker_connections 4096; }\nhttp { access_log off; "
                    "keepalive_requests 100000000; server { listen 127.0.0.1:" +
                        std::to_string(port_) + " backlog=4096; default_type application/json;\n" +
                        headers + "location / { return 200 '" + body + "'; } } }\n",
                    port_);
  }
  ~Nginx() {
    stop_nginx(pid_);
    std::error_code none;
    fs::remove_all(folder_, none);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  int port() const { return port_; }

 private:
  fs::path folder_;
  int port_ = 0;
  pid_t pid_ = 0;
};

/// The whole answer to one GET /me.
std::string answer_of(int port, const std::string& cookie) {
  const std::string command = "curl -s -i -H 'Cookie: " + cookie +
                              "' http://127.0.0.1:" + std::to_string(port) + "/api/v1/me";
  const std::unique_ptr<FILE, Calls<pclose>> pipe(popen(command.c_str(), "r"));
  std::array<char, 4096> text{};
  const auto size = std::fread(text.data(), 1, text.size(), pipe.get());
  return {text.data(), size};
}

void against_nginx(const Server& server, const std::string& cookie, int length) {
  const std::string answer = answer_of(server.port(), cookie);
  const auto head_end = answer.find("\r\n\r\n");
  const Nginx nginx(answer.substr(0, head_end + 2), answer.substr(head_end + 4));
  std::printf("GET /api/v1/me (%zu bytes with head), wrk with one thread, %d s each in turn\n",
              answer.size(), length);
  std::printf("%11s %12s %10s %12s %10s %7s\n", "connections", "confab/s", "p99", "nginx/s", "p99",
              "ratio");
  for (const int connections : {64, 128, 256, 512}) {
    const Load ours = wrk(server.port(), connections, length, cookie);
    const Load theirs = wrk(nginx.port(), connections, length, cookie);
    std::printf("%11d %12.0f %10s %12.0f %10s %7.2f %s\n", connections, ours.per_second,
                ours.p99.c_str(), theirs.per_second, theirs.p99.c_str(),
                ours.per_second / theirs.per_second, ours.errors.c_str());
  }
}

/// GETs one after the other while a room of many streams gets ten messages a second.
void during_fan_out(const Server& server, const Crowd& crowd, const Options& options) {
  Loop loop;
  Streams streams(loop, server.port(), {crowd.rooms.front()});
  streams.open_all(options.streams, [&](std::size_t i) {
    return get_request("/api/v1/events", crowd.people[i].cookie);
  });
  ApiPublisher publisher(loop, server.port(), crowd.people.back().cookie, crowd.rooms.front(), 4);
  Fanout fanout(loop, streams, publisher, options.streams);
  // The reader of the streams is busy itself, so the GETs are another process's.
  const std::string command = "wrk -t1 --latency -c1 -d" + std::to_string(options.seconds) +
                              "s -H 'Cookie: " + crowd.people[0].cookie +
                              "' http://127.0.0.1:" + std::to_string(server.port()) +
                              "/api/v1/me | grep -E ' (50|99)%|Requests/sec'";
  const std::unique_ptr<FILE, Calls<pclose>> gets(popen(command.c_str(), "r"));
  Figures figures;
  fanout.run(kSteady, std::chrono::seconds(options.seconds), figures);
  std::printf("\nGET /api/v1/me while %.0f deliveries/s go out:\n", figures.per_second());
  std::array<char, 128> line{};
  while (std::fgets(line.data(), line.size(), gets.get()) != nullptr)
    std::printf("%s", line.data());
}

/// A person has all the streams one may have: a new one is let in when a close was noticed.
void close_notice(const Server& server, const Member& person, int times) {
  constexpr std::size_t kMost = 16;
  constexpr auto kPatience = std::chrono::seconds(10);
  Loop loop;
  Streams streams(loop, server.port(), {1});
  const std::string request = get_request("/api/v1/events", person.cookie);
  streams.open_all(kMost, [&](std::size_t) { return request; });
  Histogram noticed;
  for (int i = 0; i < times; ++i) {
    loop.rest(std::chrono::milliseconds(20));
    const auto index = static_cast<std::size_t>(i) % kMost;
    streams.close(index);
    const auto closed = Steady::now();
    int status = 0;
    while (status != 200) {
      streams.open(index, request);
      loop.until([&] { return streams.status(index) != 0; }, kPatience, "an answer");
      status = streams.status(index);
    }
    noticed.add(Steady::now() - closed);
  }
  std::printf("\na closed stream's place is free again: p50 %.2f ms, p99 %.2f ms, most %.2f ms\n",
              noticed.ms(0.5), noticed.ms(0.99), noticed.most_ms());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Small requests");
  app.add_option("--seconds", options.seconds, "Length of each measurement");
  app.add_option("--streams", options.streams, "Open streams during the fan-out");
  CLI11_PARSE(app, argc, argv);
  describe_machine("rest: a small authenticated GET");
  crypto::init();
  db::library_start();
  Server server;
  server.start();
  const Crowd crowd = [&] {
    auto database = server.database();
    return make_crowd(
        database,
        {.people = static_cast<int>(options.streams) + 1, .rooms = 200, .rooms_each = 20});
  }();
  against_nginx(server, crowd.people.back().cookie, options.seconds);
  constexpr int kCloses = 200;
  close_notice(server, crowd.people.front(), kCloses);
  during_fan_out(server, crowd, options);
}
