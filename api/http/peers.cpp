#include "api/http/peers.h"

#include <sys/socket.h>

#include "api/http/exchange.h"

namespace confab::http {

namespace {

/// A head that belongs to a living client is there sooner.
constexpr std::int64_t kHeadMs = 1'000;
constexpr std::int64_t kBytesMs = 5'000;
constexpr std::int64_t kProbeMs = 2'000;

}  // namespace

void Peer::enter(Step step, std::int64_t now_ms, std::int64_t size) {
  progress.enter(step, now_ms, size);
  if (!leaving) Peers::move(*this, home->of(step));
}

bool Peer::has_left(std::int64_t now_ms) {
  // libmicrohttpd takes a short read for an emptied socket, and so never learns of
  // an end that came together with the last bytes. What ends later, it hears of.
  // Not at once: the next request may be in libmicrohttpd's buffer already.
  if (progress.step != Step::idle || progress.probed || now_ms < progress.since_ms + kProbeMs) {
    return false;
  }
  progress.probed = true;
  char byte = 0;
  return ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void Peers::move(Peer& peer, std::list<Peer>& to) {
  to.splice(to.end(), *peer.place, peer.self);
  peer.place = &to;
}

Peer& Peers::add(int descriptor, std::int64_t now_ms) {
  auto& heads = of(Step::head);
  Peer& peer = heads.emplace_back();
  peer.descriptor = descriptor;
  peer.home = this;
  peer.place = &heads;
  peer.self = std::prev(heads.end());
  peer.progress.enter(Step::head, now_ms);
  ++size_;
  return peer;
}

void Peers::remove(Peer& peer) {
  --size_;
  peer.place->erase(peer.self);
}

Peer* Peers::spare(std::int64_t now_ms) {
  const auto oldest = [&](Step step, std::int64_t least_ms) -> Peer* {
    auto& list = of(step);
    if (list.empty() || now_ms - list.front().progress.since_ms < least_ms) return nullptr;
    return &list.front();
  };
  if (Peer* peer = oldest(Step::head, kHeadMs)) return peer;
  if (Peer* peer = oldest(Step::idle, 0)) return peer;
  if (Peer* peer = oldest(Step::body, kBytesMs)) return peer;
  return oldest(Step::reply, kBytesMs);
}

Peer* Peers::oldest_head() { return has(Step::head) ? &of(Step::head).front() : nullptr; }

void Peers::drop(Peer& peer) {
  peer.leaving = true;
  move(peer, lists_[kLeaving]);
  ::shutdown(peer.descriptor, SHUT_RDWR);
}

}  // namespace confab::http
