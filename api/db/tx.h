#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/db/connection.h"

namespace confab::db {

class Part;

/// What a store function works on: a read (from the pool) or a unit of work (in
/// the writer). SQL in a unit sees everything the batch has done before it.
class Tx {
 public:
  /// For reads.
  explicit Tx(Connection& connection) : connection_(connection) {}
  /// For the writer.
  Tx(Connection& connection, const std::vector<Part*>& parts, bool careful)
      : connection_(connection), parts_(&parts), careful_(careful) {}
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  template <typename... T>
  Outcome run(std::string_view sql, const T&... values) {
    return run_with(sql, Values{Value(values)...});
  }
  Outcome run_with(std::string_view sql, const Values& values);

  /// `use(const Row&)` for each row.
  template <typename F, typename... T>
  void each(F&& use, std::string_view sql, const T&... values) {
    each_with(std::forward<F>(use), sql, Values{Value(values)...});
  }
  void each_with(const std::function<void(const Row&)>& use, std::string_view sql,
                 const Values& values);

  /// `read(const Row&)` of every row, in order.
  template <typename F, typename... T>
  auto rows(F&& read, std::string_view sql, const T&... values) {
    return rows_with(std::forward<F>(read), sql, Values{Value(values)...});
  }
  template <typename F>
  auto rows_with(F&& read, std::string_view sql, const Values& values) {
    std::vector<decltype(read(std::declval<const Row&>()))> out;
    each_with([&](const Row& row) { out.push_back(read(row)); }, sql, values);
    return out;
  }

  /// `read` of the first row, or nothing.
  template <typename F, typename... T>
  auto one(F&& read, std::string_view sql, const T&... values) {
    std::optional<decltype(read(std::declval<const Row&>()))> out;
    each(
        [&](const Row& row) {
          if (!out) out = read(row);
        },
        sql, values...);
    return out;
  }

  /// The first column of the first row, or nothing.
  template <typename T, typename... V>
  std::optional<T> value(std::string_view sql, const V&... values) {
    return one([](const Row& row) { return row.get<T>(); }, sql, values...);
  }

  /// True when the unit runs by itself, after its batch met a duplicate or a
  /// conflict: then it looks for what it was about to repeat.
  bool careful() const { return careful_; }

  /// The writer's part of that type. Only in a unit of work.
  template <typename P>
  P& part() const {
    for (Part* each : *parts_) {
      if (auto* found = dynamic_cast<P*>(each)) return *found;
    }
    throw std::logic_error("this writer has no such part");
  }

  Connection& connection() { return connection_; }

 private:
  friend class Writer;
  void flush_parts();

  Connection& connection_;
  const std::vector<Part*>* parts_ = nullptr;
  bool careful_ = false;
  bool in_unit_ = false;
  bool saved_ = false;  ///< A savepoint of the present unit exists.
  bool mixed_ = false;  ///< Rows of this and of earlier units went out together.
};

/// What flushing the batch's buffered rows ran into. Not for units to catch.
struct FlushFailed {
  SqlError cause;
};

}  // namespace confab::db
