#include "api/rooms/rooms.h"

namespace confab::rooms {

std::vector<UserId> sharing_with(db::Tx& tx, UserId user, const std::vector<UserId>& people) {
  constexpr std::size_t kAtOnce = 512;
  std::vector<UserId> out;
  for (std::size_t i = 0; i < people.size(); i += kAtOnce) {
    const std::vector<UserId> some(
        people.begin() + static_cast<std::ptrdiff_t>(i),
        people.begin() + static_cast<std::ptrdiff_t>(std::min(i + kAtOnce, people.size())));
    db::Values values{user};
    const auto list = db::padded(some);
    values.insert(values.end(), list.begin(), list.end());
    const auto found = tx.rows_with(
        [](const db::Row& row) { return row.get<UserId>(); },
        "SELECT DISTINCT theirs.user_id FROM room_members AS mine JOIN room_members AS theirs "
        "ON theirs.room_id = mine.room_id WHERE mine.user_id = ? AND mine.left_at IS NULL AND "
        "theirs.left_at IS NULL AND theirs.user_id IN (" +
            db::placeholders(list.size()) + ")",
        values);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

}  // namespace confab::rooms
