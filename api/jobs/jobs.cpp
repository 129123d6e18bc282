#include "api/jobs/jobs.h"

namespace confab::jobs {

void enqueue(db::Tx& tx, IdMaker& ids, Time now, std::string_view kind, std::string_view args,
             const Options& options) {
  const std::optional<std::string_view> key =
      options.unique_key.empty() ? std::nullopt
                                 : std::optional<std::string_view>(options.unique_key);
  tx.run(
      "INSERT IGNORE INTO jobs (id, kind, args, state, run_at, lease_until, tries, unique_key, "
      "created_at) VALUES (?,?,?,?,?,0,0,?,?)",
      ids.next(), kind, args, State::waiting, std::max(options.run_at, now), key, now);
}

std::vector<Leased> lease(db::Tx& tx, Time now, std::int64_t lease_ms, int count) {
  auto jobs = tx.rows(
      [](const db::Row& row) {
        Leased job;
        row.into(job.id, job.kind, job.args, job.tries);
        ++job.tries;
        return job;
      },
      "SELECT id, kind, args, tries FROM jobs WHERE state = ? AND run_at <= ? AND "
      "lease_until <= ? ORDER BY run_at LIMIT ? FOR UPDATE SKIP LOCKED",
      State::waiting, now, now, count);
  for (const auto& job : jobs) {
    tx.run("UPDATE jobs SET lease_until = ?, tries = ? WHERE id = ?", now + lease_ms, job.tries,
           job.id);
  }
  return jobs;
}

void finish(db::Tx& tx, JobId id) { tx.run("DELETE FROM jobs WHERE id = ?", id); }

void fail(db::Tx& tx, JobId id, std::string_view why, std::optional<Time> again_at) {
  constexpr std::size_t kReason = 500;
  tx.run("UPDATE jobs SET state = ?, run_at = ?, lease_until = 0, last_error = ? WHERE id = ?",
         again_at ? State::waiting : State::dead, again_at.value_or(Time{}), why.substr(0, kReason),
         id);
}

std::vector<Count> counts(db::Tx& tx) {
  return tx.rows(
      [](const db::Row& row) {
        Count count;
        row.into(count.kind, count.state, count.jobs, count.oldest);
        return count;
      },
      "SELECT kind, state, COUNT(*), MIN(created_at) FROM jobs GROUP BY kind, state");
}

std::optional<Time> next_due(db::Tx& tx) {
  const auto due = tx.value<std::optional<Time>>(
      "SELECT MIN(GREATEST(run_at, lease_until)) FROM jobs WHERE state = ?", State::waiting);
  return due.value_or(std::nullopt);
}

}  // namespace confab::jobs
