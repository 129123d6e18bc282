#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace confab::ctl::migrate {

/// Splits SQL at the semicolons that end statements: not those in strings, quoted names and
/// comments. Comments between statements are dropped, and so are empty statements.
/// Throws `Failure` (data) when a string or comment does not end, or for a DELIMITER line.
std::vector<std::string> split_statements(std::string_view sql);

/// Why running the statement a second time could fail or do something twice, in words; empty
/// when it is harmless. A kill may come after the database ran a statement and before that was
/// noted down, so every statement of a migration has to bear a repetition.
std::string why_not_repeatable(std::string_view statement);

}  // namespace confab::ctl::migrate
