#include "api/base/config.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "tests/base/support.h"

namespace confab {
namespace {

/// Loads the configuration from an environment that has only these settings.
Config with(const std::map<std::string, std::string>& variables) {
  for (const auto& setting : settings()) unsetenv(std::string(setting.variable).c_str());
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  const auto forget = [&] {
    for (const auto& [name, value] : variables) unsetenv(name.c_str());
  };
  try {
    Config config = load_config();
    forget();
    return config;
  } catch (...) {
    forget();
    throw;
  }
}

std::string fault(const std::string& name, const std::string& value) {
  return complaint([&] { with({{name, value}}); });
}

TEST(LoadConfig, HasADefaultForEverything) {
  const auto config = with({});
  EXPECT_EQ(config.data, std::filesystem::current_path() / "var");
  EXPECT_EQ(config.bind, "127.0.0.1");
  EXPECT_EQ(config.port, 8470);
  EXPECT_TRUE(config.rate_limits);
  EXPECT_FALSE(config.unsafe_durability);
  EXPECT_EQ(config.origin(), "http://127.0.0.1:8470");
}

TEST(LoadConfig, ReadsEverySetting) {
  const auto config = with({{"CONFAB_DATA", "/srv/confab/../chat"},
                            {"CONFAB_BIND", "unix:/run/confab.sock"},
                            {"CONFAB_PORT", "9000"},
                            {"CONFAB_PUBLIC_URL", "HTTPS://Chat.Example.org:443/"},
                            {"CONFAB_DATABASE_URL", "mysql://ana:s%40crt@db:3307/confab"},
                            {"CONFAB_NAME", " Böhm & Co "},
                            {"CONFAB_SIGNUP", "closed"},
                            {"CONFAB_RATE_LIMITS", "off"},
                            {"CONFAB_UNSAFE_DURABILITY", "on"},
                            {"CONFAB_FRONTEND", "dist"},
                            {"CONFAB_LOG_LEVEL", "warn"},
                            {"CONFAB_LOG_FORMAT", "text"},
                            {"CONFAB_HTTP_THREADS", "2"},
                            {"CONFAB_WORK_THREADS", "16"},
                            {"CONFAB_DATABASE_CONNECTIONS", "12"},
                            {"CONFAB_PASSWORD_MEMORY_KIB", "19456"},
                            {"CONFAB_FREE_SPACE_MIN", "500"},
                            {"CONFAB_EVENT_DAYS", "30"},
                            {"CONFAB_EVENT_LIMIT", "5000"},
                            {"CONFAB_CHROMIUM", "/usr/bin/chromium"}});
  EXPECT_EQ(config.data, "/srv/chat");
  EXPECT_EQ(config.bind, "unix:/run/confab.sock");
  EXPECT_EQ(config.port, 9000);
  EXPECT_EQ(config.public_url, "https://chat.example.org");
  EXPECT_EQ(config.database_url, "mysql://ana:s%40crt@db:3307/confab");
  EXPECT_EQ(config.name, "Böhm & Co");
  EXPECT_EQ(config.signup, "closed");
  EXPECT_EQ(config.free_space_min_mb, 500U);
  EXPECT_FALSE(config.rate_limits);
  EXPECT_TRUE(config.unsafe_durability);
  EXPECT_EQ(config.frontend, std::filesystem::current_path() / "dist");
  EXPECT_EQ(config.log_level, log::Level::warn);
  EXPECT_EQ(config.log_format, "text");
  EXPECT_EQ(config.http_threads, 2);
  EXPECT_EQ(config.work_threads, 16);
  EXPECT_EQ(config.database_connections, 12);
  EXPECT_EQ(config.password_memory_kib, 19456);
  EXPECT_EQ(config.event_days, 30);
  EXPECT_EQ(config.event_limit, 5000);
}

TEST(LoadConfig, TakesAnEmptyVariableAsAbsent) {
  EXPECT_EQ(with({{"CONFAB_PORT", ""}, {"CONFAB_PUBLIC_URL", ""}}).port, 8470);
}

TEST(LoadConfig, RefusesWhatDoesNotFitAndSaysWhatDoes) {
  const std::vector<std::array<std::string, 3>> cases = {
      {"CONFAB_PORT", "65536", "from 0 to 65535"},
      {"CONFAB_PORT", "-1", "from 0 to 65535"},
      {"CONFAB_PORT", "80x", "from 0 to 65535"},
      {"CONFAB_PORT", " 80", "from 0 to 65535"},
      {"CONFAB_BIND", "localhost", "127.0.0.1"},
      {"CONFAB_BIND", "127.0.0.1:80", "127.0.0.1"},
      {"CONFAB_BIND", "unix:relative", "absolute path"},
      {"CONFAB_BIND", "unix:/" + std::string(107, 'x'), "107 bytes"},
      {"CONFAB_PUBLIC_URL", "chat.example.org", "https://chat.example.org"},
      {"CONFAB_PUBLIC_URL", "ftp://chat.example.org", "https://"},
      {"CONFAB_PUBLIC_URL", "https://chat.example.org/path", "without a path"},
      {"CONFAB_PUBLIC_URL", "https://chat.example.org:0", "without a path"},
      {"CONFAB_PUBLIC_URL", "https://user@chat.example.org", "without a path"},
      {"CONFAB_PUBLIC_URL", "https://[fe80::zz]", "without a path"},
      {"CONFAB_PUBLIC_URL", "https://", "without a path"},
      {"CONFAB_DATABASE_URL", "postgres://ana@db/confab", "mysql://user:password@host"},
      {"CONFAB_DATABASE_URL", "mysql://a\nb", "mysql://user:password@host"},
      {"CONFAB_NAME", "\xE2\x80\x8B", "80 visible"},
      {"CONFAB_NAME", std::string(81, 'x'), "80 visible"},
      {"CONFAB_NAME", "a\nb", "80 visible"},
      {"CONFAB_SIGNUP", "yes", "open, or closed"},
      {"CONFAB_RATE_LIMITS", "ON", "on, or off"},
      {"CONFAB_UNSAFE_DURABILITY", "1", "on, or off"},
      {"CONFAB_LOG_LEVEL", "verbose", "debug, info, warn"},
      {"CONFAB_LOG_FORMAT", "xml", "json, text, or auto"},
      {"CONFAB_HTTP_THREADS", "0", "from 1 to"},
      {"CONFAB_WORK_THREADS", "9999999999999999999999", "from 1 to"},
      {"CONFAB_DATABASE_CONNECTIONS", "0", "from 1 to"},
      {"CONFAB_PASSWORD_MEMORY_KIB", "64", "from 8192 to"},
      {"CONFAB_FREE_SPACE_MIN", "5%", "auto, or a number of megabytes"},
      {"CONFAB_EVENT_DAYS", "0", "from 1 to"},
      {"CONFAB_EVENT_LIMIT", "1.5", "from 10 to"},
      {"CONFAB_DATA", "a\nb", "path of a directory"},
      {"CONFAB_FRONTEND", "a\xFF", "path of a directory"},
  };
  for (const auto& [name, value, fit] : cases) {
    const auto text = fault(name, value);
    EXPECT_EQ(text.find(name + ": "), 0U) << name << '=' << value << " -> " << text;
    EXPECT_NE(text.find(fit), std::string::npos) << name << '=' << value << " -> " << text;
  }
}

TEST(LoadConfig, ShowsTheValueButNeverAPassword) {
  EXPECT_NE(fault("CONFAB_PORT", "eighty").find("\"eighty\""), std::string::npos);
  for (const char* url :
       {"mysqlx://ana:secret@db/confab", "pg://ana:se/secret@db/confab", "x://a:secret@b@c/d"}) {
    const auto text = fault("CONFAB_DATABASE_URL", url);
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
  }
}

TEST(LoadConfig, NamesEveryFaultAtOnce) {
  try {
    with({{"CONFAB_PORT", "x"}, {"CONFAB_SIGNUP", "x"}, {"CONFAB_NAMES", "x"}});
    FAIL();
  } catch (const Error& error) {
    ASSERT_EQ(error.fields().size(), 3U);
    EXPECT_EQ(error.code(), Code::invalid_value);
    EXPECT_EQ(error.fields()[0].pointer, "/CONFAB_NAMES");
    EXPECT_EQ(error.fields()[1].pointer, "/CONFAB_PORT");
  }
}

TEST(LoadConfig, SuggestsTheNearestNameForAnUnknownOne) {
  EXPECT_NE(fault("CONFAB_PROT", "1").find("nearest is CONFAB_PORT."), std::string::npos);
  EXPECT_NE(fault("CONFAB_DATABASE", "1").find("nearest is CONFAB_DATA"), std::string::npos);
  EXPECT_NE(fault("CONFAB_RATELIMITS", "").find("nearest is CONFAB_RATE_LIMITS."),
            std::string::npos);
}

TEST(LoadConfig, SettlesTheAutomaticLogFormat) {
  const auto config = with({{"CONFAB_LOG_FORMAT", "auto"}});
  EXPECT_EQ(config.log_format, isatty(STDERR_FILENO) != 0 ? "text" : "json");
}

TEST(Origin, IsWhereTheServerListensUnlessToldOtherwise) {
  EXPECT_EQ(with({{"CONFAB_BIND", "0.0.0.0"}}).origin(), "http://127.0.0.1:8470");
  EXPECT_EQ(with({{"CONFAB_BIND", "192.0.2.7"}, {"CONFAB_PORT", "80"}}).origin(),
            "http://192.0.2.7");
  EXPECT_EQ(with({{"CONFAB_BIND", "2001:db8::1"}}).origin(), "http://[2001:db8::1]:8470");
  EXPECT_EQ(with({{"CONFAB_BIND", "unix:/run/c.sock"}}).origin(), "http://127.0.0.1:8470");
  EXPECT_EQ(with({{"CONFAB_PUBLIC_URL", "https://[2001:DB8::1]:8443/"}}).origin(),
            "https://[2001:db8::1]:8443");
  EXPECT_EQ(with({{"CONFAB_PUBLIC_URL", "http://chat.lan:80"}}).origin(), "http://chat.lan");
}

TEST(PlainCookies, AreForPlainHttpBeyondThisMachineOnly) {
  EXPECT_FALSE(with({}).plain_cookies());
  EXPECT_FALSE(with({{"CONFAB_BIND", "::1"}}).plain_cookies());
  EXPECT_FALSE(with({{"CONFAB_BIND", "unix:/run/c.sock"}}).plain_cookies());
  EXPECT_TRUE(with({{"CONFAB_BIND", "0.0.0.0"}}).plain_cookies());
  for (const char* url : {"http://localhost:8470", "http://127.0.0.9", "http://[::1]:80",
                          "http://chat.localhost", "https://chat.example.org"}) {
    EXPECT_FALSE(with({{"CONFAB_PUBLIC_URL", url}, {"CONFAB_BIND", "0.0.0.0"}}).plain_cookies())
        << url;
  }
  for (const char* url :
       {"http://chat.lan", "http://192.168.1.5:8470", "http://127.0.0.1.example.org"}) {
    EXPECT_TRUE(with({{"CONFAB_PUBLIC_URL", url}}).plain_cookies()) << url;
  }
}

TEST(Settings, PrintWhatTheyRead) {
  std::set<std::string_view> names;
  const Config defaults = with({});
  for (const auto& setting : settings()) {
    EXPECT_TRUE(names.insert(setting.variable).second) << setting.variable;
    EXPECT_FALSE(setting.meaning.empty());
    const auto text = setting.print(defaults);
    if (text.empty()) continue;
    Config config;
    setting.read(config, text);
    EXPECT_EQ(setting.print(config), text) << setting.variable;
  }
}

TEST(Settings, PrintTheDatabaseWithoutItsPassword) {
  const auto config = with({{"CONFAB_DATABASE_URL", "mysql://ana:secret@db:3307/confab"}});
  for (const auto& setting : settings()) {
    EXPECT_EQ(setting.print(config).find("secret"), std::string::npos);
    if (setting.variable == "CONFAB_DATABASE_URL") {
      EXPECT_EQ(setting.print(config), "mysql://ana:***@db:3307/confab");
    }
  }
}

}  // namespace
}  // namespace confab
