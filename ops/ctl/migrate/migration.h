#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace confab::ctl::migrate {

/// One file `NNNN_subject.sql`.
struct Migration {
  unsigned version = 0;
  std::string name;  ///< `0001_accounts`
  std::vector<std::string> statements;

  /// SHA-256 of the first `count` statements, in hex. Comments and the space between statements
  /// do not count, so a remark can still be added to a file that has been run.
  std::string checksum(std::size_t count) const;
};

/// `CONFAB_MIGRATIONS`, or the folder that came with this program.
std::filesystem::path migrations_folder();

/// Reads all migrations in order. Throws `Failure` (data) when a name does not fit, a number is
/// missing or there twice, or a statement could not be repeated after a kill.
std::vector<Migration> load_migrations(const std::filesystem::path& folder);

}  // namespace confab::ctl::migrate
