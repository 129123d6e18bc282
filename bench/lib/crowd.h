#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/db/connection.h"

namespace confab::bench {

/// Somebody who is signed in.
struct Member {
  std::uint64_t id = 0;
  std::string cookie;  ///< `name=value`
};

struct Crowd {
  std::vector<Member> people;
  std::vector<std::uint64_t> rooms;  ///< The first one is everybody's.
};

struct CrowdSize {
  int people = 0;
  int rooms = 1;       ///< The common one included.
  int rooms_each = 1;  ///< The common one and the next of the others, in turn.
};

/// Writes people, one browser session each, public channels and memberships straight into
/// the tables, because signing in costs its 64 MiB of Argon2 for each person. The server must
/// not have seen the rooms yet. No password opens these accounts.
Crowd make_crowd(db::Connection& database, const CrowdSize& size);

}  // namespace confab::bench
