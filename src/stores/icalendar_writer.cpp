#include "stores/icalendar_writer.hpp"

#include <algorithm>
#include <cstdint>

#include "mime/call_text.hpp"
#include "model/base64.hpp"
#include "model/unicode.hpp"
#include "smsbackup/key.hpp"
#include "smsbackup/time.hpp"
#include "smsbackup/version.hpp"

namespace smsbackup::stores::icalendar {
namespace {

constexpr std::size_t line_octets = 75;  // RFC 5545 section 3.1, without the line end

constexpr std::int64_t first_second = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t last_second = 253402300799;   // 9999-12-31T23:59:59Z

std::int64_t second_of(std::int64_t ms) { return ms / 1000 - (ms % 1000 < 0 ? 1 : 0); }

// "20200913T122640Z"
std::string utc(std::int64_t second) {
  std::string text = format_iso8601(second * 1000);
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }), text.end());
  return text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Text that comes back to the byte.
void add_exact(std::string_view property, const Text& text, std::string& out) {
  if (!text.has_value()) return;
  if (model::utf8_prefix(*text, false) == text->size() && std::none_of(text->begin(), text->end(), is_control)) {
    return add_line(property, escaped_text(*text), out);
  }
  std::string encoded;
  base64::encode(*text, encoded);
  add_line(std::string(property) + ";ENCODING=BASE64;VALUE=BINARY", encoded, out);
}

void add_exact(std::string_view property, const Integer& number, std::string& out) {
  if (number.has_value()) add_line(property, std::to_string(*number), out);
}

}  // namespace

std::string escaped_text(std::string_view text) {
  const std::string valid = model::to_valid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < valid.size() && valid[i + 1] == '\n') continue;
      out += "\\n";
    } else {
      out += is_control(c) && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

void add_line(std::string_view property, std::string_view value, std::string& out) {
  std::string line(property);
  line += ':';
  line += value;
  std::size_t at = 0;
  std::size_t room = line_octets;
  while (line.size() - at > room) {
    std::size_t end = at + room;
    const auto is_inside_character = [&] { return (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80; };
    for (int back = 0; back < 3 && is_inside_character(); ++back) --end;
    out.append(line, at, end - at);
    out += "\r\n ";
    at = end;
    room = line_octets - 1;  // the blank counts
  }
  out.append(line, at);
  out += "\r\n";
}

std::string prologue() {
  std::string text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";
  add_line("PRODID", "-//smsbackup//smsbackup " + escaped_text(version()) + "//EN", text);
  return text + "CALSCALE:GREGORIAN\r\n";
}

std::string uid_of(const Call& call) {
  // As a record, so that the digest keeps the pieces apart.
  Sms identity;
  identity.subject = call.number;
  identity.body = std::to_string(call.date.value_or(0)) + ' ' + content_digest(call, DedupLevel::exact).hex();
  return content_digest(identity, DedupLevel::exact).hex() + std::string(uid_domain);
}

std::optional<std::string> why_not(const Call& call) {
  if (!call.date.has_value()) return "a calendar takes no call without a date";
  const std::int64_t second = second_of(*call.date);
  if (second < first_second || second > last_second) {
    return "a calendar takes no call that is not between the years 1 and 9999";
  }
  for (const Text* text : {&call.number, &call.subject}) {
    // Escaping and base64 make a text twice as long at most; names of properties take their share.
    if (text->has_value() && (*text)->size() > longest_line / 2 - 128) {
      return "its number or subject is too long for a calendar";
    }
  }
  return std::nullopt;
}

void EventWriter::write(const Call& call, std::string_view uid, std::string& out) {
  std::optional<std::string_view> number;
  if (call.number.has_value()) number = *call.number;
  const mime::KnownPerson& person = people_.find(number);
  const std::int64_t type = call.type.value_or(call_incoming);
  const std::int64_t duration = call.duration.value_or(0);
  const std::int64_t begin = second_of(*call.date);
  const Wording& wording = options_.wording;

  out += "BEGIN:VEVENT\r\n";
  add_line("UID", uid, out);
  add_line("DTSTAMP", utc(std::clamp(second_of(options_.clock()), first_second, last_second)), out);
  add_line("DTSTART", utc(begin), out);
  // DTEND must be later than DTSTART; without it the event ends where it begins.
  if (duration > 0 && duration <= last_second - begin) add_line("DTEND", utc(begin + duration), out);
  add_line("SUMMARY", escaped_text(mime::call_title(type, person.name, wording)), out);
  add_line("DESCRIPTION", escaped_text(mime::call_description(type, person.number, duration, wording)), out);
  add_line("CATEGORIES", escaped_text(options_.call_folder), out);
  out += "STATUS:CONFIRMED\r\n";
  out += "TRANSP:TRANSPARENT\r\n";  // nobody is busy for having telephoned
  out += "CLASS:PRIVATE\r\n";       // who shares a calendar need not share whom he telephones with
  add_exact(date_property, call.date, out);
  add_exact(duration_property, call.duration, out);
  add_exact(type_property, call.type, out);
  add_exact(number_property, call.number, out);
  add_exact(subject_property, call.subject, out);
  out += "END:VEVENT\r\n";
}

}  // namespace smsbackup::stores::icalendar
