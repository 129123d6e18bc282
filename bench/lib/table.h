#pragma once

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>

#include "api/db/connection.h"

namespace confab::bench {

/// Collects rows of one insert statement and writes some thousands at a time.
class Table {
 public:
  Table(db::Connection& database, std::string sql, std::size_t columns)
      : database_(database), sql_(std::move(sql)), columns_(columns) {}

  /// Texts are copied.
  void add(std::initializer_list<db::Value> row) {
    constexpr std::size_t kRows = 5000;
    for (const db::Value& value : row) {
      if (value.kind() == db::Value::Kind::text) {
        rows_.emplace_back(texts_.emplace_back(value.text()));
      } else {
        rows_.push_back(value);
      }
    }
    if (rows_.size() >= kRows * columns_) write();
  }
  void write() {
    if (!rows_.empty()) database_.bulk(sql_, columns_, rows_);
    rows_.clear();
    texts_.clear();
  }

 private:
  db::Connection& database_;
  const std::string sql_;
  const std::size_t columns_;
  db::Values rows_;
  std::deque<std::string> texts_;
};

}  // namespace confab::bench
