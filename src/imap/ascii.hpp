// Letters of ASCII, whatever the locale says.
#pragma once

#include <string>
#include <string_view>

namespace smsbackup::imap {

inline std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

inline bool contains_ignoring_case(std::string_view text, std::string_view upper_case_part) {
  return upper(text).find(upper_case_part) != std::string::npos;
}

}  // namespace smsbackup::imap
