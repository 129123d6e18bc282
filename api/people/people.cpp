#include "api/people/people.h"

#include "api/accounts/profile/names.h"
#include "api/people/store.h"

namespace confab::people {

Page<accounts::User> search(db::Tx& tx, const std::string& query, std::size_t limit,
                            const std::optional<std::string>& cursor) {
  const auto place = cursor ? std::optional(Cursor::parse(*cursor)) : std::nullopt;
  if (place && !accounts::is_username(place->key)) throw cursor_invalid();
  auto found = store::search(tx, query, place, limit + 1);
  return page_of(std::move(found), limit, place,
                 [](const accounts::User& user) { return user.username; });
}

Page<accounts::User> by_ids(db::Tx& tx, std::string_view list) {
  std::vector<UserId> ids;
  while (true) {
    const auto comma = list.find(',');
    const auto id = UserId::parse(list.substr(0, comma));
    if (!id || ids.size() >= kBatchMost) {
      throw Error(Code::invalid_value, "The query parameter `ids` must be 1 to " +
                                           std::to_string(kBatchMost) +
                                           " ids, with commas between them.");
    }
    ids.push_back(*id);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  Page<accounts::User> page;
  page.items = accounts::users_by_ids(tx, ids);
  return page;
}

}  // namespace confab::people
