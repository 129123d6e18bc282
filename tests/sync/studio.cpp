#include "tests/sync/studio.h"

#include "api/events/log.h"

namespace confab::test {

Studio::Studio(std::size_t ring_events) {
  hub_.emplace(
      events::Hub::Settings{.tag = world.read(events::server_tag), .ring_events = ring_events},
      world.clock);
  world.hub.watch([this](const events::Event& event) {
    hub_->publish({std::make_shared<events::Event>(event)});
  });
  app_.emplace(App{world.config, world.clock, world.ids, world.keys, world.pool, world.writer,
                   &*hub_, world.app.access});
}

UserId Studio::person(const std::string& username) {
  const auto user = world.person(username);
  const auto admission = accounts::sign_in(
      world.app, {.login = username, .password = World::kPassword}, {}, std::nullopt);
  sessions_[user] = admission.signed_in.session.id;
  return user;
}

Studio::Opened Studio::open(UserId user, const std::string& cursor) {
  auto opening = sync::open_stream(app(), user, session(user), cursor);
  if (!opening.subscription) return {.ear = {}, .reset = opening.reset};
  Opened opened{.ear = Ear(), .reset = {}};
  hub_->subscribe(std::move(*opening.subscription), opened.ear->give());
  return opened;
}

}  // namespace confab::test
