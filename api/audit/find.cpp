#include <algorithm>
#include <charconv>

#include "api/audit/audit.h"
#include "api/audit/store.h"
#include "api/base/json.h"

namespace confab::audit {

namespace {

/// What is stored is ours, but may have been tampered with: then it is shown as text.
RawJson shown(const std::string& details) {
  try {
    if (json::parse(details).isObject()) return {details};
  } catch (const Error&) {
  }
  std::string out = "{\"unreadable\":\"";
  for (const char c : details.substr(0, 500)) {
    out += c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?';
  }
  return {out + "\"}"};
}

AuditEntry entry_of(Row row) {
  return {
      .id = std::to_string(row.id),
      .at = row.at,
      .actor = std::move(row.actor),
      .action = std::move(row.action),
      .subject_kind = std::move(row.subject_kind),
      .subject_id = row.subject_id ? std::optional(std::to_string(*row.subject_id)) : std::nullopt,
      .room_id = row.room_id ? std::optional(RoomId{*row.room_id}) : std::nullopt,
      .reason = std::move(row.reason),
      .details = shown(row.details),
      .address = std::move(row.address),
      .request_id = std::move(row.request_id)};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out == 0) return std::nullopt;
  return out;
}

}  // namespace

std::optional<Subject> Subject::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto kind = parse_enum<SubjectKind>(text.substr(0, colon));
  const auto id = number(text.substr(colon + 1));
  if (!kind || !id) return std::nullopt;
  return Subject(*kind, *id);
}

Page<AuditEntry> find(db::Tx& tx, const Filter& filter, std::size_t limit,
                      const std::optional<Cursor>& cursor) {
  const bool plain = !filter.actor || std::all_of(filter.actor->begin(), filter.actor->end(),
                                                  [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain) {
    throw Error(Code::invalid_value,
                "The actor is a user id, `cli:` and a user of the machine, `anonymous` or "
                "`system`.");
  }
  const auto id = cursor ? number(cursor->key) : std::nullopt;
  if (cursor && !id) throw cursor_invalid();
  std::vector<AuditEntry> found;
  for (Row& row : store::find(tx, filter, limit + 1, id, cursor && cursor->back)) {
    found.push_back(entry_of(std::move(row)));
  }
  return page_of(std::move(found), limit, cursor, [](const AuditEntry& entry) { return entry.id; });
}

}  // namespace confab::audit
