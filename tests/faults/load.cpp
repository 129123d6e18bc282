#include "tests/faults/load.h"

#include "api/base/clock.h"
#include "api/db/tx.h"

namespace confab::test {

Load::Load(const Instance& instance, const Shape& shape) : instance_(instance), shape_(shape) {
  const int port = instance.port();
  owner_ = std::make_unique<Person>(port, shape.name + "owner");
  for (int i = 0; i < shape.senders; ++i) {
    writers_.push_back(std::make_unique<Person>(port, shape.name + "sender" + std::to_string(i)));
  }
  std::vector<std::unique_ptr<Person>> readers;
  for (int i = 0; i < shape.listeners; ++i) {
    readers.push_back(std::make_unique<Person>(port, shape.name + "reader" + std::to_string(i)));
  }
  std::vector<std::vector<std::string>> heard(readers.size());
  for (int i = 0; i < shape.rooms; ++i) {
    std::vector<const Person*> members;
    for (const auto& writer : writers_) members.push_back(writer.get());
    // Each reader but the first is left out of one room.
    std::vector<std::size_t> inside;
    for (std::size_t r = 0; r < readers.size(); ++r) {
      if (r != 0 && shape.rooms > 1 && (static_cast<int>(r) - 1) % shape.rooms == i) continue;
      inside.push_back(r);
      members.push_back(readers[r].get());
    }
    rooms_.push_back(owner_->room(shape.name + "room" + std::to_string(i), "private", members));
    for (const auto r : inside) heard[r].push_back(rooms_.back());
  }
  for (std::size_t r = 0; r < readers.size(); ++r) {
    const auto position = readers[r]->position();
    listeners_.push_back(std::make_unique<Listener>(readers[r]->another(), position, heard[r],
                                                    shape.leaves, seed() + 1000 + r));
  }
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    senders_.emplace_back([this, i] { send(i, *writers_[i]); });
  }
}

Load::~Load() {
  stopping_ = true;
  for (auto& sender : senders_) {
    if (sender.joinable()) sender.join();
  }
}

std::filesystem::path Load::ledger_of(std::size_t sender) const {
  return instance_.folder() / (shape_.name + "ledger" + std::to_string(sender));
}

void Load::send(std::size_t index, Person& person) {
  const std::string name = std::to_string(index);
  Ledger ledger(ledger_of(index));
  std::mt19937_64 random(seed() + index);
  for (int i = 0; !stopping_; ++i) {
    const std::string key = "s" + name + "-" + std::to_string(i);
    const std::string& room = rooms_[random() % rooms_.size()];
    ledger.sent(key, room);
    try {
      const auto message = person.say(room, body_of(key), key);
      ledger.acked(key, message["id"].asString(), message["seq"].asInt64());
      ++acked_;
    } catch (const std::exception& refusal) {
      std::lock_guard lock(mutex_);
      refusals_.push_back(key + ": " + refusal.what());
      return;
    }
    std::this_thread::sleep_for(shape_.pause);
  }
}

Evidence Load::finish() {
  using namespace std::chrono_literals;
  stopping_ = true;
  for (auto& sender : senders_) sender.join();
  for (const auto& writer : writers_) unanswered_ += writer->replays();
  instance_.ready();
  // Writes are done one after the other: once this one is acknowledged, all before it are
  // committed, even by a server that acknowledges first.
  expect(owner_->client().request("PATCH", "/api/v1/me/settings", object({{"theme", "dark"}})),
         200);

  Evidence evidence;
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    evidence.ledgers.push_back(Ledger::read(ledger_of(i)));
  }
  std::map<std::string, std::int64_t> last;
  Person reader = owner_->another();
  for (const auto& room : rooms_) {
    auto& told = evidence.history[room];
    for (const auto& message : reader.history(room)) told.push_back(heard_of(message));
    last[room] = told.empty() ? 0 : told.back().seq;
  }
  for (const auto& listener : listeners_) {
    listener->finish(last, 15s);
    evidence.streams.push_back(listener->heard());
    evidence.stream_rooms.push_back(listener->rooms());
  }

  db::Connection connection = instance_.database();
  db::Tx tx(connection);
  tx.each(
      [&](const db::Row& row) {
        std::uint64_t id = 0, room = 0, author = 0;
        Heard heard;
        row.into(id, room, heard.seq, author, heard.body, heard.key);
        heard.id = std::to_string(id);
        heard.room = std::to_string(room);
        heard.author = std::to_string(author);
        if (evidence.history.contains(heard.room)) evidence.stored.push_back(heard);
      },
      "SELECT id, room_id, seq, author_id, body, idempotency_key FROM messages "
      "ORDER BY room_id, seq");
  tx.each(
      [&](const db::Row& row) {
        std::uint64_t room = 0;
        std::int64_t counter = 0;
        row.into(room, counter);
        evidence.counters[std::to_string(room)] = counter;
      },
      "SELECT id, last_seq FROM rooms");
  return evidence;
}

std::vector<std::string> Load::refusals() {
  std::lock_guard lock(mutex_);
  return refusals_;
}

int Load::streams() const {
  int all = 0;
  for (const auto& listener : listeners_) all += listener->streams();
  return all;
}

std::vector<std::string> Load::resets() const {
  std::vector<std::string> all;
  for (const auto& listener : listeners_) {
    all.insert(all.end(), listener->resets().begin(), listener->resets().end());
  }
  return all;
}

}  // namespace confab::test
