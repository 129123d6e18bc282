#include "bench/lib/nchan.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <thread>

#include "ops/ctl/run/port.h"
#include "ops/ctl/run/process.h"

namespace confab::bench {

namespace {

namespace fs = std::filesystem;

constexpr const char* kModule = "/usr/lib/nginx/modules/ngx_nchan_module.so";

std::string configuration(int port) {
  return std::string("load_module ") + kModule + R"(;
worker_rlimit_nofile 65536;
events { worker_connections 20000; }
http {
  access_log off;
  nchan_shared_memory_size 256M;
  client_body_in_single_buffer on;
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:)" +
         std::to_string(port) + R"( backlog=4096;
    location = /pub {
      nchan_publisher;
      nchan_channel_id storm;
      nchan_message_buffer_length 1000;
      nchan_message_timeout 60s;
    }
    location = /sub {
      nchan_subscriber eventsource;
      nchan_channel_id storm;
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 0;
    }
  }
}
)";
}

}  // namespace

pid_t start_nginx(const fs::path& folder, const std::string& text, int port) {
  constexpr auto kPause = std::chrono::milliseconds(20);
  constexpr int kTries = 250;
  const fs::path file = folder / "nginx.conf";
  // Temporary files of a worker that is another user's would need a folder of its own.
  std::ofstream(file) << "pid nginx.pid;\nerror_log error.log warn;\nworker_processes 1;\n"
                      << (::geteuid() == 0 ? "user root;\n" : "") << text;
  const pid_t pid =
      ctl::run::start({.program = "/usr/sbin/nginx",
                       .arguments = {"-p", folder.string(), "-c", file.string(), "-e",
                                     (folder / "error.log").string(), "-g", "daemon off;"},
                       .environment = {},
                       .log = folder / "output"});
  for (int i = 0; i < kTries; ++i) {
    if (ctl::run::http_status("127.0.0.1", port, "/") != 0) return pid;
    std::this_thread::sleep_for(kPause);
  }
  stop_nginx(pid);
  throw std::runtime_error("nginx does not start; is libnginx-mod-nchan installed?");
}

void stop_nginx(pid_t pid) {
  ::kill(pid, SIGTERM);
  ctl::run::wait_for(pid);
}

NchanServer::NchanServer() {
  if (!fs::exists(kModule)) throw std::runtime_error("apt-get install libnginx-mod-nchan");
  std::string pattern = (fs::temp_directory_path() / "confab-nchan-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
  port_ = ctl::run::require_free_port("127.0.0.1", 0);
  pid_ = start_nginx(folder_, configuration(port_), port_);
}

NchanServer::~NchanServer() {
  stop_nginx(pid_);
  std::error_code none;
  fs::remove_all(folder_, none);
}

void NchanPublisher::publish(std::uint64_t number, const std::string& body) {
  const std::string data = data_like_ours(number, body);
  post(
      "POST /pub HTTP/1.1\r\nHost: localhost\r\nX-EventSource-Event: message.created\r\n"
      "Content-Type: application/json\r\nContent-Length: " +
      std::to_string(data.size()) + "\r\n\r\n" + data);
}

}  // namespace confab::bench
