#include "tests/world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>
#include <stdexcept>

namespace confab {

void PrintTo(Code code, std::ostream* out) { *out << row_of(code).name; }

namespace test {
namespace {

Config config_for(const std::filesystem::path& folder) {
  Config config;
  config.data = folder.string();
  // The least that libsodium takes: tests are not about the cost of a guess.
  config.password_memory_kib = 8;
  return config;
}

std::string tag_of(db::Pool& pool) { return pool.read(events::server_tag); }

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "confab-world-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code none;
  std::filesystem::remove_all(path_, none);
}

World::World() : World(std::make_unique<Schema>()) {}

World::World(const DatabaseServer& server) : World(std::make_unique<Schema>(server)) {}

World::World(std::unique_ptr<Schema> schema)
    : schema_(std::move(schema)),
      config(config_for(folder_.path())),
      ids(clock, 0),
      keys(crypto::Keys::from_seed("a seed for tests, 32 bytes long.")),
      pool(schema_->address(), 4),
      hub({.tag = tag_of(pool)}, clock),
      log(clock, ids, [this](auto events) { hub.publish(std::move(events)); }),
      trail(clock, ids),
      writer({.address = schema_->address()}, {&book, &rows, &log, &trail}),
      app{config, clock, ids, keys, pool, writer, &hub} {
  static std::once_flag filled;
  std::call_once(filled, [] { events::Log::fill_with("message.", messages::json_by_ids); });
  crypto::init();
  accounts::start_access(app);
  writer.start();
  ids.set_node(writer.node());
}

UserId World::person(const std::string& username, accounts::ServerRole role) {
  const auto user = accounts::create_person(
      app, {.email = username + "@example.com", .username = username, .password = kPassword}, role);
  listen();
  return user.id;
}

RoomId World::room(const std::string& name, const std::vector<UserId>& members) {
  const rooms::NewRoom draft{
      .name = name, .visibility = rooms::Visibility::everyone, .member_ids = members};
  const auto id = rooms::create(app, members.front(), draft).value.room.id;
  listen();
  return id;
}

RoomId World::private_room(const std::string& name, const std::vector<UserId>& members) {
  const rooms::NewRoom draft{
      .name = name, .visibility = rooms::Visibility::members, .member_ids = members};
  const auto id = rooms::create(app, members.front(), draft).value.room.id;
  listen();
  return id;
}

RoomId World::direct(UserId one, UserId other) {
  const rooms::NewRoom draft{.kind = rooms::Kind::direct, .member_ids = {other}};
  const auto id = rooms::create(app, one, draft).value.room.id;
  listen();
  return id;
}

messages::Message World::post(UserId author, RoomId room, const std::string& body) {
  return messages::post(app, author, room, {.body = body}, std::nullopt).message;
}

std::vector<events::EventPtr> World::events_for(UserId user) {
  constexpr std::size_t kAll = 100'000;
  const auto replay = read([&](db::Tx& tx) {
    return events::replay(tx, user, rooms::room_ids(tx, user), rooms::past_room_ids(tx, user, {}),
                          heard_until_, events::head(tx), kAll);
  });
  std::vector<events::EventPtr> out;
  for (const auto& item : replay.items) out.push_back(item.event);
  return out;
}

std::vector<std::string> World::heard_by(UserId user) {
  std::vector<std::string> types;
  for (const auto& event : events_for(user)) types.push_back(event->type);
  return types;
}

void World::listen() { heard_until_ = read(events::head); }

void report_no_error() { ADD_FAILURE() << "nothing was thrown"; }

}  // namespace test
}  // namespace confab
