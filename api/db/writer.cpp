#include "api/db/writer.h"

#include <algorithm>
#include <utility>

#include "api/base/executor.h"
#include "api/base/log.h"
#include "api/base/waited.h"

namespace confab::db {

using std::chrono::steady_clock;

namespace {

constexpr auto kReconnectPause = std::chrono::milliseconds(50);
/// What connecting is given at the least, however little patience is left.
constexpr auto kConnecting = std::chrono::milliseconds(200);
/// The same for the statements of a transaction.
constexpr auto kAnswering = std::chrono::milliseconds(1000);

double seconds_since(steady_clock::time_point begun) {
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

}  // namespace

Error unavailable(const char* why) { return Error(Code::unavailable, why).retry_after(1); }

Writer::Measures::Measures(metrics::Registry& registry)
    : batches(registry.counter("confab_writer_batches_total", "Transactions of the writer.")),
      units(registry.counter("confab_writer_units_total", "Units of work that were run.")),
      careful(registry.counter("confab_writer_careful_batches_total",
                               "Batches whose units had to run one by one.")),
      reconnects(registry.counter("confab_writer_reconnects_total",
                                  "Times the writer had to look for the database again.")),
      refused(registry.counter("confab_writer_refused_total",
                               "Units refused because the queue was full or stood still.")),
      batch_units(registry.histogram("confab_writer_batch_units", "Units in a batch.",
                                     {1, 2, 4, 8, 16, 32, 64, 128, 256, 512})),
      batch_seconds(registry.histogram("confab_writer_batch_seconds",
                                       "From a batch's first unit to its end.",
                                       metrics::latency_bounds())),
      commit_seconds(registry.histogram("confab_writer_commit_seconds", "The commit alone.",
                                        metrics::latency_bounds())),
      wait_seconds(registry.histogram("confab_writer_wait_seconds",
                                      "How long the first unit of a batch stood in the queue.",
                                      metrics::latency_bounds())),
      queued(registry.gauge("confab_writer_queued_units", "Units waiting for the next batch.")) {}

Writer::Writer(Settings settings, std::vector<Part*> parts)
    : settings_(std::move(settings)),
      parts_(std::move(parts)),
      measures_(settings_.metrics != nullptr ? *settings_.metrics : own_metrics_) {}

void Writer::start() {
  connect();
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::size_t Writer::waiting() {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void Writer::submit(std::function<void(Tx&)> work) {
  const WaitTimer timer(&Waited::writer);
  auto unit = std::make_shared<Unit>();
  unit->work = std::move(work);
  unit->since = steady_clock::now();
  {
    std::lock_guard lock(mutex_);
    if (stopping_) throw unavailable("The server is stopping.");
    if (queue_.size() >= settings_.queue) {
      measures_.refused.add();
      throw unavailable("The server has more to write than it can keep up with.");
    }
    queue_.push_back(unit);
  }
  wake_.notify_one();
  // Once taken, a unit ends soon (it waits for the database with a deadline) and may
  // touch the caller's stack until then; only a waiting one can be given up.
  constexpr auto kLongest = std::chrono::seconds(5);
  if (!unit->wait_for(kLongest)) {
    auto waiting = Unit::State::waiting;
    if (unit->state.compare_exchange_strong(waiting, Unit::State::abandoned)) {
      measures_.refused.add();
      throw unavailable("The database does not keep up; try again shortly.");
    }
    unit->wait();
  }
  // Moved, so that the writer's copy of the unit does not end the exception while it is read.
  if (unit->failure) std::rethrow_exception(std::move(unit->failure));
}

Writer::Batch Writer::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return !queue_.empty() || stopping_; });
  Batch batch;
  while (!queue_.empty() && batch.size() < settings_.batch) {
    auto waiting = Unit::State::waiting;
    if (queue_.front()->state.compare_exchange_strong(waiting, Unit::State::taken)) {
      batch.push_back(std::move(queue_.front()));
    }
    queue_.pop_front();
  }
  measures_.queued.set(static_cast<std::int64_t>(queue_.size()));
  return batch;
}

void Writer::loop() noexcept {
  name_thread("writer");
  while (true) {
    Batch batch = take();
    if (batch.empty()) {
      std::lock_guard lock(mutex_);
      if (stopping_ && queue_.empty()) break;
      continue;
    }
    process(std::move(batch));
  }
  connection_.reset();
  thread_end();
}

void Writer::process(Batch batch) {
  const auto begun = steady_clock::now();
  measures_.batches.add();
  measures_.wait_seconds.observe(seconds_since(batch.front()->since));
  expires_ = batch.front()->since + settings_.patience;
  if (!connection_ && !reconnect()) {
    for (const auto& unit : batch) {
      unit->failure = std::make_exception_ptr(unavailable("The database is not reachable."));
      unit->finish();
    }
    return;
  }
  const Fate fate = run_together(batch);
  measures_.units.add(batch.size());
  measures_.batch_units.observe(static_cast<double>(batch.size()));
  if (!fate.committed) measures_.careful.add();
  for (const auto& unit : batch) {
    if (fate.unknown) {
      // It must not run again: it may have happened. Each caller gets an exception of its
      // own, which no other thread lets go of.
      unit->failure = std::make_exception_ptr(*fate.refusal);
    } else if (!fate.committed) {
      run_alone(*unit);
    }
    unit->finish();
  }
  measures_.batch_seconds.observe(seconds_since(begun));
}

Writer::Fate Writer::run_together(Batch& batch) {
  return transact(false, [&](Tx& tx) {
    const auto begun = steady_clock::now();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      run_unit(tx, parts_, *batch[i]);
      if (steady_clock::now() - begun < settings_.batch_age || i + 1 == batch.size()) continue;
      std::lock_guard lock(mutex_);
      for (std::size_t j = batch.size(); --j > i;) {
        batch[j]->state = Unit::State::waiting;
        queue_.push_front(std::move(batch[j]));
      }
      batch.resize(i + 1);
    }
#ifdef CONFAB_SABOTAGE_ACK_BEFORE_COMMIT
    for (const auto& unit : batch) unit->finish();
    batch.clear();  // their callers are gone, and what they refer to with them
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
#endif
  });
}

