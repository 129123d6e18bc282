#include "api/events/position.h"

#include <algorithm>
#include <charconv>

namespace confab::events {

namespace {

template <typename T>
bool take_number(std::string_view& text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::uint64_t Position::of(std::uint32_t node) const {
  for (const auto& each : nodes_) {
    if (each.node == node) return each.pos;
  }
  return 0;
}

bool Position::covers(const Position& other) const {
  return std::all_of(other.nodes_.begin(), other.nodes_.end(),
                     [&](const Node& each) { return covers(each.node, each.pos); });
}

void Position::advance(std::uint32_t node, std::uint64_t pos) {
  const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), node,
                                   [](const Node& each, std::uint32_t n) { return each.node < n; });
  if (at != nodes_.end() && at->node == node) {
    at->pos = std::max(at->pos, pos);
  } else {
    nodes_.insert(at, {node, pos});
  }
}

std::string Position::text(std::string_view tag) const {
  std::string out(tag);
  char separator = ':';
  if (nodes_.empty()) out += ':';
  for (const auto& each : nodes_) {
    out += separator;
    out += std::to_string(each.node);
    out += '.';
    out += std::to_string(each.pos);
    separator = '-';
  }
  return out;
}

std::optional<Position::Parsed> Position::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 16) return std::nullopt;
  Parsed parsed{.tag = std::string(text.substr(0, colon)), .position = {}};
  text.remove_prefix(colon + 1);
  if (text.empty()) return parsed;
  std::uint32_t last = 0;
  while (true) {
    Node each;
    if (!take_number(text, each.node) || !take(text, '.') || !take_number(text, each.pos)) {
      return std::nullopt;
    }
    if (each.node <= last || each.node > 1023) return std::nullopt;
    last = each.node;
    parsed.position.nodes_.push_back(each);
    if (text.empty()) return parsed;
    if (!take(text, '-')) return std::nullopt;
  }
}

}  // namespace confab::events
