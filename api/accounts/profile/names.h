#pragma once

#include <string>
#include <string_view>

#include "api/base/fields.h"

/// How the names of a person are written, and what they are found by.
namespace confab::accounts {

constexpr std::size_t kUsernameLeast = 3;
constexpr std::size_t kUsernameMost = 32;
constexpr std::size_t kEmailMost = 254;
constexpr std::size_t kDisplayNameMost = 80;
/// Nobody types more; what is longer is not worth hashing.
constexpr std::size_t kTypedPasswordMost = 1000;

/// 3 to 32 of the characters a-z, 0-9, `_`, `.` and `-`.
bool is_username(std::string_view text);
/// A username in lower case; what does not fit goes to `faults`.
std::string username_of(std::string_view text, Faults& faults);
/// An e-mail address without white space around it; likewise.
std::string email_of(std::string_view text, Faults& faults);
/// A display name without white space around it; likewise.
std::string display_name_of(std::string_view text, Faults& faults);

/// The folded words of a display name, each after one space: what a search for
/// the beginning of a word looks in.
std::string display_key_of(std::string_view display_name);

}  // namespace confab::accounts
