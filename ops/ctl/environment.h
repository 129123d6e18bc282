#pragma once

#include <filesystem>
#include <string>

#include "api/base/config.h"

/// What every command needs to know of the place it runs in.
namespace confab::ctl {

/// The settings of the environment. Throws `Failure` (config) for one that does not fit.
Config checked_config();

/// Name of the account this process runs as, which is also its name in the private database.
std::string os_user();

/// Where the private database of a data folder listens. Paths of unix sockets end at 107 bytes:
/// a data folder too deep for that is reached through a link in a private folder under
/// XDG_RUNTIME_DIR or /tmp. Throws `Failure` when that folder belongs to somebody else.
std::filesystem::path database_socket(const std::filesystem::path& data);

/// Address of the private database of a data folder, as `CONFAB_DATABASE_URL` has it.
std::string database_url_of(const std::filesystem::path& data);

/// The configured database, or the private one of the data folder.
std::string database_url(const Config& config);

}  // namespace confab::ctl
