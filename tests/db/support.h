#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/db/writer.h"
#include "tests/database.h"

namespace confab::test {

/// A table that the tests of this folder write to.
void make_things(const db::Address& address);

/// Its ids, in order.
std::vector<std::uint64_t> things(const db::Address& address);

void insert_thing(db::Tx& tx, std::uint64_t id);
bool has_thing(db::Tx& tx, std::uint64_t id);

/// A part that buffers rows of that table, and notes what was handed on.
class Things final : public db::Part {
 public:
  void add(std::uint64_t id) { pending_.push_back(id); }
  std::vector<std::uint64_t> handed_on();

  void connected(db::Connection&, std::uint32_t node) override { node_ = node; }
  void unit_begins() noexcept override { unit_start_ = pending_.size(); }
  void unit_failed() noexcept override { pending_.resize(unit_start_); }
  bool has_rows() const noexcept override { return written_ < pending_.size(); }
  bool unit_has_rows() const noexcept override {
    return pending_.size() > std::max(unit_start_, written_);
  }
  void flush(db::Connection& connection) override;
  void committed() noexcept override;
  void rolled_back() noexcept override;

 private:
  std::uint32_t node_ = 0;
  std::vector<std::uint64_t> pending_;
  std::size_t written_ = 0;
  std::size_t unit_start_ = 0;
  std::mutex mutex_;
  std::vector<std::uint64_t> handed_on_;
};

/// Runs units in one batch, in the order of their adding: they wait behind a
/// first one that holds the writer until all are there.
class OneBatch {
 public:
  using Unit = std::function<void(db::Tx&)>;

  explicit OneBatch(db::Writer& writer);
  void add(Unit unit);
  /// What each of them threw, or null.
  std::vector<std::exception_ptr> run();

 private:
  db::Writer& writer_;
  std::binary_semaphore held_{0};
  std::binary_semaphore go_{0};
  std::thread first_;
  std::vector<std::thread> threads_;
  std::vector<std::exception_ptr> failures_;
};

/// Stands between a writer and mariadbd, and loses a connection when told.
class Proxy {
 public:
  enum class Cut { none, before_commit, after_commit };

  explicit Proxy(const std::string& socket);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::string socket() const { return path_; }
  /// Once: the next COMMIT does not arrive, or its answer does not.
  void cut(Cut next) { cut_ = next; }
  /// Closed: the next connections are refused.
  void open(bool open) { open_ = open; }
  std::uint64_t cuts() const { return cuts_; }

 private:
  void listen();
  void serve(int client);
  bool pass(int from, int to, bool from_client);

  const std::string server_;
  const std::string folder_;
  const std::string path_;
  int listener_ = -1;
  std::atomic<Cut> cut_{Cut::none};
  std::atomic<bool> open_{true};
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> cuts_{0};
  std::thread thread_;
};

/// The code of what an exception_ptr holds; nothing for no exception.
std::string name_of_failure(const std::exception_ptr& failure);

}  // namespace confab::test
