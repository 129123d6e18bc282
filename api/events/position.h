#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace confab::events {

/// A place in the event stream: for each writing process (node) the last event
/// of it that has been seen. Opaque to clients: `3fa90c12:1.5042-2.77`.
class Position {
 public:
  struct Node {
    std::uint32_t node = 0;
    std::uint64_t pos = 0;
    bool operator==(const Node&) const = default;
  };

  std::uint64_t of(std::uint32_t node) const;
  bool covers(std::uint32_t node, std::uint64_t pos) const { return pos <= of(node); }
  /// Every event that `other` has seen, this has seen too.
  bool covers(const Position& other) const;
  void advance(std::uint32_t node, std::uint64_t pos);
  const std::vector<Node>& nodes() const& { return nodes_; }
  /// A loop over a temporary would outlive it.
  const std::vector<Node>& nodes() && = delete;

  /// `tag` names the database that the numbers belong to.
  std::string text(std::string_view tag) const;

  struct Parsed;
  /// Nothing when it is not of the form at all.
  static std::optional<Parsed> parse(std::string_view text);

  bool operator==(const Position&) const = default;

 private:
  std::vector<Node> nodes_;  ///< In the order of their numbers.
};

struct Position::Parsed {
  std::string tag;
  Position position;
};

}  // namespace confab::events
