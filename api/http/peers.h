#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "api/http/admission.h"
#include "api/http/deadlines.h"
#include "api/http/pump.h"

namespace confab::http {

struct Exchange;
class Peers;

/// One connection.
struct Peer {
  int descriptor = -1;
  std::string address;
  Seat seat;
  bool reserve = false;  ///< Admitted although all is full: for a health check only.
  bool leaving = false;  ///< Shut down; libmicrohttpd has not noticed yet.
  Progress progress;
  std::shared_ptr<Exchange> exchange;
  std::unique_ptr<Pump> pump;
  Peers* home = nullptr;
  std::list<Peer>* place = nullptr;
  std::list<Peer>::iterator self;

  /// Begins the next step.
  void enter(Step step, std::int64_t now_ms, std::int64_t size = 0);
  /// Asks an idle connection's socket, once.
  bool has_left(std::int64_t now_ms);
};

/// The connections of one loop, by what they are doing, the longest at it first.
class Peers {
 public:
  Peer& add(int descriptor, std::int64_t now_ms);
  void remove(Peer& peer);

  /// Who can best be spared when there is no room: a head or a body that does not
  /// come, a reply that is not read, the longest idle. Null: all are at work.
  Peer* spare(std::int64_t now_ms);
  /// The connection whose head is awaited for the longest time, however short that is.
  Peer* oldest_head();
  /// Shuts it down. libmicrohttpd closes it at its next turn.
  void drop(Peer& peer);

  template <typename F>
  void each(F visit) {
    for (auto& list : lists_) {
      for (Peer& peer : list) visit(peer);
    }
  }
  bool has(Step step) const { return !of(step).empty(); }
  std::size_t size() const { return size_; }

 private:
  friend struct Peer;
  static constexpr std::size_t kLeaving = static_cast<std::size_t>(Step::handed) + 1;

  std::list<Peer>& of(Step step) { return lists_[static_cast<std::size_t>(step)]; }
  const std::list<Peer>& of(Step step) const { return lists_[static_cast<std::size_t>(step)]; }
  static void move(Peer& peer, std::list<Peer>& to);

  std::array<std::list<Peer>, kLeaving + 1> lists_;
  std::size_t size_ = 0;
};

}  // namespace confab::http
