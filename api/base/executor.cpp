#include "api/base/executor.h"

#include <pthread.h>

#include <exception>
#include <utility>

#include "api/base/log.h"

namespace confab {

void name_thread(const std::string& name) {
  constexpr std::size_t kLongest = 15;  // the kernel refuses longer ones
  pthread_setname_np(pthread_self(), name.substr(0, kLongest).c_str());
}

Executor::Executor(std::string name, int threads, std::size_t capacity,
                   std::function<void()> at_start, std::function<void()> at_end)
    : name_(std::move(name)),
      capacity_(capacity),
      beds_(static_cast<std::size_t>(threads)),
      at_start_(std::move(at_start)),
      at_end_(std::move(at_end)) {
  threads_.reserve(static_cast<std::size_t>(threads));
  try {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
  } catch (...) {
    stop();  // the machine has no more threads, and no destructor will run
    throw;
  }
}

Executor::~Executor() { stop(); }

void Executor::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Bed* bed : asleep_) {
      bed->called = true;
      bed->wake.notify_one();
    }
    asleep_.clear();
  }
  for (auto& thread : threads_) thread.join();
}

bool Executor::submit(std::function<void()> task) {
  Bed* bed = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= capacity_) return false;
    tasks_.push_back(std::move(task));
    bed = next_to_wake();
  }
  if (bed != nullptr) bed->wake.notify_one();
  return true;
}

Executor::Bed* Executor::next_to_wake() {
  if (waking_ || tasks_.empty() || asleep_.empty()) return nullptr;
  Bed* bed = asleep_.back();
  asleep_.pop_back();
  bed->called = true;
  waking_ = true;
  return bed;
}

std::size_t Executor::waiting() {
  std::lock_guard lock(mutex_);
  return tasks_.size();
}

void Executor::run(int index) {
  name_thread(name_ + '-' + std::to_string(index));
  if (at_start_) at_start_();
  Bed& bed = beds_[static_cast<std::size_t>(index)];
  for (;;) {
    std::function<void()> task;
    Bed* other = nullptr;
    {
      std::unique_lock lock(mutex_);
      while (tasks_.empty() && !stopping_) {
        bed.called = false;
        asleep_.push_back(&bed);
        bed.wake.wait(lock, [&] { return bed.called; });
        waking_ = false;
      }
      if (tasks_.empty()) break;
      task = std::move(tasks_.front());
      tasks_.pop_front();
      other = next_to_wake();
    }
    if (other != nullptr) other->wake.notify_one();
    // A task that throws is a bug, but not a reason to take the server down.
    try {
      task();
    } catch (const std::exception& bug) {
      log::error("base.executor", {{"executor", name_}, {"what", bug.what()}});
    } catch (...) {
      log::error("base.executor", {{"executor", name_}, {"what", "not a std::exception"}});
    }
  }
  if (at_end_) at_end_();
}

}  // namespace confab
