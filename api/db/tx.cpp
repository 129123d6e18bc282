#include "api/db/tx.h"

#include "api/db/writer.h"

namespace confab::db {

void Tx::flush_parts() {
  if (parts_ == nullptr) return;
  for (Part* part : *parts_) {
    if (!part->has_rows()) continue;
    mixed_ = mixed_ || (in_unit_ && part->unit_has_rows());
    try {
      part->flush(connection_);
    } catch (const SqlError& error) {
      throw FlushFailed{error};
    }
  }
}

Outcome Tx::run_with(std::string_view sql, const Values& values) {
  flush_parts();
  if (in_unit_ && !saved_ && !careful_) {
    connection_.command("SAVEPOINT unit");
    saved_ = true;
  }
  return connection_.run(sql, values);
}

void Tx::each_with(const std::function<void(const Row&)>& use, std::string_view sql,
                   const Values& values) {
  flush_parts();
  connection_.each(sql, values, use);
}

}  // namespace confab::db
