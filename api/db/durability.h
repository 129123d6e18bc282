#pragma once

#include <string>
#include <vector>

#include "api/db/tx.h"

namespace confab::db {

/// One setting of the database server that an acknowledged write relies on.
struct Finding {
  std::string variable;
  std::string value;
  std::string wanted;
  bool fits = false;
};

/// Every such setting, with what it is and what it must be.
std::vector<Finding> durability(Tx& tx);

/// Throws Error(unavailable) naming each setting that could lose what was
/// acknowledged; with `unsafe` says so in the log instead.
void require_durable(Tx& tx, bool unsafe);

}  // namespace confab::db
