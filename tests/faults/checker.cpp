#include "tests/faults/checker.h"

#include <algorithm>

namespace confab::test {
namespace {

using Findings = std::vector<std::string>;

std::string name(const Heard& heard) {
  return heard.key + " (room " + heard.room + ", seq " + std::to_string(heard.seq) + ")";
}

bool same(const Heard& a, const Heard& b) {
  return a.id == b.id && a.room == b.room && a.seq == b.seq && a.key == b.key && a.body == b.body;
}

void check_rooms(const Evidence& evidence, Findings& findings) {
  for (const auto& [room, messages] : evidence.history) {
    std::int64_t seq = 0;
    for (const Heard& message : messages) {
      if (message.seq != ++seq) {
        findings.push_back("gap: room " + room + " goes from " + std::to_string(seq - 1) + " to " +
                           std::to_string(message.seq));
        seq = message.seq;
      }
      if (message.room != room) findings.push_back("changed: a foreign message in room " + room);
      if (message.body != body_of(message.key)) {
        findings.push_back("changed: the body of " + name(message));
      }
    }
    const auto counter = evidence.counters.find(room);
    if (counter == evidence.counters.end() || counter->second != seq) {
      findings.push_back("gap: the counter of room " + room + " is not at its last message");
    }
  }
}

void check_stored(const Evidence& evidence, Findings& findings) {
  std::size_t told = 0;
  for (const auto& [room, messages] : evidence.history) told += messages.size();
  if (told != evidence.stored.size()) {
    findings.push_back("lost: history tells " + std::to_string(told) + " messages, stored are " +
                       std::to_string(evidence.stored.size()));
  }
  std::map<std::string, std::size_t> next;
  for (const Heard& row : evidence.stored) {
    const auto room = evidence.history.find(row.room);
    const std::size_t at = next[row.room]++;
    if (room == evidence.history.end() || at >= room->second.size() ||
        !same(room->second[at], row)) {
      findings.push_back("changed: stored and told differ at " + name(row));
    }
  }
}

void check_ledgers(const Evidence& evidence, Findings& findings) {
  std::map<std::string, std::vector<const Heard*>> by_key;
  for (const auto& [room, messages] : evidence.history) {
    for (const Heard& message : messages) by_key[message.key].push_back(&message);
  }
  std::size_t sent = 0;
  for (const auto& ledger : evidence.ledgers) {
    std::map<std::string, std::int64_t> last;  // by room
    for (const Entry& entry : ledger) {
      ++sent;
      const auto found = by_key.find(entry.key);
      if (found == by_key.end()) {
        if (entry.id)
          findings.push_back("lost: " + entry.key + " was acknowledged as " + *entry.id);
        continue;
      }
      if (found->second.size() > 1) findings.push_back("doubled: " + entry.key);
      const Heard& message = *found->second.front();
      if (entry.id &&
          (message.id != *entry.id || message.seq != entry.seq || message.room != entry.room)) {
        findings.push_back("changed: " + name(message) + " was acknowledged as " + *entry.id +
                           " with seq " + std::to_string(entry.seq));
      }
      if (message.seq <= last[entry.room]) {
        findings.push_back("order: " + name(message) + " stands before one sent earlier");
      }
      last[entry.room] = message.seq;
    }
  }
  if (by_key.size() > sent) findings.push_back("doubled: messages that nobody sent");
}

void check_stream(const Evidence& evidence, std::size_t index, Findings& findings) {
  const std::string who = "stream: listener " + std::to_string(index) + " ";
  const auto& rooms = evidence.stream_rooms[index];
  std::map<std::string, std::int64_t> last;
  for (const Heard& heard : evidence.streams[index]) {
    std::int64_t& seq = last[heard.room];
    const auto room = evidence.history.find(heard.room);
    if (std::find(rooms.begin(), rooms.end(), heard.room) == rooms.end()) {
      findings.push_back(who + "heard a room it is not in: " + name(heard));
    } else if (heard.seq <= seq) {
      findings.push_back(who + "heard twice or late: " + name(heard));
    } else if (heard.seq != seq + 1) {
      findings.push_back(who + "missed what is before " + name(heard) + ", after seq " +
                         std::to_string(seq));
    } else if (room == evidence.history.end() ||
               heard.seq > static_cast<std::int64_t>(room->second.size()) ||
               !same(room->second[static_cast<std::size_t>(heard.seq - 1)], heard)) {
      findings.push_back(who + "heard what history does not tell: " + name(heard));
    }
    seq = std::max(seq, heard.seq);
  }
  for (const auto& room : rooms) {
    const auto told = evidence.history.find(room);
    const auto end = told == evidence.history.end() ? 0 : told->second.size();
    if (last[room] != static_cast<std::int64_t>(end)) {
      findings.push_back(who + "stopped in room " + room + " at " + std::to_string(last[room]) +
                         " of " + std::to_string(end));
    }
  }
}

}  // namespace

std::vector<std::string> contradictions(const Evidence& evidence) {
  Findings findings;
  check_rooms(evidence, findings);
  check_stored(evidence, findings);
  check_ledgers(evidence, findings);
  for (std::size_t i = 0; i < evidence.streams.size(); ++i) check_stream(evidence, i, findings);
  return findings;
}

}  // namespace confab::test
