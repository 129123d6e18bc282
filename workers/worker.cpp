#include "workers/worker.h"

#include <algorithm>

#include "api/base/log.h"

namespace confab::workers {

namespace {

constexpr std::int64_t kLease = 5 * kMinute;
constexpr int kAtOnce = 10;

}  // namespace

const Kind* Worker::kind_of(const std::string& name) const {
  const auto found = std::find_if(kinds_.begin(), kinds_.end(),
                                  [&](const Kind& kind) { return kind.name == name; });
  return found == kinds_.end() ? nullptr : &*found;
}

void Worker::schedule(Time now) {
  if (now - scheduled_ < kMinute) return;
  context_.writer.run([&](db::Tx& tx) {
    for (const Kind& kind : kinds_) {
      if (kind.every_ms == 0) continue;
      jobs::enqueue(tx, context_.ids, now, kind.name, "{}",
                    {.run_at = now + kind.every_ms, .unique_key = "every:" + kind.name});
    }
  });
  scheduled_ = now;
}

int Worker::round() {
  const Time now = context_.clock.now();
  schedule(now);
  // Looking costs no write, so an idle worker leaves the disk alone.
  const auto due = context_.pool.read([](db::Tx& tx) { return jobs::next_due(tx); });
  if (!due || *due > now) return 0;
  const auto leased =
      context_.writer.run([&](db::Tx& tx) { return jobs::lease(tx, now, kLease, kAtOnce); });
  for (const auto& job : leased) run(job);
  return static_cast<int>(leased.size());
}

void Worker::run(const jobs::Leased& job) {
  const Kind* kind = kind_of(job.kind);
  std::string failure;
  if (kind == nullptr) {
    failure = "no worker of this version knows this kind";
  } else {
    try {
      kind->run(context_, job.args);
    } catch (const std::exception& error) {
      failure = error.what();
    }
  }
  if (failure.empty()) {
    context_.writer.run([&](db::Tx& tx) { jobs::finish(tx, job.id); });
    log::debug("jobs.done", {{"kind", job.kind}, {"job", job.id.text()}});
    return;
  }
  const bool again = kind != nullptr && job.tries < kind->tries;
  const auto wait = kSecond << std::min(job.tries, 10);
  log::warn("jobs.failed", {{"kind", job.kind},
                            {"job", job.id.text()},
                            {"why", failure},
                            {"tries", job.tries},
                            {"again", again ? "yes" : "no"}});
  context_.writer.run([&](db::Tx& tx) {
    jobs::fail(tx, job.id, failure,
               again ? std::optional(context_.clock.now() + wait) : std::nullopt);
  });
}

}  // namespace confab::workers
