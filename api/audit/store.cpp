#include "api/audit/store.h"

namespace confab::audit::store {

namespace {

constexpr std::string_view kColumns =
    "node_id, pos, id, at, actor, action, subject_kind, subject_id, room_id, reason, details, "
    "address, request_id, hash";
constexpr std::size_t kCount = 14;

Row read(const db::Row& from) {
  Row row;
  from.into(row.node, row.pos, row.id, row.at, row.actor, row.action, row.subject_kind,
            row.subject_id, row.room_id, row.reason, row.details, row.address, row.request_id,
            row.hash);
  return row;
}

/// The index that narrows most and is in the order of the ids: the planner, which
/// does not know how rare a value is, would sometimes walk through all of them.
std::string_view index_for(const Filter& filter) {
  if (filter.subject) return "by_subject";
  if (filter.actor) return "by_actor";
  if (filter.room) return "by_room";
  if (filter.action) return "by_action";
  return "by_id";
}

std::string select(const std::string& rest) {
  return "SELECT " + std::string(kColumns) + " FROM audit_log " + rest;
}

}  // namespace

void insert(db::Connection& connection, const std::vector<Row>& rows) {
  db::Values values;
  values.reserve(rows.size() * kCount);
  for (const Row& row : rows) {
    values.insert(values.end(), {row.node, row.pos, row.id, row.at, row.actor, row.action,
                                 row.subject_kind, row.subject_id, row.room_id, row.reason,
                                 row.details, row.address, row.request_id, row.hash});
  }
  connection.bulk("INSERT INTO audit_log (" + std::string(kColumns) + ") VALUES (" +
                      db::placeholders(kCount) + ")",
                  kCount, values);
}

std::optional<Row> last(db::Tx& tx, std::uint32_t node) {
  return tx.one(read, select("/* audit::last */ WHERE node_id = ? ORDER BY pos DESC LIMIT 1"),
                node);
}

std::vector<Head> heads(db::Tx& tx) {
  auto heads = tx.rows(
      [](const db::Row& row) {
        Head head;
        row.into(head.node, head.pos);
        return head;
      },
      "SELECT node_id, MAX(pos) FROM audit_log /* audit::heads */ GROUP BY node_id "
      "ORDER BY node_id");
  for (Head& head : heads) head.hash = hash_at(tx, head.node, head.pos).value_or("");
  return heads;
}

std::optional<std::string> hash_at(db::Tx& tx, std::uint32_t node, std::uint64_t pos) {
  return tx.value<std::string>(
      "SELECT hash FROM audit_log /* audit::hash_at */ WHERE node_id = ? AND pos = ?", node, pos);
}

std::vector<Row> rows_from(db::Tx& tx, std::uint32_t node, std::uint64_t pos, std::size_t limit) {
  return tx.rows(
      read, select("/* audit::rows_from */ WHERE node_id = ? AND pos >= ? ORDER BY pos LIMIT ?"),
      node, pos, limit);
}

std::vector<Row> find(db::Tx& tx, const Filter& filter, std::size_t limit,
                      std::optional<std::uint64_t> id, bool back) {
  std::string where;
  db::Values values;
  const auto require = [&](const char* condition, std::initializer_list<db::Value> given) {
    where += (where.empty() ? "WHERE " : " AND ") + std::string(condition);
    values.insert(values.end(), given);
  };
  if (filter.actor) require("actor = ?", {*filter.actor});
  if (filter.action) require("action = ?", {name_of(*filter.action)});
  if (filter.subject) {
    require("subject_kind = ? AND subject_id = ?",
            {name_of(filter.subject->kind), filter.subject->id});
  }
  if (filter.room) require("room_id = ?", {*filter.room});
  // The clock may have been set back, which ids do not follow: the id narrows, the time decides.
  if (filter.since)
    require("id >= ? AND at >= ?", {IdMaker::first_of(*filter.since), *filter.since});
  if (id) require(back ? "id > ?" : "id < ?", {*id});
  values.emplace_back(limit);
  return tx.rows_with(
      read,
      select("FORCE INDEX (" + std::string(index_for(filter)) + ") /* audit::find */ " + where +
             (back ? " ORDER BY id LIMIT ?" : " ORDER BY id DESC LIMIT ?")),
      values);
}

}  // namespace confab::audit::store
