#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/audit/checkpoint.h"
#include "api/db/pool.h"

namespace confab::audit {

/// What checkpoints say of the chains: hashes that rows must have.
class Evidence {
 public:
  explicit Evidence(const crypto::Keys& keys, std::string tag)
      : keys_(keys), tag_(std::move(tag)) {}

  /// Takes the checkpoints of a file. Throws not_found when it cannot be read.
  void read(const std::string& path);

  struct Row {
    std::string hash;
    Time at;  ///< Of the first checkpoint that says so.
  };
  /// By the position of the row.
  const std::map<std::uint64_t, Row>& of(std::uint32_t node) const;
  std::vector<std::uint32_t> nodes() const;
  std::size_t checkpoints() const { return checkpoints_; }
  /// Lines that are no checkpoint of this server, or contradict another.
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  const crypto::Keys& keys_;
  const std::string tag_;
  std::map<std::uint32_t, std::map<std::uint64_t, Row>> rows_;
  std::size_t checkpoints_ = 0;
  std::vector<std::string> faults_;
};

/// What became of one node's chain.
struct Chain {
  std::uint32_t node = 0;
  std::uint64_t rows = 0;     ///< That fit.
  std::uint64_t checked = 0;  ///< Rows that a checkpoint vouches for.
  std::string fault;          ///< The first one; empty when all is well.
};

/// Walks every node's chain from its first row on, in pages, and compares it with
/// the evidence. Throws SqlError.
std::vector<Chain> verify(db::Pool& pool, const Evidence& evidence);

}  // namespace confab::audit
