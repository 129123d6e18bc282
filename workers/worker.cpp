#include "workers/worker.h"

#include <algorithm>
#include <chrono>

#include "api/base/log.h"

namespace confab::workers {

namespace {

constexpr std::int64_t kLease = 5 * kMinute;
constexpr int kAtOnce = 10;
const std::vector<double> kDurations = {0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300};

}  // namespace

const Kind* Worker::kind_of(const std::string& name) const {
  const auto found = std::find_if(kinds_.begin(), kinds_.end(),
                                  [&](const Kind& kind) { return kind.name == name; });
  return found == kinds_.end() ? nullptr : &*found;
}

void Worker::schedule(Time now) {
  if (now - scheduled_ < kMinute) return;
  context_.writer.run(
      [&](db::Tx& tx) {
        for (const Kind& kind : kinds_) {
          if (kind.every_ms == 0) continue;
          jobs::enqueue(tx, context_.ids, now, kind.name, "{}",
                        {.run_at = now + kind.every_ms, .unique_key = "every:" + kind.name});
        }
      },
      db::Growth::none);
  scheduled_ = now;
}

int Worker::round() {
  const Time now = context_.clock.now();
  schedule(now);
  // Looking costs no write, so an idle worker leaves the disk alone.
  const auto due = context_.pool.read([](db::Tx& tx) { return jobs::next_due(tx); });
  if (!due || *due > now) return 0;
  const auto leased = context_.writer.run(
      [&](db::Tx& tx) { return jobs::lease(tx, now, kLease, kAtOnce); }, db::Growth::none);
  for (const auto& job : leased) run(job);
  return static_cast<int>(leased.size());
}

std::string Worker::attempt(const Kind* kind, const jobs::Leased& job) {
  if (kind == nullptr) return "no worker of this version knows this kind";
  const auto begun = std::chrono::steady_clock::now();
  std::string failure;
  try {
    kind->run(context_, job.args);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  context_.metrics
      .histogram("confab_job_seconds", "How long one try of a job took.", kDurations,
                 {{"kind", kind->name}})
      .observe(took.count());
  return failure;
}

void Worker::count(const Kind* kind, const char* result) {
  context_.metrics
      .counter("confab_job_tries_total", "Tries of jobs, by what came of them.",
               {{"kind", kind != nullptr ? kind->name : "unknown"}, {"result", result}})
      .add();
}

void Worker::run(const jobs::Leased& job) {
  const Kind* kind = kind_of(job.kind);
  const std::string failure = attempt(kind, job);
  if (failure.empty()) {
    context_.writer.run([&](db::Tx& tx) { jobs::finish(tx, job.id); }, db::Growth::none);
    count(kind, "done");
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
  context_.writer.run(
      [&](db::Tx& tx) {
        jobs::fail(tx, job.id, failure,
                   again ? std::optional(context_.clock.now() + wait) : std::nullopt);
      },
      db::Growth::none);
  count(kind, again ? "again" : "dead");
}

}  // namespace confab::workers
