#pragma once

#include <string>
#include <vector>

#include "api/db/writer.h"
#include "api/messages/messages.h"

namespace confab::messages {

/// New messages of a batch, written in one statement.
class Rows final : public db::Part {
 public:
  struct NewRow {
    Message message;
    std::string key;
    std::uint64_t request_hash = 0;
  };

  void add(NewRow row) { pending_.push_back(std::move(row)); }

  void connected(db::Connection&, std::uint32_t) override {}
  void unit_begins() noexcept override { unit_start_ = pending_.size(); }
  void unit_failed() noexcept override {
    pending_.erase(
        pending_.begin() + static_cast<std::ptrdiff_t>(std::min(unit_start_, pending_.size())),
        pending_.end());
  }
  bool has_rows() const noexcept override { return !pending_.empty(); }
  bool unit_has_rows() const noexcept override { return pending_.size() > unit_start_; }
  void flush(db::Connection& connection) override;
  void committed() noexcept override {}
  void rolled_back() noexcept override { pending_.clear(); }

 private:
  std::vector<NewRow> pending_;
  std::size_t unit_start_ = 0;
};

}  // namespace confab::messages