void Writer::run_unit(Tx& tx, const std::vector<Part*>& parts, Unit& unit) {
  unit.failure = nullptr;
  tx.in_unit_ = true;
  tx.saved_ = false;
  tx.mixed_ = false;
  for (Part* part : parts) part->unit_begins();
  try {
    unit.work(tx);
  } catch (const SqlError&) {
    throw;  // the batch is undone and the unit gets its own transaction
  } catch (const FlushFailed&) {
    throw;
  } catch (...) {
    // No savepoint lies between its rows and those before: all run again, alone.
    if (tx.mixed_) throw;
    unit.failure = std::current_exception();
    for (Part* part : parts) part->unit_failed();
    if (tx.saved_) tx.connection_.command("ROLLBACK TO SAVEPOINT unit");
  }
}

void Writer::run_alone(Unit& unit) {
  constexpr int kTries = 3;
  expires_ = unit.since + settings_.patience;
  for (int tries = 0; tries < kTries; ++tries) {
    if (!connection_ && !reconnect()) {
      unit.failure = std::make_exception_ptr(unavailable("The database is not reachable."));
      return;
    }
    const Fate fate = transact(true, [&](Tx& tx) { unit.work(tx); });
    unit.failure = fate.failure;
    if (fate.committed || fate.unknown) return;
    if (!fate.refusal) return;
    if (!fate.refusal->lost() && !fate.refusal->retryable() && !fate.refusal->duplicate()) return;
    if (fate.refusal->duplicate() && tries + 1 == kTries) {
      unit.failure = std::make_exception_ptr(
          Error(Code::conflict, "Something with the same key was made at the same moment."));
    }
  }
}

Writer::Fate Writer::transact(bool careful, const std::function<void(Tx&)>& work) {
  bool committing = false;
  try {
    const Deadline deadline(std::max(expires_, steady_clock::now() + kAnswering));
    Tx tx(*connection_, parts_, careful);
    if (careful) {
      for (Part* part : parts_) part->unit_begins();
    }
    work(tx);
    tx.flush_parts();
    if (marking_part() == nullptr) {
      connection_->run("UPDATE nodes SET batch = ? WHERE id = ?", {Value(++batch_number_), node_});
    }
    const auto begun = steady_clock::now();
    committing = true;
    connection_->command("COMMIT");
    measures_.commit_seconds.observe(seconds_since(begun));
    for (Part* part : parts_) part->committed();
    return {.committed = true};
  } catch (const FlushFailed& failed) {
    return resolve_loss(failed.cause, false);
  } catch (const SqlError& error) {
    return resolve_loss(error, committing);
  } catch (...) {
    const auto failure = std::current_exception();
    roll_back();
    return {.failure = failure};
  }
}

