#include "api/audit/row.h"

#include <string_view>

#include "api/base/crypto.h"

namespace confab::audit {

namespace {

void append_netstring(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
  out += ',';
}

void append(std::string& out, std::string_view name, std::string_view value) {
  append_netstring(out, name);
  append_netstring(out, value);
}

template <typename T>
void append_number(std::string& out, std::string_view name, T value) {
  append(out, name, std::to_string(value));
}

}  // namespace

std::string canonical(const Row& row) {
  std::string out;
  append_number(out, "node_id", row.node);
  append_number(out, "pos", row.pos);
  append_number(out, "id", row.id);
  append_number(out, "at", row.at.ms);
  append(out, "actor", row.actor);
  append(out, "action", row.action);
  append(out, "subject_kind", row.subject_kind);
  if (row.subject_id) append_number(out, "subject_id", *row.subject_id);
  if (row.room_id) append_number(out, "room_id", *row.room_id);
  if (row.reason) append(out, "reason", *row.reason);
  append(out, "details", row.details);
  append(out, "address", row.address);
  append(out, "request_id", row.request_id);
  return out;
}

std::string hash_after(const std::string& previous, const Row& row) {
  return crypto::sha256(previous + canonical(row));
}

std::string chain_start() {
  constexpr std::size_t kHash = 32;
  return std::string(kHash, '\0');
}

}  // namespace confab::audit
