#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "api/accounts/accounts.h"
#include "api/base/page.h"
#include "api/db/tx.h"

/// The SQL of people.
namespace confab::people::store {

/// From the cursor on, in its direction.
std::vector<accounts::User> search(db::Tx& tx, const std::string& query,
                                   const std::optional<Cursor>& place, std::size_t limit);

}  // namespace confab::people::store
