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
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Executor::submit(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || tasks_.size() >= capacity_) return false;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

std::size_t Executor::waiting() {
  std::lock_guard lock(mutex_);
  return tasks_.size();
}

void Executor::run(int index) {
  name_thread(name_ + '-' + std::to_string(index));
  if (at_start_) at_start_();
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) break;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
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
