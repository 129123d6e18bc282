#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/base/clock.h"

namespace confab::audit {

/// A row as it is stored.
struct Row {
  std::uint32_t node = 0;
  std::uint64_t pos = 0;  ///< 1, 2, 3 ... on each node.
  std::uint64_t id = 0;
  Time at;
  std::string actor;
  std::string action;
  std::string subject_kind;
  std::optional<std::uint64_t> subject_id;
  std::optional<std::uint64_t> room_id;
  std::optional<std::string> reason;
  std::string details;  ///< JSON text.
  std::string address;
  std::string request_id;
  std::string hash;  ///< 32 bytes.
};

/// The one text of a row that its hash covers: for each column but `hash`, in the
/// order of the table and without those that are NULL, the column's name and its
/// value, both as a netstring (`3:pos,2:17,`). Numbers are in decimal. No two
/// different rows have the same text, and a column that is added later, NULL in
/// what is there, leaves the hashes of older rows as they are.
std::string canonical(const Row& row);

/// SHA-256 of `previous` (32 bytes) and `canonical(row)`.
std::string hash_after(const std::string& previous, const Row& row);

/// What the first row of a node follows: 32 zero bytes.
std::string chain_start();

}  // namespace confab::audit
