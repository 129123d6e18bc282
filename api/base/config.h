#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/log.h"

namespace confab {

/// Every setting, read from the environment once at start. `settings()` is the
/// field list: it reads, validates and prints the manual.
struct Config {
  std::string data = "var";  ///< Absolute after load().
  std::string bind = "127.0.0.1";
  int port = 8470;
  std::string public_url;  ///< Empty: plain http at `bind` (at 127.0.0.1 when that is a wildcard).
  std::string database_url;
  std::string name = "Confab";
  std::string signup = "open";
  bool rate_limits = true;
  bool unsafe_durability = false;
  std::string frontend;  ///< Directory of the built SPA.
  log::Level log_level = log::Level::info;
  std::string log_format = "json";  ///< `json` or `text`; `auto` is settled while reading.
  int connections_per_address = 512;
  std::string trusted_proxies = "loopback";  ///< As Networks::parse reads it.
  bool stream_handover = true;
  int http_threads = 1;
  int work_threads = 64;
  int database_connections = 8;
  int password_memory_kib = 64 * 1024;
  std::string audit_checkpoints;  ///< Another file for the audit log's checkpoints; or empty.
  std::optional<std::uint64_t> free_space_min_mb;  ///< Unset: 1 GB or 5 %, the larger.
  std::int64_t event_days = 7;
  std::int64_t event_limit = 1'000'000;
  int slow_request_ms = 1000;  ///< 0: none is logged.
  int metrics_port = 0;        ///< 0: none.
  std::string metrics_token_file;

  bool shows_metrics() const { return metrics_port != 0 || !metrics_token_file.empty(); }

  /// True when cookies must do without `Secure`: people come over plain http to
  /// an address that is not their own machine.
  bool plain_cookies() const;
  std::string origin() const;  ///< `scheme://host[:port]` of the public URL.
};

/// One row of the manual. A variable that only another program of the house
/// reads is listed as well: `read` ignores it, `print` gives its text as it is.
struct Setting {
  std::string_view variable;  ///< `CONFAB_PORT`
  std::string_view meaning;
  /// Throws Error(invalid_value) whose text says what would fit.
  std::function<void(Config&, const std::string& text)> read;
  std::function<std::string(const Config&)> print;  ///< Without the database password.
};

const std::vector<Setting>& settings();

/// Reads the environment; an empty variable counts as absent. Throws
/// Error(invalid_value), one line and one field error for each variable at
/// fault: its name, its value and what would fit. A CONFAB_ variable that no
/// setting has is at fault too.
Config load_config();

}  // namespace confab
