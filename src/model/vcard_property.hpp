// One property of a vCard: "item1.TEL;TYPE=CELL,pref:+49 151 …", unfolded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/charset.hpp"

namespace smsbackup::model {

struct VcardProperty {
  std::string name;   // upper case, without the group before the dot
  std::string value;  // as written, but quoted-printable, base64 and charset undone: UTF-8
  int preference;     // 1 (most preferred) to 100; 101 without any

  // Takes the line apart. A line without a colon has an empty name.
  static VcardProperty parse(std::string_view line, CharsetConverter& charsets);
};

// The name alone, upper case; the line may be its first piece. Empty if neither ';' nor ':' ends it.
std::string vcard_property_name(std::string_view line);

// Whether the parameters before the colon ask for quoted-printable.
bool asks_for_quoted_printable(std::string_view parameters);

// Splits at each `separator` that has no backslash before it, and takes the backslashes away; what comes after
// `max_pieces` is left out. Version 2.1 knows backslashes before separators only.
std::vector<std::string> split_vcard_value(std::string_view value, char separator, std::size_t max_pieces,
                                           bool version_2);
// The value with its backslashes taken away.
std::string vcard_text(std::string_view value, bool version_2);

}  // namespace smsbackup::model
