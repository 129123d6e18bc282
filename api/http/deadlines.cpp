#include "api/http/deadlines.h"

namespace confab::http {

bool overdue(const Progress& progress, std::int64_t now_ms, const Deadlines& deadlines) {
  const std::int64_t elapsed = now_ms - progress.since_ms;
  switch (progress.step) {
    case Step::head:
      return elapsed > deadlines.head_ms;
    case Step::body:
      if (elapsed > deadlines.body_ms) return true;
      return elapsed > deadlines.body_grace_ms &&
             progress.bytes * 1000 < elapsed * deadlines.body_rate;
    case Step::reply:
      return elapsed > deadlines.reply_ms + progress.bytes * 1000 / deadlines.reply_rate;
    case Step::idle:
      // The next head may begin at the last moment and then has its own time;
      // its first bytes are invisible to us until its first line is complete.
      return elapsed > deadlines.idle_ms + deadlines.head_ms;
    case Step::handler:
    case Step::handed:
      return false;
  }
  return false;
}

}  // namespace confab::http
