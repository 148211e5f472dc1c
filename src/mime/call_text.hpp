// The body of a call's mail and its words in a calendar, as SMS Backup+ words it. Decoding never reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smsbackup/mime.hpp"

namespace smsbackup::mime {

// "00:04:07"; more than 99 hours get more digits.
std::string duration_text(std::int64_t seconds);

// "incoming call", "missed call"…
std::string_view call_type_text(std::int64_t type, const Wording& wording);

// "267s (00:04:07)\n+44… (incoming call)"; without the first line for calls that were not taken.
std::string call_body(std::int64_t type, std::string_view number, std::int64_t duration, const Wording& wording);

// What an event in a calendar is called: "Called Bob". Two lines in it: "Number: +44… (outgoing call)", and how long it
// took unless it was missed. As SMS Backup+ words both.
std::string call_title(std::int64_t type, std::string_view name, const Wording& wording);
std::string call_description(std::int64_t type, std::string_view number, std::int64_t duration, const Wording& wording);

// Puts the name for the first "{}" of a phrase.
std::string with_name(std::string_view phrase, std::string_view name);

}  // namespace smsbackup::mime
