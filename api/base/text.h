#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace confab::text {

/// True for well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

/// Number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text);

/// Appends a code point other than a surrogate as UTF-8.
void append_code_point(std::string& out, char32_t point);

/// Without white space (Unicode's White_Space) at both ends.
std::string_view trim(std::string_view text);

/// True when nothing in `text` would show: only white space, zero-width,
/// control, format, ignorable and unassigned characters.
bool is_blank(std::string_view text);

/// True when `text` holds a control character (C0, DEL, C1), a line or paragraph
/// separator, or a character that turns the direction of what follows
/// (U+202A..202E, U+2066..2069).
bool has_controls(std::string_view text);

/// Case-folded NFKC: what two names share when people would take one for the other.
std::string fold(std::string_view text);

/// `%41%20` and `+` (in a query) decoded; nothing for a broken escape or bad UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

}  // namespace confab::text
