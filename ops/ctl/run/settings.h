#pragma once

#include <filesystem>
#include <string>

#include "api/base/config.h"

namespace confab::ctl::run {

/// What the supervisor itself needs to know; the programs it starts read the rest themselves.
struct Settings {
  std::filesystem::path data;
  std::string bind;  ///< An address, or `unix:/path`.
  int port = 0;
  std::string database_url;  ///< Empty: a private mariadbd in the data folder.
  int pool_mb = 0;           ///< InnoDB buffer pool of the private mariadbd.
  std::filesystem::path self;
  std::filesystem::path api;
  std::filesystem::path worker;

  bool owns_database() const { return database_url.empty(); }
  bool on_unix_socket() const { return bind.starts_with("unix:"); }
  /// True when only this machine can reach the server.
  bool loopback_only() const;
  /// What a person on this machine opens: `http://127.0.0.1:8470`.
  std::string address() const;
};

/// Completes the configuration: takes a free port for port 0, finds the programs beside this one.
/// Throws `Failure` naming the variable or program that does not fit, or the port that is taken.
Settings settle(const Config& config);

}  // namespace confab::ctl::run
