#include "api/people/store.h"

#include <algorithm>

#include "api/accounts/profile/names.h"
#include "api/base/text.h"

namespace confab::people::store {

namespace {

accounts::User read(const db::Row& row) {
  accounts::User user;
  row.into(user.id, user.version, user.created_at, user.username, user.display_name,
           user.server_role, user.deactivated_at);
  return user;
}

/// `text` for a LIKE pattern, where `!` takes the meaning from what follows it.
std::string literally(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out;
}

}  // namespace

std::vector<accounts::User> search(db::Tx& tx, const std::string& query,
                                   const std::optional<Cursor>& place, std::size_t limit) {
  const auto folded = text::fold(text::trim(query));
  const auto words = accounts::display_key_of(folded);
  // Without a word (`...`), the display name has nothing that could match.
  const auto in_name = words.empty() && !folded.empty() ? "" : '%' + literally(words) + '%';
  // Usernames are ASCII, and are not compared with what is not.
  const bool ascii = std::all_of(folded.begin(), folded.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const auto in_username = ascii ? literally(folded) + '%' : std::string();
  const bool back = place && place->back;
  const std::string from = place ? place->key : std::string();
  const std::string columns =
      "SELECT id, version, created_at, username, display_name, server_role, deactivated_at "
      "FROM users /* people::search */ "
      "WHERE deactivated_at IS NULL "
      "AND (username LIKE ? ESCAPE '!' OR display_key LIKE ? ESCAPE '!') ";
  return back ? tx.rows(read, columns + "AND username < ? ORDER BY username DESC LIMIT ?",
                        in_username, in_name, from, limit)
              : tx.rows(read, columns + "AND username > ? ORDER BY username LIMIT ?", in_username,
                        in_name, from, limit);
}

}  // namespace confab::people::store
