#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "api/accounts/accounts.h"
#include "api/base/page.h"
#include "api/db/tx.h"

/// Finding other people.
namespace confab::people {

constexpr std::size_t kBatchMost = 200;

/// People whose username or a word of whose display name begins with `query`, in
/// any case, in the order of their usernames. An empty query finds everyone.
/// Those whose account is disabled are left out. Throws cursor_invalid.
Page<accounts::User> search(db::Tx& tx, const std::string& query, std::size_t limit,
                            const std::optional<std::string>& cursor);

/// The people of a list `1,2,3` of ids, in its order; unknown ones are left out.
/// Throws invalid_value for another text, or for more than `kBatchMost`.
Page<accounts::User> by_ids(db::Tx& tx, std::string_view list);

}  // namespace confab::people
