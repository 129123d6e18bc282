#include "api/base/config.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <utility>

#include "api/base/error.h"
#include "api/base/network.h"
#include "api/base/text.h"

namespace confab {

namespace {

constexpr std::string_view kPrefix = "CONFAB_";

[[noreturn]] void refuse(const std::string& fit) { throw Error(Code::invalid_value, fit); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <typename T>
std::optional<T> whole_number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> raw{};
  return inet_pton(AF_INET, text.c_str(), raw.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), raw.data()) == 1;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "::1" || host == "[::1]") {
    return true;
  }
  return host.starts_with("127.") && is_address(host);
}

bool is_wildcard(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

bool is_host(const std::string& host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const std::string inner = host.substr(1, host.size() - 2);
    return is_address(inner) && inner.find(':') != std::string::npos;
  }
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

/// Splits `host:port`, where the host may be an IPv6 address in brackets. The
/// port is zero when there is none; nothing comes back for what is neither.
std::optional<std::pair<std::string, int>> host_and_port(const std::string& text) {
  const auto colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
  std::string host = lower(text.substr(0, colon));
  if (!is_host(host)) return std::nullopt;
  if (colon == std::string::npos) return std::pair(std::move(host), 0);
  const auto port = whole_number<int>(std::string_view(text).substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return std::nullopt;
  return std::pair(std::move(host), *port);
}

/// `scheme://host[:port]` in its one canonical spelling, or nothing.
std::optional<std::string> canonical_url(const std::string& text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string::npos) return std::nullopt;
  const std::string scheme = lower(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  std::string rest = text.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.pop_back();
  const auto place = host_and_port(rest);
  if (!place) return std::nullopt;
  const int usual = scheme == "http" ? 80 : 443;
  const bool shown = place->second != 0 && place->second != usual;
  return scheme + "://" + place->first + (shown ? ":" + std::to_string(place->second) : "");
}

/// The URL as it may be shown. The last `@` ends the password: a badly written
/// URL then loses more than its password rather than showing a part of it.
std::string without_password(const std::string& url) {
  const auto start = url.find("://");
  const auto at = url.rfind('@');
  if (start == std::string::npos || at == std::string::npos) return url;
  const auto colon = url.find(':', start + 3);
  if (colon == std::string::npos || colon > at) return url;
  return url.substr(0, colon + 1) + "***" + url.substr(at);
}

std::string absolute_path(const std::string& text) {
  if (!text::is_utf8(text) || text::has_controls(text)) refuse("the path of a directory");
  return std::filesystem::absolute(text).lexically_normal().string();
}

template <typename T>
Setting number(std::string_view variable, std::string_view meaning, T Config::*member, T least,
               T most) {
  return {
      variable, meaning,
      [=](Config& config, const std::string& text) {
        const auto value = whole_number<T>(text);
        if (!value || *value < least || *value > most) {
          refuse("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        }
        config.*member = *value;
      },
      [=](const Config& config) { return std::to_string(config.*member); }};
}

Setting on_off(std::string_view variable, std::string_view meaning, bool Config::*member) {
  return {variable, meaning,
          [=](Config& config, const std::string& text) {
            if (text != "on" && text != "off") refuse("on, or off");
            config.*member = text == "on";
          },
          [=](const Config& config) { return std::string(config.*member ? "on" : "off"); }};
}

Setting words(std::string_view variable, std::string_view meaning, std::string Config::*member,
              void (*accept)(std::string& text)) {
  return {variable, meaning,
          [=](Config& config, const std::string& text) {
            std::string value = text;
            accept(value);
            config.*member = std::move(value);
          },
          [=](const Config& config) { return config.*member; }};
}

Setting elsewhere(std::string_view variable, std::string_view meaning) {
  return {variable, meaning, [](Config&, const std::string&) {},
          [=](const Config&) {
            const char* text = std::getenv(std::string(variable).c_str());
            return std::string(text != nullptr ? text : "");
          }};
}

constexpr std::array<std::pair<std::string_view, log::Level>, 5> kLevels = {
    {{"debug", log::Level::debug},
     {"info", log::Level::info},
     {"warn", log::Level::warn},
     {"error", log::Level::error},
     {"off", log::Level::off}}};

void accept_bind(std::string& text) {
  constexpr std::size_t kLongestSocketPath = 107;
  const bool socket = text.starts_with("unix:/") && text.size() - 5 <= kLongestSocketPath &&
                      text::is_utf8(text) && !text::has_controls(text);
  if (!socket && !is_address(text)) {
    refuse(
        "an IP address such as 127.0.0.1, 0.0.0.0 or ::, or unix: and an absolute path of at "
        "most 107 bytes");
  }
}

void accept_public_url(std::string& text) {
  auto url = canonical_url(text);
  if (!url) refuse("the address people type, without a path: https://chat.example.org");
  text = std::move(*url);
}

void accept_database_url(std::string& text) {
  // db::parse_address takes it apart, before anything is opened.
  if (!text.starts_with("mysql://") || !text::is_utf8(text) || text::has_controls(text)) {
    refuse(
        "mysql://user:password@host:port/database, or "
        "mysql://user@localhost/database?socket=/path; special characters percent-encoded");
  }
}

void accept_name(std::string& text) {
  if (!text::is_utf8(text) || text::has_controls(text) || text::is_blank(text) ||
      text::code_points(text) > 80) {
    refuse("1 to 80 visible characters");
  }
  text = std::string(text::trim(text));
}

void accept_signup(std::string& text) {
  if (text != "open" && text != "closed") refuse("open, or closed");
}

void accept_log_format(std::string& text) {
  if (text == "auto") text = isatty(STDERR_FILENO) != 0 ? "text" : "json";
  if (text != "json" && text != "text") refuse("json, text, or auto (text on a terminal)");
}

Setting log_level() {
  return {"CONFAB_LOG_LEVEL", "The least level that is logged: debug, info, warn, error, off",
          [](Config& config, const std::string& text) {
            const auto* known = std::find_if(kLevels.begin(), kLevels.end(),
                                             [&](const auto& row) { return row.first == text; });
            if (known == kLevels.end()) refuse("debug, info, warn, error, or off");
            config.log_level = known->second;
          },
          [](const Config& config) {
            return std::string(kLevels[static_cast<std::size_t>(config.log_level)].first);
          }};
}

Setting free_space_min() {
  return {"CONFAB_FREE_SPACE_MIN",
          "Free space in MB under which nothing new is stored; auto: 1000, or 5 % of the disk when "
          "that is more; 0: never refuses",
          [](Config& config, const std::string& text) {
            constexpr std::uint64_t kMost = 1'000'000'000;
            config.free_space_min_mb.reset();
            if (text == "auto") return;
            const auto value = whole_number<std::uint64_t>(text);
            if (!value || *value > kMost) refuse("auto, or a number of megabytes");
            config.free_space_min_mb = *value;
          },
          [](const Config& config) {
            return config.free_space_min_mb ? std::to_string(*config.free_space_min_mb)
                                            : std::string("auto");
          }};
}

std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view nearest(std::string_view variable) {
  const auto& rows = settings();
  return std::min_element(rows.begin(), rows.end(),
                          [&](const Setting& a, const Setting& b) {
                            return edits_between(a.variable, variable) <
                                   edits_between(b.variable, variable);
                          })
      ->variable;
}

/// What the operator wrote, fit for a terminal and a log.
std::string shown(const std::string& value) {
  constexpr std::size_t kLongest = 200;
  if (!text::is_utf8(value) || text::has_controls(value)) return "(not printable)";
  const std::string safe = without_password(value);
  return safe.size() <= kLongest ? '"' + safe + '"' : "(longer than 200 bytes)";
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> rows = {
      words("CONFAB_DATA", "Directory of everything the server keeps", &Config::data,
            [](std::string& text) { text = absolute_path(text); }),
      words("CONFAB_BIND", "Where the server listens: an IP address, or unix:/path", &Config::bind,
            accept_bind),
      number("CONFAB_PORT", "Port of the HTTP server; 0 takes any free one", &Config::port, 0,
             65535),
      words("CONFAB_PUBLIC_URL", "The address people type; empty: plain http where it listens",
            &Config::public_url, accept_public_url),
      Setting{"CONFAB_DATABASE_URL",
              "mysql://user:password@host:port/database; empty: the private database in "
              "CONFAB_DATA",
              [](Config& config, const std::string& text) {
                std::string value = text;
                accept_database_url(value);
                config.database_url = std::move(value);
              },
              [](const Config& config) { return without_password(config.database_url); }},
      words("CONFAB_NAME", "What this server is called on screen", &Config::name, accept_name),
      words("CONFAB_SIGNUP", "open: anyone may register; closed: nobody", &Config::signup,
            accept_signup),
      on_off("CONFAB_RATE_LIMITS", "off lifts the rate limits, for tests and benchmarks",
             &Config::rate_limits),
      on_off("CONFAB_UNSAFE_DURABILITY",
             "on starts although the database may lose what was acknowledged",
             &Config::unsafe_durability),
      words("CONFAB_FRONTEND", "Directory of the built browser application", &Config::frontend,
            [](std::string& text) { text = absolute_path(text); }),
      log_level(),
      words("CONFAB_LOG_FORMAT", "json, text, or auto (text when the log is a terminal)",
            &Config::log_format, accept_log_format),
      number("CONFAB_CONNECTIONS_PER_ADDRESS",
             "Connections and streams from one address; those of trusted proxies count by the "
             "address they name",
             &Config::connections_per_address, 1, 1'000'000),
      words("CONFAB_TRUSTED_PROXIES",
            "Addresses whose X-Forwarded-For is believed: 10.0.0.0/8, loopback, none; a unix "
            "socket's always is",
            &Config::trusted_proxies, [](std::string& text) { Networks::parse(text); }),
      Setting{"CONFAB_STREAM_HANDOVER",
              "auto: streams leave libmicrohttpd when it lets them; off: never",
              [](Config& config, const std::string& text) {
                if (text != "auto" && text != "off") refuse("auto, or off");
                config.stream_handover = text == "auto";
              },
              [](const Config& config) {
                return std::string(config.stream_handover ? "auto" : "off");
              }},
      number("CONFAB_HTTP_THREADS", "Threads that read and write connections",
             &Config::http_threads, 1, 64),
      number("CONFAB_WORK_THREADS", "Threads that answer requests", &Config::work_threads, 1, 512),
      number("CONFAB_DATABASE_CONNECTIONS", "Database connections for reading",
             &Config::database_connections, 1, 150),
      number("CONFAB_PASSWORD_MEMORY_KIB", "Memory that hashing one password takes",
             &Config::password_memory_kib, 8 * 1024, 1024 * 1024),
      words("CONFAB_AUDIT_CHECKPOINTS",
            "File, best on another machine's disk, that the audit log's signed checkpoints are "
            "also added to",
            &Config::audit_checkpoints, [](std::string& text) { text = absolute_path(text); }),
      free_space_min(),
      number<std::int64_t>("CONFAB_EVENT_DAYS", "How long events are kept for resuming streams",
                           &Config::event_days, 1, 365),
      number<std::int64_t>("CONFAB_EVENT_LIMIT", "How many events are kept at most",
                           &Config::event_limit, 10, 100'000'000),
      number("CONFAB_SLOW_REQUEST_MS",
             "Requests that take longer are logged as http.slow; 0: none is",
             &Config::slow_request_ms, 0, 600'000),
      number("CONFAB_METRICS_PORT",
             "Port on 127.0.0.1 that answers GET /metrics to everybody; 0: none",
             &Config::metrics_port, 0, 65535),
      words("CONFAB_METRICS_TOKEN_FILE",
            "File with the bearer token that opens GET /metrics on the main port; empty: closed",
            &Config::metrics_token_file, [](std::string& text) { text = absolute_path(text); }),
      elsewhere("CONFAB_MIGRATIONS", "Directory of the migrations (read by confab)"),
      elsewhere("CONFAB_DATABASE_POOL_MB",
                "Memory of the private database's buffer pool (read by confab)"),
      elsewhere("CONFAB_URL", "Server that the demo and the browser tests talk to"),
      elsewhere("CONFAB_TEST_SOCKET", "Socket of the database that the tests use"),
      elsewhere("CONFAB_BINARY", "Program that the browser tests start"),
      elsewhere("CONFAB_CHROMIUM", "Browser that the browser tests drive"),
  };
  return rows;
}

bool Config::plain_cookies() const {
  if (public_url.empty()) {
    return !bind.starts_with("unix:") && !is_loopback(bind);
  }
  constexpr std::string_view kPlain = "http://";
  if (!public_url.starts_with(kPlain)) return false;
  const auto place = host_and_port(public_url.substr(kPlain.size()));
  return !place || !is_loopback(place->first);
}

std::string Config::origin() const {
  if (!public_url.empty()) return canonical_url(public_url).value_or(public_url);
  std::string host = "127.0.0.1";
  if (!bind.starts_with("unix:") && !is_wildcard(bind)) {
    host = bind.find(':') != std::string::npos ? '[' + bind + ']' : bind;
  }
  return "http://" + host + (port == 80 ? "" : ':' + std::to_string(port));
}

Config load_config() {
  Config config;
  std::vector<FieldError> faults;
  const auto blame = [&](const std::string& variable, const std::string& text) {
    faults.push_back({'/' + variable, Code::invalid_value, variable + ": " + text});
  };
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view pair = *entry;
    if (!pair.starts_with(kPrefix)) continue;
    const auto equals = pair.find('=');
    const std::string variable(pair.substr(0, equals));
    const std::string value(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    const auto& rows = settings();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const Setting& each) { return each.variable == variable; });
    if (row == rows.end()) {
      blame(variable, "there is no such setting; the nearest is " + std::string(nearest(variable)) +
                          ". Unset it, or write that.");
    } else if (!value.empty()) {
      try {
        row->read(config, value);
      } catch (const Error& error) {
        blame(variable, shown(value) + " does not fit. It takes " + error.what() + ".");
      }
    }
  }
  if (!faults.empty()) {
    std::sort(faults.begin(), faults.end(),
              [](const FieldError& a, const FieldError& b) { return a.pointer < b.pointer; });
    std::string all;
    for (const auto& fault : faults) all += (all.empty() ? "" : "\n") + fault.detail;
    throw Error(Code::invalid_value, all, std::move(faults));
  }
  config.data = absolute_path(config.data);
  return config;
}

}  // namespace confab
