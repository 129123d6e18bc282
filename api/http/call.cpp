#include "api/http/call.h"

#include <algorithm>
#include <charconv>

namespace confab::http {

namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Calls `visit` with each part of a list until it returns true.
template <typename Visit>
bool any_part(std::string_view list, char separator, Visit visit) {
  while (true) {
    const auto end = list.find(separator);
    if (visit(trimmed(list.substr(0, end)))) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view Call::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

bool Call::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& each) { return each.first == name; });
}

std::optional<std::string_view> Call::query_value(std::string_view name) const {
  for (const auto& [known, value] : query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Call::cookie(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [header_name, list] : headers) {
    if (header_name != "cookie") continue;
    any_part(list, ';', [&](std::string_view pair) {
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) return false;
      found = pair.substr(equals + 1);
      return true;
    });
    if (found) break;
  }
  return found;
}

UserId Call::user_id(std::string_view name) const {
  const auto found = params.find(name);
  if (found != params.end() && found->second == "me") return caller.user;
  return id<UserId>(name);
}

std::int64_t Call::query_number(std::string_view name, std::int64_t fallback, std::int64_t least,
                                std::int64_t most) const {
  const auto text = query_value(name);
  if (!text) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < least || value > most) {
    throw Error(Code::invalid_value, "The query parameter `" + std::string(name) +
                                         "` must be a whole number from " + std::to_string(least) +
                                         " to " + std::to_string(most) + ".");
  }
  return value;
}

std::optional<std::string> Call::idempotency_key() const {
  if (!has_header("idempotency-key")) return std::nullopt;
  const auto key = header("idempotency-key");
  const bool visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (key.empty() || key.size() > 64 || !visible) {
    throw Error(Code::invalid_request, "Idempotency-Key must be 1 to 64 visible ASCII characters.");
  }
  return std::string(key);
}

void Call::require_match(std::int64_t version) const {
  if (!has_header("if-match")) return;
  const auto tag = '"' + std::to_string(version) + '"';
  const bool fits = any_part(header("if-match"), ',',
                             [&](std::string_view each) { return each == "*" || each == tag; });
  if (!fits) throw Error(Code::version_mismatch, "The resource is at version " + tag + " now.");
}

bool Call::has_copy(std::string_view etag) const {
  if (!has_header("if-none-match")) return false;
  return any_part(header("if-none-match"), ',', [&](std::string_view each) {
    if (each.starts_with("W/")) each.remove_prefix(2);
    return each == "*" || each == etag;
  });
}

void read_query(Call& call, std::string_view text) {
  if (text.empty()) return;
  any_part(text, '&', [&](std::string_view pair) {
    if (pair.empty()) return false;
    const auto equals = pair.find('=');
    auto name = text::percent_decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos
                     ? std::optional<std::string>(std::in_place)
                     : text::percent_decode(pair.substr(equals + 1), true);
    if (!name || !value) {
      throw Error(Code::invalid_request, "The query has a broken % escape or is not UTF-8.");
    }
    if (call.query_value(*name)) {
      throw Error(Code::invalid_request, "The query parameter `" + *name + "` comes twice.");
    }
    call.query.emplace_back(std::move(*name), std::move(*value));
    return false;
  });
}

}  // namespace confab::http
