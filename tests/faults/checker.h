#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/faults/ledger.h"

namespace confab::test {

/// One message as somebody else tells it.
struct Heard {
  std::string id, room, author, key, body;
  std::int64_t seq = 0;
};

/// What all sides say after the fact.
struct Evidence {
  std::vector<std::vector<Entry>> ledgers;            ///< By sender.
  std::map<std::string, std::vector<Heard>> history;  ///< By room, as its pages give it.
  std::vector<Heard> stored;                          ///< Rows, by room and seq.
  std::map<std::string, std::int64_t> counters;       ///< The last seq each room has counted to.
  /// What each listener heard, in that order; every room from its first message on.
  std::vector<std::vector<Heard>> streams;
  std::vector<std::vector<std::string>> stream_rooms;  ///< And the rooms it is in.
};

/// How it contradicts the promises, each as a sentence that begins with its kind:
/// lost, doubled, changed, gap, order, stream. Empty when every acknowledged message is
/// there exactly once as acknowledged, rooms count without gaps, senders' order is kept,
/// and each stream told each message of its rooms once and in order.
std::vector<std::string> contradictions(const Evidence& evidence);

}  // namespace confab::test
