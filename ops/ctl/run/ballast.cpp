#include "ops/ctl/run/ballast.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "api/base/log.h"

namespace confab::ctl::run {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kSize = 64U * 1024 * 1024;
constexpr std::uintmax_t kPlenty = 4 * kSize;

/// Nothing is said to be there when the disk cannot be asked.
std::uintmax_t free_at(const fs::path& folder) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  return error ? 0 : space.available;
}

}  // namespace

void Ballast::keep() const {
  if (::access(path_.c_str(), F_OK) == 0 || free_at(path_.parent_path()) < kPlenty) return;
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return;
  const int refusal = ::posix_fallocate(file, 0, kSize);
  ::close(file);
  if (refusal == 0) {
    log::info("run.ballast", {{"what", "made"}, {"bytes", kSize}});
    return;
  }
  ::unlink(path_.c_str());
  log::warn("run.ballast", {{"what", std::generic_category().message(refusal)}});
}

void Ballast::drop_if_full() const {
  if (free_at(path_.parent_path()) >= kSize) return;
  if (::unlink(path_.c_str()) != 0) return;
  log::error("run.ballast", {{"what", "the disk is full: removed, so that the database can start"},
                             {"bytes", kSize}});
}

}  // namespace confab::ctl::run
