#pragma once

#include <memory>

namespace confab {

/// Deleter that hands the pointer to a C function.
///
///   using Magic = std::unique_ptr<magic_set, Calls<magic_close>>;
///
/// Declare such names in the one folder that wraps the library; nothing outside
/// that folder includes the library's header.
template <auto Function>
struct Calls {
  template <typename T>
  void operator()(T* handle) const noexcept {
    Function(handle);
  }
};

}  // namespace confab
