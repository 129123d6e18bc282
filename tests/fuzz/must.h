#pragma once

#include <cstdlib>

/// A promise that the fuzzer looks for a way around.
inline void must(bool promise) {
  if (!promise) std::abort();
}
