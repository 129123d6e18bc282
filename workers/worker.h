#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/base/id.h"
#include "api/base/metrics.h"
#include "api/db/pool.h"
#include "api/db/writer.h"
#include "api/jobs/jobs.h"

namespace confab::workers {

/// What a job may use.
struct Context {
  const Config& config;
  const Clock& clock;
  IdMaker& ids;
  const crypto::Keys& keys;
  db::Pool& pool;
  db::Writer& writer;
  metrics::Registry& metrics;
};

/// One kind of work. A job can run again after a crash or a lost connection, so
/// `run` must leave the same result however often it is called.
struct Kind {
  std::string name;
  int tries = 5;
  /// Not zero: runs by itself that often, without being asked for.
  std::int64_t every_ms = 0;
  std::function<void(Context&, const std::string& args)> run;
};

/// The upkeep that every server needs.
std::vector<Kind> upkeep();

/// Leases due jobs and runs them, one after the other.
class Worker {
 public:
  Worker(Context context, std::vector<Kind> kinds) : context_(context), kinds_(std::move(kinds)) {}

  /// Adds the recurring jobs that are not waiting yet, and runs what is due.
  /// Returns how many jobs it ran. Throws SqlError when the database is away.
  int round();

 private:
  void schedule(Time now);
  void run(const jobs::Leased& job);
  /// Runs the job's function; empty, or why it failed.
  std::string attempt(const Kind* kind, const jobs::Leased& job);
  void count(const Kind* kind, const char* result);
  const Kind* kind_of(const std::string& name) const;

  Context context_;
  const std::vector<Kind> kinds_;
  Time scheduled_;
};

}  // namespace confab::workers
