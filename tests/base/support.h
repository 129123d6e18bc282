#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <random>
#include <string>

#include "api/base/error.h"

namespace confab {

/// The code that `run` is refused with, or nothing when it is not.
inline std::optional<Code> refused(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

/// What the refusal of `run` says; empty when it is not refused.
inline std::string complaint(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// A random source for a property test. Its seed stands beside every failure;
/// SEED=number in the environment runs that one again.
class Seeded {
 public:
  Seeded() : seed_(from_environment()), engine_(seed_) {}

  std::uint64_t seed() const { return seed_; }
  std::uint64_t operator()() { return engine_(); }
  /// From 0 to `below` - 1.
  std::size_t below(std::size_t below) { return engine_() % below; }

 private:
  static std::uint64_t from_environment() {
    const char* text = std::getenv("SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device()();
  }

  std::uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace confab