/// After a refusal: undoes the transaction, or finds out what became of it when
/// the connection was lost while it committed.
Writer::Fate Writer::resolve_loss(const SqlError& error, bool uncertain) {
  Fate fate{.failure = std::make_exception_ptr(error), .refusal = error};
  if (!error.lost()) {
    roll_back();
    return fate;
  }
  connection_.reset();
  fate.unknown = uncertain;
  while (fate.unknown && !connection_) {
    try {
      const Deadline deadline(std::max(expires_, steady_clock::now() + kConnecting));
      open();
      fate.committed = survived();
      fate.unknown = false;
    } catch (const Error&) {
      connection_.reset();
      if (steady_clock::now() >= expires_) break;
      std::this_thread::sleep_for(kReconnectPause);
    }
  }
  // What was committed without our knowing is found by the parts at the next connection.
  for (Part* part : parts_) fate.committed ? part->committed() : part->rolled_back();
  if (connection_) {
    try {
      const Deadline deadline(std::max(expires_, steady_clock::now() + kConnecting));
      load_parts();
    } catch (const Error&) {
      connection_.reset();
    }
  }
  if (fate.committed) fate.failure = nullptr;
  return fate;
}

Part* Writer::marking_part() const noexcept {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [](const Part* part) { return part->leaves_mark(); });
  return found == parts_.end() ? nullptr : *found;
}

/// Whether the batch whose commit was lost is in the database.
bool Writer::survived() {
  if (Part* part = marking_part()) return part->survived(*connection_);
  bool committed = false;
  connection_->each("SELECT batch FROM nodes WHERE id = ?", {Value(node_)},
                    [&](const Row& row) { committed = row.get<std::uint64_t>() == batch_number_; });
  return committed;
}

void Writer::roll_back() noexcept {
  for (Part* part : parts_) part->rolled_back();
  try {
    connection_->command("ROLLBACK");
  } catch (const SqlError&) {
    connection_.reset();
  }
}

void Writer::open() {
  connection_ = std::make_unique<Connection>(
      settings_.address, Connection::Options{.read_timeout_s = 5, .read_committed = true});
  // The lock goes with the connection: when this process dies, or the old
  // connection's last transaction has ended, the node is free again.
  const auto lock = [&](std::uint32_t node, int seconds) {
    std::int64_t got = 0;
    connection_->each("SELECT GET_LOCK(CONCAT(DATABASE(), '.node.', ?), ?)",
                      {Value(node), Value(seconds)},
                      [&](const Row& row) { got = row.get<std::int64_t>(); });
    return got == 1;
  };
  // From then on each statement is in a transaction without being told.
  const auto take_control = [&] { connection_->command("SET autocommit = 0"); };
  if (node_ != 0) {
    if (!lock(node_, 1)) throw unavailable("Another process has taken this node's number.");
    return take_control();
  }
  for (auto node = settings_.first_node; node <= settings_.last_node; ++node) {
    if (!lock(node, 0)) continue;
    connection_->run("INSERT IGNORE INTO nodes (id, batch, pruned_pos) VALUES (?, 0, 0)",
                     {Value(node)});
    connection_->each("SELECT batch FROM nodes WHERE id = ?", {Value(node)},
                      [&](const Row& row) { batch_number_ = row.get<std::uint64_t>(); });
    node_ = node;
    return take_control();
  }
  throw unavailable("All node numbers are taken; end a process that no longer serves.");
}

void Writer::load_parts() {
  for (Part* part : parts_) part->connected(*connection_, node_);
}

void Writer::connect() {
  open();
  load_parts();
}

bool Writer::reconnect() {
  measures_.reconnects.add();
  while (steady_clock::now() < expires_) {
    try {
      const Deadline deadline(std::max(expires_, steady_clock::now() + kConnecting));
      connect();
      return true;
    } catch (const Error&) {
      connection_.reset();
    }
    std::this_thread::sleep_for(kReconnectPause);
  }
  return false;
}

}  // namespace confab::db
