#pragma once

#include <filesystem>
#include <string>

namespace confab::ctl::run {

/// Opens a log for appending (mode 0600), to be used as the output of a process.
/// Throws `Failure` when it cannot.
int open_log(const std::filesystem::path& path);

/// Keeps a log that has grown past 16 MiB as `<path>.1` (.1 as .2, .2 as .3) and empties it in
/// place, because its writer holds it open. Lines written during the copy's last microseconds
/// are lost.
void rotate_log(const std::filesystem::path& path);

/// The last lines of a log, for a person who is told that something failed.
std::string last_lines(const std::filesystem::path& path, std::size_t lines);

}  // namespace confab::ctl::run
