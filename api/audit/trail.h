#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/audit/audit.h"
#include "api/audit/row.h"
#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/db/writer.h"

namespace confab::audit {

/// The audit log's part in the writer: gives each row of a batch the next place
/// in this node's chain and its hash, and writes them in bulk.
class Trail final : public db::Part {
 public:
  Trail(const Clock& clock, IdMaker& ids) : clock_(clock), ids_(ids) {}

  void add(const Actor& by, const Entry& entry);

  void connected(db::Connection& connection, std::uint32_t node) override;
  void unit_begins() noexcept override { unit_start_ = pending_.size(); }
  void unit_failed() noexcept override {
    if (unit_start_ < pending_.size()) pending_.resize(unit_start_);
  }
  bool has_rows() const noexcept override { return !pending_.empty(); }
  bool unit_has_rows() const noexcept override { return pending_.size() > unit_start_; }
  void flush(db::Connection& connection) override;
  void committed() noexcept override;
  void rolled_back() noexcept override;

 private:
  /// The end of the chain.
  struct End {
    std::uint64_t pos = 0;
    std::string hash = chain_start();
  };

  const Clock& clock_;
  IdMaker& ids_;
  std::uint32_t node_ = 0;
  End committed_;
  End written_;  ///< With what the present batch has flushed.
  std::vector<Row> pending_;
  std::size_t unit_start_ = 0;
};

}  // namespace confab::audit
