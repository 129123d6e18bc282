#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/clock.h"
#include "api/base/config.h"
#include "api/base/crypto.h"
#include "api/db/pool.h"
#include "api/db/writer.h"

namespace confab::audit {

/// Where every node's chain ended at a moment, signed by the server: who can write
/// to the database but has not the server's key can neither cut a chain off before
/// it nor write it anew.
///
/// As text one line: `confab-audit-checkpoint v1 <server tag> <time> <key id>
/// <node>:<pos>:<hash in hex>,... <signature>`, `-` when no node has rows. The
/// Ed25519 signature (base64url) is of everything before the last space.
struct Checkpoint {
  struct Head {
    std::uint32_t node = 0;
    std::uint64_t pos = 0;
    std::string hash;  ///< 32 bytes.
  };
  std::string tag;  ///< Of the database, as in `server`.
  Time at;
  std::vector<Head> heads;

  std::string text(const crypto::Keys& keys) const;
  /// Throws Error(invalid_value) saying what is wrong with the line, a signature
  /// of another key included.
  static Checkpoint parse(std::string_view line, const crypto::Keys& keys);
};

/// Where the chains end now.
Checkpoint take_checkpoint(db::Pool& pool, Time now);

/// Adds a line to a file that only this user can read, and returns once it is on
/// the disk. An unfinished line that a crash has left is cut off first.
/// Throws Error(internal).
void append_line(const std::string& path, const std::string& line);
/// The last complete line of a file; nothing when there is none.
std::optional<std::string> last_line(const std::string& path);
/// `use(line, number)` for each complete line. Throws Error(not_found) when the
/// file cannot be read.
void each_line(const std::string& path,
               const std::function<void(const std::string&, std::size_t)>& use);

/// `<data>/audit/checkpoints.log`
std::string checkpoint_file(const Config& config);

/// Looks whether the chains still hold what the last checkpoint says, and logs an
/// error for each that does not; then adds a checkpoint to the file, and to the
/// one that CONFAB_AUDIT_CHECKPOINTS names. Returns how many do not. Throws Error.
std::size_t keep_checkpoint(db::Pool& pool, db::Writer& writer, const crypto::Keys& keys,
                            const Config& config, Time now);

}  // namespace confab::audit
