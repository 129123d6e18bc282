#pragma once

#include <filesystem>

#include "ops/ctl/run/data_folder.h"
#include "ops/ctl/run/process.h"

/// The private mariadbd: Debian's mariadb-server-core on a unix socket in the data folder.
namespace confab::ctl::run {

/// Makes an empty database directory when there is none: built beside it and renamed when whole,
/// so that a kill in the middle leaves nothing half done. Throws `Failure` when mariadbd is not
/// installed or refuses.
void bootstrap_database(const DataFolder& data);

/// How to start mariadbd. Writes the statements that open it to our own account; it sends
/// READY=1 to `notify_socket` once it takes connections.
Command database_command(const DataFolder& data, int pool_mb,
                         const std::filesystem::path& notify_socket);

}  // namespace confab::ctl::run
