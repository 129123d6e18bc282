#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <iostream>

#include "api/base/json.h"
#include "ops/ctl/run/port.h"
#include "tests/faults/load.h"
#include "tests/faults/power.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// People who go on posting long messages whatever they are answered, and note it all.
class Stubborn {
 public:
  Stubborn(Person& owner, const std::string& room, int senders) : room_(room) {
    for (int i = 0; i < senders; ++i) {
      threads_.emplace_back([this, i, person = std::make_shared<Person>(owner.another())] {
        run(std::to_string(i), *person);
      });
    }
  }
  ~Stubborn() { stop(); }
  Stubborn(const Stubborn&) = delete;
  Stubborn& operator=(const Stubborn&) = delete;

  void stop() {
    stopping_ = true;
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  /// Answers of each status so far; 0 stands for none.
  int count(int status) {
    std::lock_guard lock(mutex_);
    return counts_[status];
  }
  std::map<int, int> counts() {
    std::lock_guard lock(mutex_);
    return counts_;
  }
  /// Key and id of what was acknowledged.
  std::map<std::string, std::string> acked() {
    std::lock_guard lock(mutex_);
    return acked_;
  }

 private:
  void run(const std::string& name, Person& person) {
    constexpr std::size_t kLong = 3500;
    for (int i = 0; !stopping_;) {
      const std::string key = "s" + name + "-" + std::to_string(i);
      int status = 0;
      std::string id;
      try {
        const Answer answer = person.try_say(room_, std::string(kLong, 'x'), key);
        status = answer.status;
        if (status == 201) id = json::parse_own(answer.body)["id"].asString();
      } catch (const std::runtime_error&) {
        status = 0;
      }
      {
        std::lock_guard lock(mutex_);
        ++counts_[status];
        if (status == 201) acked_[key] = id;
      }
      if (status == 201) {
        ++i;
      } else {
        std::this_thread::sleep_for(10ms);
      }
    }
  }

  const std::string room_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::map<int, int> counts_;
  std::map<std::string, std::string> acked_;
  std::vector<std::thread> threads_;
};

/// An instance whose data lie on a small disk that a test can fill.
class DiskFull : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = PowerDisk::why_not(); !why.empty()) GTEST_SKIP() << why;
  }

  void start(const std::string& least_mb) {
    instance.emplace(Instance::Options{.environment = {"CONFAB_FREE_SPACE_MIN=" + least_mb},
                                       .port = ctl::run::require_free_port("127.0.0.1", 0)});
    disk.emplace(instance->folder() / "data", PowerDisk::Options{.size = kSize});
    instance->start();
    ana = std::make_unique<Person>(instance->port(), "ana");
    ben = std::make_unique<Person>(instance->port(), "ben");
    room = ana->room("garden", "private", {ben.get()});
    ana->say(room, "before", "before");
    stubborn = std::make_unique<Stubborn>(*ana, room, 4);
    ASSERT_TRUE(eventually(10s, [&] { return stubborn->count(201) > 20; }));
    database = instance->pid(Part::database);
  }

  void TearDown() override {
    stubborn.reset();
    if (instance && disk) {
      fs::remove(filler());
      instance->stop();
    }
    disk.reset();
  }

  /// The first message of the room.
  Json::Value read_first() {
    return ben->get("/api/v1/rooms/" + room + "/messages?limit=1&after=0")["items"][0];
  }

  /// What is wrong while nothing new can be stored: all of this must go on.
  std::vector<std::string> complaints() {
    std::vector<std::string> found;
    const auto must = [&](const char* what, const std::function<void()>& act) {
      try {
        act();
      } catch (const std::exception& error) {
        found.push_back(std::string(what) + ": " + error.what());
      }
    };
    if (available() == 0) found.emplace_back("the disk was filled to the last byte");
    if (instance->pid(Part::database) != database) found.emplace_back("the database has died");
    for (const auto& [status, count] : stubborn->counts()) {
      if (status != 201 && status != 507) found.push_back("status " + std::to_string(status));
    }
    Json::Value first;
    must("reading", [&] { first = read_first(); });
    must("marking it read",
         [&] { ben->put("/api/v1/rooms/" + room + "/read", R"({"seq":1,"mark_unread":true})"); });
    must("listening", [&] {
      Stream stream = ben->listen(ben->position());
      next_of(stream, "hello");
    });
    must("deleting", [&] { ana->remove("/api/v1/messages/" + first["id"].asString()); });
    must("coming and going", [&] {
      Person other = Person::signed_in(instance->port(), "ben");
      ben->remove("/api/v1/sessions/" + other.session());
    });
    return found;
  }

  fs::path ballast() const { return disk->folder() / "ballast"; }
  fs::path filler() const { return disk->folder() / "filler"; }
  std::uintmax_t available() const { return fs::space(disk->folder()).available; }

  /// As another program would do it.
  void fill(std::uintmax_t leave) const {
    const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0);
    // Others take and give back space meanwhile.
    EXPECT_TRUE(eventually(10s, [&] {
      const auto free = available();
      if (free <= leave) return true;
      const auto size = static_cast<off_t>(fs::file_size(filler()) + free - leave);
      return ::posix_fallocate(file, 0, size) == 0 && available() <= leave;
    }));
    ::close(file);
  }

  int line_count(const std::string& log, const std::string& text) const {
    const std::string all = instance->log(log);
    int count = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++count;
    return count;
  }

  void expect_refused(const Answer& answer) {
    const auto problem = expect(answer, 507);
    EXPECT_EQ(problem["code"], "storage_full");
    const auto detail = problem["detail"].asString();
    EXPECT_NE(detail.find("Free space"), std::string::npos) << detail;
  }

  /// Space is back: posting goes on by itself, and all that was acknowledged is there once.
  void expect_recovery() {
    fs::remove(filler());
    const int before = stubborn->count(201);
    EXPECT_TRUE(eventually(20s, [&] { return stubborn->count(201) > before + 20; }));
    stubborn->stop();
    std::map<std::string, std::string> told;
    std::int64_t seq = 0;
    for (const auto& message : ben->another().history(room)) {
      EXPECT_TRUE(told.emplace(message["client_ref"].asString(), message["id"].asString()).second)
          << "doubled";
      EXPECT_EQ(message["seq"].asInt64(), ++seq);
    }
    const auto acked = stubborn->acked();
    for (const auto& [key, id] : acked) EXPECT_EQ(told[key], id) << "lost: " << key;
    std::cout << acked.size() << " acknowledged, none lost; answers:";
    for (const auto& [status, count] : stubborn->counts()) {
      std::cout << ' ' << count << " x " << status;
    }
    std::cout << std::endl;
  }

  static constexpr std::uint64_t kSize = 700'000'000;
  std::optional<Instance> instance;
  std::optional<PowerDisk> disk;
  std::unique_ptr<Person> ana, ben;
  std::string room;
  std::unique_ptr<Stubborn> stubborn;
  pid_t database = 0;
};

