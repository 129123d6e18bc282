#include "api/accounts/access/callers.h"

namespace confab::accounts {

std::uint64_t Callers::generation() {
  return state_.with([](State& state) { return state.generation; });
}

void Callers::drop(State& state, SessionId session) {
  const auto found = state.sessions.find(session);
  if (found == state.sessions.end()) return;
  const store::Living& known = found->second.session;
  state.by_secret.erase(known.secret_hash);
  const auto mine = state.by_user.find(known.user);
  mine->second.erase(session);
  if (mine->second.empty()) state.by_user.erase(mine);
  state.sessions.erase(found);
}

std::optional<store::Living> Callers::fresh(State& state, SessionId session, Time now) {
  const auto found = state.sessions.find(session);
  if (found == state.sessions.end()) return std::nullopt;
  if (now - found->second.read_at >= kBelieved) {
    drop(state, session);
    return std::nullopt;
  }
  return found->second.session;
}

void Callers::remember(const store::Living& session, std::uint64_t generation, Time now) {
  state_.with([&](State& state) {
    if (state.generation != generation) return;
    drop(state, session.id);
    if (state.sessions.size() >= kCapacity) {
      state.sessions.clear();
      state.by_secret.clear();
      state.by_user.clear();
    }
    state.by_secret[session.secret_hash] = session.id;
    state.by_user[session.user].insert(session.id);
    state.sessions[session.id] = {.session = session, .read_at = now};
  });
}

std::optional<store::Living> Callers::session(SessionId id, Time now) {
  return state_.with([&](State& state) { return fresh(state, id, now); });
}

std::optional<store::Living> Callers::session_by_secret(const std::string& secret_hash, Time now) {
  return state_.with([&](State& state) -> std::optional<store::Living> {
    const auto found = state.by_secret.find(secret_hash);
    if (found == state.by_secret.end()) return std::nullopt;
    return fresh(state, found->second, now);
  });
}

void Callers::forget(SessionId session) {
  state_.with([&](State& state) {
    ++state.generation;
    drop(state, session);
  });
}

void Callers::forget(UserId user) {
  state_.with([&](State& state) {
    ++state.generation;
    state.people.erase(user);
    const auto found = state.by_user.find(user);
    if (found == state.by_user.end()) return;
    const auto sessions = found->second;
    for (const SessionId session : sessions) drop(state, session);
  });
}

void Callers::remember(const Me& me, std::uint64_t generation, Time now) {
  state_.with([&](State& state) {
    if (state.generation != generation) return;
    if (state.people.size() >= kCapacity) state.people.clear();
    state.people[me.id] = {.me = me, .read_at = now};
  });
}

std::optional<Me> Callers::me(UserId user, Time now) {
  return state_.with([&](State& state) -> std::optional<Me> {
    const auto found = state.people.find(user);
    if (found == state.people.end() || now - found->second.read_at >= kBelieved) {
      return std::nullopt;
    }
    return found->second.me;
  });
}

bool Callers::take_touch(SessionId session, const store::Freshness& freshness, std::int64_t pause) {
  return state_.with([&](State& state) {
    const auto found = state.sessions.find(session);
    if (found == state.sessions.end()) return true;
    store::Living& known = found->second.session;
    if (freshness.last_seen_at - known.last_seen_at < pause) return false;
    known.last_seen_at = freshness.last_seen_at;
    known.expires_at = freshness.expires_at;
    return true;
  });
}

void Callers::remember_token(const std::string& token_hash, const Claims& claims) {
  state_.with([&](State& state) {
    if (state.tokens.size() >= kCapacity) state.tokens.clear();
    state.tokens[token_hash] = claims;
  });
}

std::optional<Claims> Callers::token(const std::string& token_hash) {
  return state_.with([&](State& state) -> std::optional<Claims> {
    const auto found = state.tokens.find(token_hash);
    if (found == state.tokens.end()) return std::nullopt;
    return found->second;
  });
}

}  // namespace confab::accounts
