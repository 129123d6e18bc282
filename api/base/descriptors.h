#pragma once

namespace confab {

/// Raises this process's limit of open descriptors as far as it may, a million at
/// most, and returns it. Children inherit it.
int raise_descriptor_limit();

}  // namespace confab
