#include "api/base/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace confab {

int raise_descriptor_limit() {
  constexpr rlim_t kMost = 1 << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlimit raised{.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kMost)),
                      .rlim_max = limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<int>(std::min(limit.rlim_cur, kMost));
}

}  // namespace confab
