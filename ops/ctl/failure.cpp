#include "ops/ctl/failure.h"

#include <cerrno>
#include <cstring>

namespace confab::ctl {

std::string with_errno(const std::string& doing) { return doing + ": " + std::strerror(errno); }

}  // namespace confab::ctl
