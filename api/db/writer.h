#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "api/base/metrics.h"
#include "api/db/tx.h"

namespace confab::db {

/// Takes part in every batch of a writer: buffers rows of a hot table, counts a
/// sequence, hands on what was committed. All calls come from the writer's thread.
class Part {
 public:
  Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  virtual ~Part() = default;

  /// A new connection that owns `node`: load what the counters go on from.
  virtual void connected(Connection& connection, std::uint32_t node) = 0;
  virtual void unit_begins() noexcept = 0;
  /// Forget what the present unit has buffered; its SQL is undone by the writer.
  virtual void unit_failed() noexcept = 0;
  virtual bool has_rows() const noexcept = 0;
  /// Some of them are of the present unit.
  virtual bool unit_has_rows() const noexcept = 0;
  /// Writes what is buffered, in one statement for each table.
  virtual void flush(Connection& connection) = 0;
  /// The batch is durable. Runs before its callers are woken.
  virtual void committed() noexcept = 0;
  /// Nothing of the batch has happened.
  virtual void rolled_back() noexcept = 0;

  /// True when the batch's flushed rows let `survived` answer.
  virtual bool leaves_mark() const noexcept { return false; }
  /// Asked when the answer to a commit was lost: are those rows in the database?
  virtual bool survived(Connection&) { return false; }
};

/// Thrown to callers when the outcome of their unit is not known or it was not
/// begun: retry with the same idempotency key.
Error unavailable(const char* why);

/// Whether a unit adds to what is stored: one that does is not run while space is short.
enum class Growth { some, none };

/// The one writer of this process: a thread with a connection that runs waiting
/// units of work in one transaction and commits once for all of them. Callers
/// return only after the commit.
///
/// Batches are optimistic: what a unit buffers is written at the end in bulk, and
/// a duplicate key or a conflict rolls the batch back and runs its units one by
/// one with `tx.careful()`.
class Writer {
 public:
  struct Settings {
    Address address;
    std::uint32_t first_node = 1;  ///< The first free one of the range is taken
    std::uint32_t last_node = 99;  ///< and held as a named lock while connected.
    std::size_t batch = 512;
    std::size_t queue = 4096;
    std::chrono::milliseconds batch_age{50};
    std::chrono::milliseconds patience{1500};  ///< How long a unit waits for a database that is
                                               ///< lost or does not answer.
    /// Throws when nothing that grows may be stored now. Any thread.
    std::function<void()> admit = {};
    /// Takes the writer's measures, when given; outlives the writer.
    metrics::Registry* metrics = nullptr;
  };

  struct Measures {
    explicit Measures(metrics::Registry& registry);
    metrics::Counter &batches, &units, &careful, &reconnects, &refused;
    metrics::Histogram &batch_units, &batch_seconds, &commit_seconds, &wait_seconds;
    metrics::Gauge& queued;
  };

  /// `parts` must outlive the writer.
  Writer(Settings settings, std::vector<Part*> parts);
  /// Connects and takes a node, or throws SqlError / Error(unavailable). Once,
  /// before the first unit.
  void start();
  /// Runs what waits, then stops.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  std::uint32_t node() const { return node_; }
  const Measures& measures() const { return measures_; }
  std::size_t waiting();

  /// Runs `unit(Tx&)` and returns its result once it is durable. What the unit
  /// throws is rethrown here and leaves no trace. The unit may run more than
  /// once, so its only effects are SQL, parts and its result. Throws unavailable
  /// when the queue is full or the database is gone, and what `admit` throws.
  template <typename F>
  auto run(F&& unit, Growth growth = Growth::some) -> std::invoke_result_t<F&, Tx&> {
    using Result = std::invoke_result_t<F&, Tx&>;
    if (growth == Growth::some && settings_.admit) settings_.admit();
    if constexpr (std::is_void_v<Result>) {
      submit([&](Tx& tx) { unit(tx); });
    } else {
      std::optional<Result> result;
      submit([&](Tx& tx) { result.emplace(unit(tx)); });
      return std::move(*result);
    }
  }

 private:
  struct Unit {
    std::function<void(Tx&)> work;
    std::chrono::steady_clock::time_point since;
    std::exception_ptr failure;
    // Not a semaphore: libstdc++'s burns the processor before it sleeps.
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;

    bool wait_for(std::chrono::seconds most) {
      std::unique_lock lock(mutex);
      return ended.wait_for(lock, most, [&] { return done; });
    }
    void wait() {
      std::unique_lock lock(mutex);
      ended.wait(lock, [&] { return done; });
    }
    void finish() noexcept {
      {
        std::lock_guard lock(mutex);
        done = true;
      }
      ended.notify_one();
    }
    enum class State { waiting, taken, abandoned };
    std::atomic<State> state{State::waiting};
  };
  using UnitPtr = std::shared_ptr<Unit>;
  using Batch = std::vector<UnitPtr>;

  /// How a transaction ended.
  struct Fate {
    bool committed = false;
    bool unknown = false;             ///< The answer to a commit is lost, and so is the database.
    std::exception_ptr failure;       ///< Why not.
    std::optional<SqlError> refusal;  ///< The same, when the database said no.
  };

  void submit(std::function<void(Tx&)> work);
  void loop() noexcept;
  Batch take();
  void process(Batch batch);
  /// The batch's units in one transaction; those that did not fit in time go back.
  Fate run_together(Batch& batch);
  void run_alone(Unit& unit);
  static void run_unit(Tx& tx, const std::vector<Part*>& parts, Unit& unit);
  Fate transact(bool careful, const std::function<void(Tx&)>& work);
  Fate resolve_loss(const SqlError& error, bool uncertain);
  Part* marking_part() const noexcept;
  bool survived();
  void roll_back() noexcept;
  void connect();
  void open();
  void load_parts();
  /// False when the database is not there before `expires_`.
  bool reconnect();

  const Settings settings_;
  const std::vector<Part*> parts_;
  metrics::Registry own_metrics_;  ///< Used when none was given.
  const Measures measures_;
  std::unique_ptr<Connection> connection_;
  std::uint32_t node_ = 0;
  /// When the patience of those that the present work is for is over.
  std::chrono::steady_clock::time_point expires_;
  /// Written into `nodes` by each batch that no part marks: tells a lost commit.
  std::uint64_t batch_number_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<UnitPtr> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace confab::db
