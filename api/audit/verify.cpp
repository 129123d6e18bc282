#include "api/audit/verify.h"

#include <algorithm>
#include <set>

#include "api/audit/row.h"
#include "api/audit/store.h"

namespace confab::audit {

namespace {

std::string row_number(std::uint64_t pos) { return "row " + std::to_string(pos); }

std::string described(const Row& row) {
  return row_number(row.pos) + " (id " + std::to_string(row.id) + ", " + row.action + " by " +
         row.actor + ')';
}

/// What is wrong with the next row of a chain; empty when it fits.
std::string fault_of(const Row& row, std::uint64_t expected, const std::string& previous) {
  if (row.pos < expected) return described(row) + " stands before the first row of the chain";
  if (row.pos == expected + 1) return row_number(expected) + " is missing";
  if (row.pos > expected) {
    return "rows " + std::to_string(expected) + " to " + std::to_string(row.pos - 1) +
           " are missing";
  }
  if (row.hash != hash_after(previous, row)) {
    return described(row) +
           ": the hash does not fit; this row was changed, or the one before it was";
  }
  return {};
}

std::string contradiction(std::uint64_t pos, Time at, const char* what) {
  return row_number(pos) + what + " the checkpoint of " + to_rfc3339(at);
}

Chain walk(db::Pool& pool, std::uint32_t node,
           const std::map<std::uint64_t, Evidence::Row>& known) {
  constexpr std::size_t kPage = 1000;
  Chain chain{.node = node};
  std::string previous = chain_start();
  auto next_known = known.begin();
  std::uint64_t from = 0;
  while (true) {
    const auto rows =
        pool.read([&](db::Tx& tx) { return store::rows_from(tx, node, from, kPage); });
    for (const Row& row : rows) {
      chain.fault = fault_of(row, chain.rows + 1, previous);
      if (chain.fault.empty() && next_known != known.end() && next_known->first == row.pos) {
        if (next_known->second.hash != row.hash) {
          chain.fault = contradiction(row.pos, next_known->second.at, " is another than that of");
        } else {
          ++chain.checked;
          ++next_known;
        }
      }
      if (!chain.fault.empty()) return chain;
      ++chain.rows;
      previous = row.hash;
    }
    if (rows.size() < kPage) break;
    from = rows.back().pos + 1;
  }
  if (next_known != known.end()) {
    const auto& [pos, last] = *known.rbegin();
    chain.fault = "the chain ends at " + row_number(chain.rows) + ", but " +
                  contradiction(pos, last.at, " is in");
  }
  return chain;
}

}  // namespace

void Evidence::read(const std::string& path) {
  each_line(path, [&](const std::string& line, std::size_t number) {
    const auto blame = [&](const std::string& what) {
      faults_.push_back(path + ", line " + std::to_string(number) + ": " + what);
    };
    try {
      const auto checkpoint = Checkpoint::parse(line, keys_);
      if (checkpoint.tag != tag_) {
        blame("it is of another database");
        return;
      }
      ++checkpoints_;
      for (const auto& head : checkpoint.heads) {
        const auto& known =
            rows_[head.node].try_emplace(head.pos, Row{head.hash, checkpoint.at}).first->second;
        if (known.hash != head.hash) {
          blame("node " + std::to_string(head.node) + ": " +
                contradiction(head.pos, known.at, " is another than in"));
        }
      }
    } catch (const Error& error) {
      blame(error.what());
    }
  });
}

const std::map<std::uint64_t, Evidence::Row>& Evidence::of(std::uint32_t node) const {
  static const std::map<std::uint64_t, Row> none;
  const auto found = rows_.find(node);
  return found == rows_.end() ? none : found->second;
}

std::vector<std::uint32_t> Evidence::nodes() const {
  std::vector<std::uint32_t> out;
  for (const auto& [node, rows] : rows_) out.push_back(node);
  return out;
}

std::vector<Chain> verify(db::Pool& pool, const Evidence& evidence) {
  std::set<std::uint32_t> nodes;
  for (const auto node : evidence.nodes()) nodes.insert(node);
  for (const auto& head : pool.read(store::heads)) nodes.insert(head.node);
  std::vector<Chain> chains;
  for (const auto node : nodes) chains.push_back(walk(pool, node, evidence.of(node)));
  return chains;
}

}  // namespace confab::audit
