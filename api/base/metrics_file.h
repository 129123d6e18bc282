#pragma once

#include <chrono>
#include <optional>
#include <string>

/// Metrics handed on in a file: for a process without an HTTP face, such as the worker.
namespace confab::metrics {

/// Where the worker of a data directory leaves its own.
std::string worker_file(const std::string& data);

/// How often a file is written, at the least.
constexpr std::chrono::seconds kFileEvery{10};

/// Replaces the file in one step. Throws Error(unavailable) when it cannot.
void write_file(const std::string& path, const std::string& text);

/// The text, unless it is so old that its writer must be gone.
std::optional<std::string> read_file(const std::string& path);

}  // namespace confab::metrics
