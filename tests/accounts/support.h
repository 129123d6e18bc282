#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "api/accounts/access/access.h"
#include "api/accounts/accounts.h"
#include "tests/world.h"

namespace confab::test {

inline const std::string kGoodPassword = "copper lantern 47 tide";

/// A browser on this machine.
inline accounts::Origin here() {
  return {
      .address = "127.0.0.1", .network = "127.0.0.1", .user_agent = "Firefox/140", .local = true};
}

/// A browser elsewhere that was never here before.
inline accounts::Origin elsewhere(const std::string& address = "203.0.113.7") {
  return {.address = address, .network = address, .user_agent = "Firefox/140"};
}

inline accounts::NewPerson newcomer(const std::string& username) {
  return {.email = username + "@example.org", .username = username, .password = kGoodPassword};
}

inline accounts::Admission registered(World& world, const std::string& username) {
  return accounts::register_person(world.app, newcomer(username), here(), std::nullopt);
}

inline accounts::Admission signed_in(World& world, const std::string& username,
                                     const accounts::Origin& origin = here()) {
  return accounts::sign_in(world.app, {.login = username, .password = kGoodPassword}, origin,
                           std::nullopt);
}

inline Code failed_sign_in(World& world, const std::string& login, const accounts::Origin& origin) {
  return code_of([&] {
    accounts::sign_in(world.app, {.login = login, .password = "not the password"}, origin,
                      std::nullopt);
  });
}

inline accounts::IdempotencyKey key(const std::string& name, const std::string& body = "body") {
  return {.key = name, .request_hash = crypto::sha256(body)};
}

inline void any_version(std::int64_t) {}

inline std::filesystem::path setup_code_file(const World& world) {
  return std::filesystem::path(world.config.data) / "setup-code";
}

inline std::string setup_code(const World& world) {
  std::ifstream file(setup_code_file(world));
  std::string code;
  std::getline(file, code);
  return code;
}

/// Whether the cookie's secret still vouches for somebody.
inline bool lets_in(World& world, const std::string& secret) {
  return accounts::vouch_for_secret(world.app, secret).has_value();
}

}  // namespace confab::test
