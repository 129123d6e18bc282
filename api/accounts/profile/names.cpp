#include "api/accounts/profile/names.h"

#include <algorithm>
#include <array>

#include "api/base/text.h"

namespace confab::accounts {

namespace {

constexpr std::size_t kDisplayKeyMost = 320;

/// Names that address many people at once in a message.
constexpr std::array<std::string_view, 4> kReserved = {"all", "channel", "everyone", "here"};

void blame(Faults& faults, const char* pointer, std::string detail) {
  faults.push_back({pointer, Code::invalid_value, std::move(detail)});
}

bool is_username_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool has_gap(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

}  // namespace

bool is_username(std::string_view text) {
  return text.size() >= kUsernameLeast && text.size() <= kUsernameMost &&
         std::all_of(text.begin(), text.end(), is_username_character);
}

std::string username_of(std::string_view text, Faults& faults) {
  std::string name(text::trim(text));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!is_username(name)) {
    blame(faults, "/username", "Use 3 to 32 of the characters a-z, 0-9, `_`, `.` and `-`.");
  } else if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) {
    blame(faults, "/username", "This name is reserved. Choose another.");
  }
  return name;
}

std::string email_of(std::string_view text, Faults& faults) {
  std::string email(text::trim(text));
  const auto at = email.find('@');
  const bool one_at = at != std::string::npos && email.find('@', at + 1) == std::string::npos;
  if (!one_at || at == 0 || at + 1 == email.size() || has_gap(email) || text::has_controls(email) ||
      text::code_points(email) > kEmailMost || text::code_points(text::fold(email)) > kEmailMost) {
    blame(faults, "/email", "Must be an e-mail address like ana@example.org.");
  }
  return email;
}

std::string display_name_of(std::string_view text, Faults& faults) {
  std::string name(text::trim(text));
  if (text::is_blank(name) || text::has_controls(name) ||
      text::code_points(name) > kDisplayNameMost) {
    blame(faults, "/display_name", "Use 1 to 80 visible characters on one line.");
  }
  return name;
}

std::string display_key_of(std::string_view display_name) {
  std::string key;
  bool in_word = false;
  for (const char c : text::fold(display_name)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter && !in_word) key += ' ';
    if (letter) key += c;
    in_word = letter;
  }
  // Folding can lengthen a text (one ligature to a phrase); the start will do.
  std::size_t points = 0;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(key[i]) & 0xc0) != 0x80;
    if (starts && points++ == kDisplayKeyMost) {
      key.resize(i);
      break;
    }
  }
  return key;
}

}  // namespace confab::accounts
