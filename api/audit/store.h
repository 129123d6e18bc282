#pragma once

#include <optional>
#include <vector>

#include "api/audit/audit.h"
#include "api/audit/row.h"
#include "api/db/connection.h"

/// The SQL of the audit log. There is none that changes or deletes a row.
namespace confab::audit::store {

/// The end of a node's chain.
struct Head {
  std::uint32_t node = 0;
  std::uint64_t pos = 0;
  std::string hash;
};

void insert(db::Connection& connection, const std::vector<Row>& rows);

std::optional<Row> last(db::Tx& tx, std::uint32_t node);
/// Of every node that has rows, in the order of the nodes.
std::vector<Head> heads(db::Tx& tx);
/// The hash of one row.
std::optional<std::string> hash_at(db::Tx& tx, std::uint32_t node, std::uint64_t pos);
/// Up to `limit` rows of a node from `pos` on, in order.
std::vector<Row> rows_from(db::Tx& tx, std::uint32_t node, std::uint64_t pos, std::size_t limit);

/// Up to `limit` rows that fit, the newest first; before the id or, going back,
/// after it and the oldest first.
std::vector<Row> find(db::Tx& tx, const Filter& filter, std::size_t limit,
                      std::optional<std::uint64_t> id, bool back);

}  // namespace confab::audit::store
