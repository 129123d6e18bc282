#include "tests/http/fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "api/base/clock.h"

namespace confab::test {

namespace {

http::Caller authenticate(const http::Call& call) {
  const auto token = call.header("authorization");
  if (token == "Bearer root") return {.user = {1}, .session = {1}, .is_admin = true};
  if (token == "Bearer ann" || call.cookie("confab") == "ann") return {.user = {2}, .session = {2}};
  if (token == "Bearer old") throw Error(Code::token_expired, "The token has expired.");
  if (token == "Bearer bug") throw std::runtime_error("SELECT secret FROM users");
  return {};
}

void write_all(int descriptor, std::string_view text) {
  [[maybe_unused]] const auto sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace

const std::string& flood() {
  static const std::string text = [] {
    std::string all;
    for (int i = 0; i < 60'000; ++i) all += "data: " + std::to_string(i) + "\n\n";
    return all;
  }();
  return text;
}

Site::Site(const Adjust& adjust, int work_threads, std::size_t capacity) {
  add_routes();
  http::Server::Settings settings;
  settings.origin = "https://chat.example";
  settings.cookie = "confab";
  settings.version = "test";
  settings.authenticate = authenticate;
  settings.known_caller = [](const http::Call& call) -> std::optional<http::Caller> {
    if (call.header("authorization") != "Bearer ann") return std::nullopt;
    return authenticate(call);
  };
  settings.rate_limits = false;
  if (adjust) adjust(settings);
  executor_ = std::make_unique<Executor>("work", work_threads, capacity);
  server_ = std::make_unique<http::Server>(std::move(settings), router, *executor_);
}

void Site::add_routes() {
  using http::Access;
  using http::Call;
  using http::Rate;
  using http::Reply;
  using http::With;

  router.add<Nothing, Note>(
      {"GET", "/notes/{id}", "One note", Access::anonymous, "", 200, {"fields: which"}},
      [this](const Call& call) {
        ++handled;
        return Note{.id = call.id<MessageId>("id"), .version = 7, .text = "hello"};
      });
  router.add<Nothing, Note>({"GET", "/notes/newest", "The newest", Access::anonymous, ""},
                            [](const Call&) { return Note{.id = {99}, .text = "newest"}; });
  router.add<NewNote, Note>({.method = "POST",
                             .path = "/notes",
                             .summary = "Write one",
                             .access = Access::anonymous,
                             .scope = "",
                             .status = 201,
                             .creates = true,
                             .errors = {Code::conflict},
                             .rate = Rate::post},
                            [this](const Call&, const NewNote& draft) {
                              ++handled;
                              return With<Note>({.id = {5}, .text = draft.text});
                            });
  router.add<NewNote, Note>({.method = "PATCH",
                             .path = "/notes/{id}",
                             .summary = "Change it",
                             .access = Access::anonymous,
                             .scope = "",
                             .rate = Rate::write},
                            [](const Call& call, const NewNote& draft) {
                              call.require_match(7);
                              return Note{
                                  .id = call.id<MessageId>("id"), .version = 8, .text = draft.text};
                            });
  router.add<Nothing, Nothing>(
      {"DELETE", "/notes/{id}", "Remove it", Access::user, "notes:write", 204},
      [this](const Call& call) {
        ++handled;
        call.id<MessageId>("id");
      });
  router.add<Nothing, Nothing>(
      {"DELETE", "/sessions/current", "Sign out", Access::user, "", 204}, [](const Call&) {
        return With<Nothing>{.headers = {{"Set-Cookie", "confab=; Max-Age=0"}}};
      });
  router.add<Nothing, Note>({"GET", "/me", "Who am I", Access::user, ""}, [](const Call& call) {
    return Note{.id = {call.caller.user.value}, .text = call.caller.by_cookie ? "cookie" : "token"};
  });
  router.add<Nothing, Note>(
      {"GET", "/memory", "Who am I, from memory", Access::user, ""},
      [](const Call& call) { return Note{.id = {call.caller.user.value}, .text = "asked"}; },
      [this](const Call& call) -> std::optional<Note> {
        if (!remembers) return std::nullopt;
        return Note{.id = {call.caller.user.value}, .text = "remembered"};
      });
  router.add<Nothing, Note>({"GET", "/admin", "For administrators", Access::admin, ""},
                            [](const Call&) { return Note{.id = {1}, .text = "root"}; });
  router.add<Nothing, Note>({"GET", "/slow", "Waits for the gate", Access::anonymous, ""},
                            [this](const Call&) {
                              gate.wait();
                              ++handled;
                              return Note{.id = {1}, .text = "slow"};
                            });
  router.add<Nothing, Note>({.method = "GET",
                             .path = "/patient",
                             .summary = "The same, in no hurry",
                             .access = Access::anonymous,
                             .scope = "",
                             .patient = true},
                            [this](const Call&) {
                              gate.wait();
                              ++handled;
                              return Note{.id = {1}, .text = "patient"};
                            });
  router.add<Nothing, Note>(
      {"GET", "/bug", "Throws", Access::anonymous, ""},
      [](const Call&) -> Note { throw std::runtime_error("SELECT secret FROM users"); });
  router.add<Nothing, Note>({"GET", "/address", "Where from", Access::anonymous, ""},
                            [](const Call& call) { return Note{.id = {1}, .text = call.address}; });
  router.add<Nothing, Note>(
      {"GET", "/page", "Numbers", Access::anonymous, "", 200, {"limit: how many", "q: words"}},
      [](const Call& call) {
        return Note{.id = {1},
                    .text = std::to_string(call.query_number("limit", 50, 1, 200)) + ' ' +
                            std::string(call.query_value("q").value_or("-"))};
      });
  router.add_raw({"GET", "/big", "A megabyte", Access::anonymous, ""}, [](const Call&) {
    return Reply{.body = '"' + std::string(1'000'000, 'x') + '"'};
  });
  router.add_raw({.method = "GET",
                  .path = "/events",
                  .summary = "The stream",
                  .access = Access::user,
                  .scope = "",
                  .produces = "text/event-stream"},
                 [this](const Call&) {
                   auto token = std::make_shared<Held>(held_);
                   Reply reply{.type = "text/event-stream"};
                   reply.stream = [this, token](int descriptor, http::Seat seat) {
                     ++handovers;
                     write_all(descriptor, ": hi\n\nid: 1\nevent: hello\ndata: {}\n\n");
                     std::thread([descriptor, token, seat] {
                       pollfd gone{.fd = descriptor, .events = POLLRDHUP, .revents = 0};
                       while (::poll(&gone, 1, -1) < 0) {
                       }
                       ::close(descriptor);
                     }).detach();
                   };
                   return reply;
                 });
  router.add_raw({.method = "GET",
                  .path = "/flood",
                  .summary = "Much at once",
                  .access = Access::anonymous,
                  .scope = "",
                  .produces = "text/event-stream"},
                 [](const Call&) {
                   Reply reply{.type = "text/event-stream"};
                   reply.stream = [](int descriptor, const http::Seat&) {
                     // Its own copy: it may still send when the process ends.
                     std::thread([text = std::make_shared<const std::string>(flood()), descriptor] {
                       ::fcntl(descriptor, F_SETFL, 0);  // waits while the reader does
                       std::string_view rest = *text;
                       while (!rest.empty()) {
                         const auto put =
                             ::send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
                         if (put <= 0) break;
                         rest.remove_prefix(static_cast<std::size_t>(put));
                       }
                       ::close(descriptor);
                     }).detach();
                   };
                   return reply;
                 });
  router.add_event<Note>("note.created", "A note was written");
  router.add_event<Note>("note.typing", "Somebody types", false);
}

Client Site::ann() const {
  Client client(address());
  client.always("Authorization", "Bearer ann");
  return client;
}

std::string code_of(const Answer& answer) {
  if (answer.header("content-type") != "application/problem+json") {
    return "not a problem: " + answer.body;
  }
  return json::parse(answer.body)["code"].asString();
}

bool eventually(const std::function<bool()>& condition) {
  const std::int64_t until = monotonic_ms() + 10'000;
  while (!condition()) {
    if (monotonic_ms() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace confab::test