TEST_F(DiskFull, AtTheWatermarkNothingNewIsStoredAndAllElseGoesOn) {
  start("40");
  const pid_t api = instance->pid(Part::api);
  std::atomic<bool> heard{false};
  // One stream, read all the while, or it would be cut as a slow one.
  std::jthread listener([&heard, stream = ben->listen()](const std::stop_token& stop) mutable {
    constexpr std::int64_t kLook = 50;
    try {
      while (!stop.stop_requested()) {
        const auto event = stream.read_event(kLook);
        if (event && event->type == "message.deleted") heard = true;
      }
    } catch (const std::runtime_error&) {
      return;  // it has ended, and hears nothing more
    }
  });
  fill(20'000'000);
  ASSERT_TRUE(eventually(10s, [&] { return stubborn->count(507) > 0; }));
  expect_refused(ana->try_say(room, "during", "during"));
  expect_refused(ana->client().post("/api/v1/users", object({{"email", "cleo@example.org"},
                                                             {"username", "cleo"},
                                                             {"password", Person::kPassword}})));
  EXPECT_EQ(instance->client().get("/readyz").body, R"({"status":"storage_full"})");
  EXPECT_EQ(complaints(), std::vector<std::string>{});

  expect_recovery();
  EXPECT_EQ(instance->pid(Part::api), api);
  EXPECT_EQ(line_count("confab-api", "space.short"), 1);
  EXPECT_EQ(line_count("confab-api", "space.enough"), 1);
  EXPECT_TRUE(eventually(10s, [&] { return heard.load(); }));
}

/// Without a watermark people fill the disk to the last byte.
TEST_F(DiskFull, SabotagedByNoWatermarkIsFound) {
  start("0");
  fill(2'000'000);
  EXPECT_TRUE(eventually(20s, [&] { return !complaints().empty(); }));
  std::string all;
  for (const auto& complaint : complaints()) all += (all.empty() ? "" : "; ") + complaint;
  std::cout << "found: " << all << std::endl;
  expect_recovery();
}

/// Somebody else takes the last byte.
TEST_F(DiskFull, ToTheLastByteNothingIsLost) {
  start("40");
  fill(0);
  ASSERT_TRUE(eventually(10s, [&] { return stubborn->count(507) > 0; }));
  EXPECT_EQ(read_first()["body"], "before");
  instance->signal(Part::database, SIGKILL);
  ASSERT_TRUE(eventually(10s, [&] {
    const pid_t now = instance->pid(Part::database);
    return now != 0 && now != database;
  }));
  expect_recovery();
  EXPECT_EQ(read_first()["body"], "before");
}

TEST_F(DiskFull, TheBallastLetsItStartOnAFullDiskAndComesBack) {
  start("100");
  ASSERT_EQ(instance->stop(), 0);
  ASSERT_TRUE(fs::exists(ballast()));
  fill(0);
  instance->start();
  EXPECT_FALSE(fs::exists(ballast()));
  EXPECT_EQ(read_first()["body"], "before");
  expect_refused(ana->try_say(room, "during", "during"));
  EXPECT_EQ(line_count("confab", "the disk is full: removed"), 1);

  expect_recovery();
  EXPECT_TRUE(eventually(15s, [&] { return fs::exists(ballast()); }));
}

TEST_F(DiskFull, SabotagedByNoBallastItDoesNotStart) {
  start("100");
  ASSERT_EQ(instance->stop(), 0);
  fs::remove(ballast());
  fill(0);
  EXPECT_THROW(instance->start(), std::runtime_error);
}

}  // namespace
}  // namespace confab::test
