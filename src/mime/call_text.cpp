#include "mime/call_text.hpp"

#include "mime/ascii.hpp"

namespace smsbackup::mime {
namespace {

// At least two characters, the sign among them, as Java's %02d.
void append_two(std::int64_t value, std::string& out) {
  if (value >= 0 && value < 10) out += '0';
  out += Decimal(value).view();
}

}  // namespace

std::string duration_text(std::int64_t seconds) {
  std::string text;
  append_two(seconds / 3600, text);
  text += ':';
  append_two(seconds % 3600 / 60, text);
  text += ':';
  append_two(seconds % 60, text);
  return text;
}

std::string_view call_type_text(std::int64_t type, const Wording& wording) {
  switch (type) {
    case call_outgoing:
      return wording.outgoing_call;
    case call_missed:
      return wording.missed_call;
    case call_voicemail:
      return wording.voicemail_call;
    case call_rejected:
      return wording.rejected_call;
    default:
      return wording.incoming_call;
  }
}

std::string call_body(std::int64_t type, std::string_view number, std::int64_t duration, const Wording& wording) {
  std::string text;
  if (type != call_missed && type != call_rejected) {
    text += Decimal(duration).view();
    text += "s (" + duration_text(duration) + ")\n";
  }
  text += number;
  text += " (";
  text += call_type_text(type, wording);
  text += ')';
  return text;
}

std::string call_title(std::int64_t type, std::string_view name, const Wording& wording) {
  switch (type) {
    case call_outgoing:
      return with_name(wording.outgoing_title, name);
    case call_missed:
      return with_name(wording.missed_title, name);
    case call_voicemail:
      return with_name(wording.voicemail_title, name);
    case call_rejected:
      return with_name(wording.rejected_title, name);
    default:
      return with_name(wording.incoming_title, name);
  }
}

std::string call_description(std::int64_t type, std::string_view number, std::int64_t duration,
                             const Wording& wording) {
  std::string text = with_name(wording.number_field, number);
  text += " (";
  text += call_type_text(type, wording);
  text += ")\n";
  if (type != call_missed) text += with_name(wording.duration_field, duration_text(duration));
  return text;
}

std::string with_name(std::string_view phrase, std::string_view name) {
  std::string text(phrase);
  if (const std::size_t at = text.find("{}"); at != std::string::npos) text.replace(at, 2, name);
  return text;
}

}  // namespace smsbackup::mime
