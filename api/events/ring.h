#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "api/events/event.h"
#include "api/events/frames.h"
#include "api/events/position.h"

namespace confab::events {

/// The newest events, with their frames, for streams that resume.
class Ring {
 public:
  struct Entry {
    std::uint32_t node;
    Effect effect;
    std::uint64_t pos;
    Audience audience;
    UserId subject;
    std::uint64_t ref;
    Run frame;
  };

  Ring(std::size_t bytes, std::size_t events) : bytes_limit_(bytes), events_limit_(events) {}

  /// What came before the first entry: nothing older can be answered from here.
  void start_at(const Position& position) { before_ = position; }
  const Position& before() const { return before_; }

  void push(Entry entry) {
    bytes_ += entry.frame.length;
    if (entries_.empty()) nodes_ = 1;
    if (!entries_.empty() && entries_.back().node != entry.node) nodes_ = 2;
    entries_.push_back(std::move(entry));
    while (entries_.size() > events_limit_ || bytes_ > bytes_limit_) {
      const Entry& oldest = entries_.front();
      before_.advance(oldest.node, oldest.pos);
      bytes_ -= oldest.frame.length;
      entries_.pop_front();
    }
  }

  /// True when every event past `after` is here.
  bool reaches(const Position& after) const { return after.covers(before_); }

  /// The index of the first entry that `after` does not cover.
  std::size_t first_past(const Position& after) const {
    std::size_t low = 0, high = entries_.size();
    if (nodes_ == 1) {
      // One node's positions only grow, so halving finds it.
      while (low < high) {
        const auto middle = (low + high) / 2;
        if (after.covers(entries_[middle].node, entries_[middle].pos)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
    while (low < high && after.covers(entries_[low].node, entries_[low].pos)) ++low;
    return low;
  }

  std::size_t size() const { return entries_.size(); }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }

 private:
  const std::size_t bytes_limit_;
  const std::size_t events_limit_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  int nodes_ = 1;  ///< 2: of more than one node.
  Position before_;
};

}  // namespace confab::events
