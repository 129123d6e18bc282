#include "api/audit/trail.h"

#include <algorithm>

#include "api/audit/store.h"
#include "api/base/json.h"
#include "api/base/request.h"
#include "api/base/text.h"

namespace confab::audit {

namespace {

constexpr std::size_t kActorMost = 80;
constexpr std::size_t kOriginMost = 64;
constexpr std::size_t kReasonMost = 500;

/// What fits an ASCII column: other characters become `?`.
std::string ascii(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::optional<std::string> reason_of(const std::string& text) {
  if (text.empty() || !text::is_utf8(text)) return std::nullopt;
  std::string out = text;
  while (text::code_points(out) > kReasonMost) {
    out.pop_back();
    while (!text::is_utf8(out)) out.pop_back();
  }
  return out;
}

std::string json_of(const std::vector<Detail>& details) {
  std::string out = "{";
  for (const Detail& detail : details) {
    if (out.size() > 1) out += ',';
    json::append_string(out, detail.name);
    out += ':';
    if (detail.quoted) {
      json::append_string(out, detail.text);
    } else {
      out += detail.text;
    }
  }
  return out + '}';
}

Actor by_request(std::string name) {
  const Request request = RequestScope::present();
  return {.name = std::move(name),
          .address = std::string(request.address),
          .request_id = std::string(request.id)};
}

}  // namespace

Actor by(UserId user) { return by_request(user.text()); }
Actor by_anonymous() { return by_request("anonymous"); }
Actor by_command_line(std::string_view os_user) { return {.name = "cli:" + std::string(os_user)}; }

void record(db::Tx& tx, const Actor& by, const Entry& entry) { tx.part<Trail>().add(by, entry); }

void Trail::add(const Actor& by, const Entry& entry) {
  Row row;
  row.node = node_;
  row.id = ids_.next();
  row.at = clock_.now();
  row.actor = ascii(by.name, kActorMost);
  row.action = name_of(entry.action);
  row.subject_kind = name_of(entry.subject.kind);
  if (entry.subject.id != 0) row.subject_id = entry.subject.id;
  if (entry.room) row.room_id = entry.room.value;
  row.reason = reason_of(entry.reason);
  row.details = json_of(entry.details);
  row.address = ascii(by.address, kOriginMost);
  row.request_id = ascii(by.request_id, kOriginMost);
  pending_.push_back(std::move(row));
}

void Trail::connected(db::Connection& connection, std::uint32_t node) {
  db::Tx tx(connection);
  node_ = node;
  committed_ = {};
  if (const auto last = store::last(tx, node)) {
    committed_ = {.pos = last->pos, .hash = last->hash};
    ids_.go_on_after(last->id);
  }
  written_ = committed_;
}

void Trail::flush(db::Connection& connection) {
  End end = written_;
  for (Row& row : pending_) {
    row.pos = ++end.pos;
    row.hash = hash_after(end.hash, row);
    end.hash = row.hash;
  }
  store::insert(connection, pending_);
  written_ = std::move(end);
  pending_.clear();
  unit_start_ = 0;
}

void Trail::committed() noexcept {
  // Both hold 32 bytes already, so nothing is allocated.
  committed_ = written_;
}

void Trail::rolled_back() noexcept {
  written_ = committed_;
  pending_.clear();
  unit_start_ = 0;
}

}  // namespace confab::audit
