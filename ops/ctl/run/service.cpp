#include "ops/ctl/run/service.h"

#include <algorithm>
#include <csignal>

#include "api/base/log.h"

namespace confab::ctl::run {
namespace {

using namespace std::chrono_literals;

constexpr auto kRanWell = 3s;
constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 1500ms;

std::chrono::milliseconds pause_after(int failures) {
  if (failures <= 1) return 0ms;
  return std::min<std::chrono::milliseconds>(kLongestPause,
                                             kFirstPause * (1 << std::min(failures - 2, 10)));
}

}  // namespace

void Service::start(Moment now) {
  due_.reset();
  started_ = now;
  pid_ = run::start(command_);
  log::info("run.started", {{"process", name_}, {"pid", pid_}});
}

void Service::ended(int code, Moment now) {
  pid_ = 0;
  due_.reset();
  if (stopping_) {
    log::info("run.stopped", {{"process", name_}, {"code", code}});
    return;
  }
  failures_ = now - started_ >= kRanWell ? 1 : failures_ + 1;
  const auto pause = pause_after(failures_);
  due_ = now + pause;
  log::warn("run.died", {{"process", name_}, {"code", code}, {"restart_in_ms", pause.count()}});
}

void Service::stop(Moment now, std::chrono::seconds patience) {
  stopping_ = true;
  due_.reset();
  if (!running()) return;
  ::kill(pid_, SIGTERM);
  due_ = now + patience;
}

void Service::tick(Moment now) {
  if (!due_ || now < *due_) return;
  due_.reset();
  if (!stopping_) {
    start(now);
  } else if (running()) {
    log::warn("run.killed", {{"process", name_}});
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
  }
}

}  // namespace confab::ctl::run
