#include "api/db/durability.h"

#include <map>

#include "api/base/log.h"

namespace confab::db {

std::vector<Finding> durability(Tx& tx) {
  std::map<std::string, std::string> values;
  tx.each(
      [&](const Row& row) {
        std::string name, value;
        row.into(name, value);
        values[name] = value;
      },
      "SELECT LOWER(VARIABLE_NAME), VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES WHERE "
      "VARIABLE_NAME IN ('innodb_flush_log_at_trx_commit', 'innodb_doublewrite', 'log_bin', "
      "'sync_binlog', 'innodb_snapshot_isolation', 'local_infile', 'character_set_server')");
  std::vector<Finding> out;
  const auto want = [&](const std::string& name, const std::string& wanted) {
    out.push_back({name, values[name], wanted, values[name] == wanted});
  };
  want("innodb_flush_log_at_trx_commit", "1");
  want("innodb_doublewrite", "ON");
  if (values["log_bin"] == "ON") want("sync_binlog", "1");
  want("innodb_snapshot_isolation", "ON");
  want("local_infile", "OFF");
  want("character_set_server", "utf8mb4");
  const auto mode = tx.value<std::string>("SELECT @@SESSION.sql_mode").value_or("");
  out.push_back(
      {"sql_mode", mode, "STRICT_ALL_TABLES", mode.find("STRICT_ALL_TABLES") != std::string::npos});
  return out;
}

void require_durable(Tx& tx, bool unsafe) {
  std::string wrong;
  for (const auto& [variable, value, wanted, fits] : durability(tx)) {
    if (fits) continue;
    if (!wrong.empty()) wrong += "; ";
    wrong += variable + " is " + (value.empty() ? "not there" : value) + ", must be " + wanted;
  }
  if (wrong.empty()) return;
  if (!unsafe) {
    throw Error(Code::unavailable,
                "The database server could lose acknowledged messages: " + wrong +
                    ". Set these in its configuration, or accept the loss with "
                    "CONFAB_UNSAFE_DURABILITY=on.");
  }
  log::warn("db.unsafe_durability", {{"what", wrong}});
}

}  // namespace confab::db
