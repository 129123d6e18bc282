#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/db/tx.h"

/// Work for later: a table of jobs that workers lease, run and finish. A job
/// whose worker died comes back when its lease ends, so running one twice must
/// leave what running it once leaves.
namespace confab::jobs {

enum class State : std::uint8_t { waiting = 0, dead = 1 };

struct Options {
  Time run_at = {};             ///< Zero: at once.
  std::string unique_key = {};  ///< While a job with this key waits, another is not added.
};

/// Adds a job to the unit of work.
void enqueue(db::Tx& tx, IdMaker& ids, Time now, std::string_view kind, std::string_view args,
             const Options& options = {});

struct Leased {
  JobId id;
  std::string kind;
  std::string args;  ///< JSON text.
  int tries = 0;     ///< Counting this one.
};

/// Takes up to `count` due jobs for `lease_ms`.
std::vector<Leased> lease(db::Tx& tx, Time now, std::int64_t lease_ms, int count);

void finish(db::Tx& tx, JobId id);

/// Puts the job back for `again_at`, or among the dead when there is no such time.
void fail(db::Tx& tx, JobId id, std::string_view why, std::optional<Time> again_at);

struct Count {
  std::string kind;
  State state = State::waiting;
  std::int64_t jobs = 0;
  Time oldest;  ///< When the first of them was asked for.
};
/// How many jobs there are of each kind and state.
std::vector<Count> counts(db::Tx& tx);

/// When the next job is due.
std::optional<Time> next_due(db::Tx& tx);

}  // namespace confab::jobs
