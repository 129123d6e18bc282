#pragma once

#include <string>
#include <vector>

#include "api/audit/checkpoint.h"
#include "api/audit/row.h"
#include "api/audit/verify.h"
#include "tests/world.h"

namespace confab::test {

/// Runs SQL past the server, as somebody does who has the database's password.
inline void tamper(World& world, const std::string& sql) {
  world.pool.read([&](db::Tx& tx) { tx.run(sql); });
}

inline std::uint64_t audit_rows(World& world) {
  return world.pool.read([](db::Tx& tx) {
    return tx.value<std::uint64_t>("SELECT COUNT(*) FROM audit_log").value_or(0);
  });
}

/// The newest rows first.
inline std::vector<audit::AuditEntry> entries(World& world, const audit::Filter& filter = {}) {
  constexpr std::size_t kAll = 10'000;
  return world.pool.read(
      [&](db::Tx& tx) { return audit::find(tx, filter, kAll, std::nullopt).items; });
}

inline std::string server_tag(World& world) { return world.pool.read(events::server_tag); }

/// What `verify` finds; empty when every chain is whole.
inline std::vector<std::string> faults(World& world, const audit::Evidence& evidence) {
  std::vector<std::string> out = evidence.faults();
  for (const auto& chain : audit::verify(world.pool, evidence)) {
    if (!chain.fault.empty()) out.push_back(chain.fault);
  }
  return out;
}

/// The same without a checkpoint.
inline std::vector<std::string> faults(World& world) {
  return faults(world, audit::Evidence(world.keys, server_tag(world)));
}

/// The same with the checkpoints of that file.
inline std::vector<std::string> faults(World& world, const std::string& file) {
  audit::Evidence evidence(world.keys, server_tag(world));
  evidence.read(file);
  return faults(world, evidence);
}

}  // namespace confab::test
