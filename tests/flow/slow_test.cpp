#include <gtest/gtest.h>

#include <future>
#include <sstream>

#include "api/base/json.h"
#include "tests/flow/instance.h"
#include "tests/flow/person.h"

namespace confab::test {
namespace {

using namespace std::chrono_literals;

class Slow : public testing::Test {
 protected:
  void SetUp() override {
    instance.start();
    ana = std::make_unique<Person>(instance.port(), "ana");
    room = ana->room("garden");
    ana->say(room, "before", "before");
  }

  /// The line about the request with that id; null while there is none.
  Json::Value slow_line(const std::string& request_id) const {
    std::istringstream log(instance.log("confab-api"));
    for (std::string line; std::getline(log, line);) {
      if (line.find("http.slow") == std::string::npos) continue;
      const Json::Value value = json::parse_own(line);
      if (value["request_id"] == request_id) return value;
    }
    return Json::nullValue;
  }

  std::future<int> ask(const std::string& id, const std::string& method, const std::string& path,
                       const std::string& body = "") {
    return std::async(std::launch::async, [this, id, method, path, body] {
      Person one = ana->another();
      return one.client()
          .request(method, path, body, {{"X-Request-Id", id}, {"Idempotency-Key", id}})
          .status;
    });
  }

  std::string messages() const { return "/api/v1/rooms/" + room + "/messages"; }

  Instance instance{{.environment = {"CONFAB_SLOW_REQUEST_MS=250"}}};
  std::unique_ptr<Person> ana;
  std::string room;
};

TEST_F(Slow, BlamesTheDatabaseAndTheWriterForWhatTheyHeldUp) {
  auto database = instance.database();
  database.command("LOCK TABLES messages WRITE");
  auto read = ask("slow-read", "GET", messages() + "?limit=7");
  auto write = ask("slow-write", "POST", messages(), object({{"body", "hi"}}));
  auto watch = instance.database();
  const auto held_up = [&] {
    int count = 0;
    watch.each("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE '%lock%'", {},
               [&](const db::Row& row) { count = row.get<int>(); });
    return count == 2;
  };
  EXPECT_TRUE(eventually(5s, held_up));
  std::this_thread::sleep_for(300ms);
  database.command("UNLOCK TABLES");
  EXPECT_EQ(read.get(), 200);
  EXPECT_EQ(write.get(), 201);

  const auto reading = slow_line("slow-read");
  EXPECT_EQ(reading["level"], "warn");
  EXPECT_EQ(reading["method"], "GET");
  EXPECT_EQ(reading["route"], "/rooms/{room_id}/messages");
  EXPECT_EQ(reading["status"].asInt(), 200);
  EXPECT_GE(reading["database_ms"].asInt(), 300);
  EXPECT_GE(reading["handler_ms"].asInt(), reading["database_ms"].asInt());
  EXPECT_GE(reading["ms"].asInt(), reading["handler_ms"].asInt());
  EXPECT_EQ(json::print(reading).find("limit"), std::string::npos) << "never the query";

  const auto writing = slow_line("slow-write");
  EXPECT_EQ(writing["method"], "POST");
  EXPECT_GE(writing["writer_ms"].asInt(), 300);
}

TEST_F(Slow, NamesARequestThatADatabaseThatHangsMadeFail) {
  instance.signal(Part::database, SIGSTOP);
  EXPECT_EQ(ask("hanging", "GET", messages()).get(), 503);
  instance.signal(Part::database, SIGCONT);
  const auto line = slow_line("hanging");
  EXPECT_EQ(line["status"].asInt(), 503);
  EXPECT_GE(line["database_ms"].asInt(), 250);
}

}  // namespace
}  // namespace confab::test
