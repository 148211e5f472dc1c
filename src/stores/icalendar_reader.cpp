#include "stores/icalendar_reader.hpp"

#include <algorithm>

#include "model/base64.hpp"
#include "smsbackup/columns.hpp"
#include "stores/icalendar_writer.hpp"

namespace smsbackup::stores::icalendar {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_names(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == upper(y); });
}

// Where a piece of a content line ends: at the first of `ends` that stands in no quotes.
std::size_t piece_end(std::string_view line, std::string_view ends) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (!quoted && ends.find(line[i]) != std::string_view::npos) return i;
  }
  return std::string_view::npos;
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' || c == 'N' ? '\n' : c;
  }
  return out;
}

bool is_our_uid(std::string_view uid) {
  constexpr std::size_t digits = 32;
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return uid.size() > digits && uid.substr(digits) == uid_domain &&
         std::all_of(uid.begin(), uid.begin() + digits, is_digit);
}

}  // namespace

void Reader::line(std::string_view text, std::uint64_t offset, bool cut) {
  if (offset == 0 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!cut && text.ends_with('\r')) text.remove_suffix(1);
  if (text.starts_with(' ') || text.starts_with('\t')) {
    text.remove_prefix(1);
  } else {
    content_line();
    content_offset_ = offset;
  }
  const std::size_t room = longest_line - content_.size();
  content_cut_ = content_cut_ || cut || text.size() > room;
  content_ += text.substr(0, room);
}

void Reader::end() {
  content_line();
  if (in_event_) finish_event("the file ends within this event");
}

void Reader::content_line() {
  const std::string line = std::exchange(content_, {});
  const bool cut = std::exchange(content_cut_, false);
  if (line.empty()) return;
  if (in_event_ && event_.raw.size() < limits_.problem_raw) {
    event_.raw.append(line, 0, limits_.problem_raw - event_.raw.size());
    event_.raw += "\r\n";
  }
  std::string_view rest = line;
  const std::size_t name_end = piece_end(rest, ";:");
  if (name_end == std::string_view::npos) return;
  Property found;
  found.name = rest.substr(0, name_end);
  rest.remove_prefix(name_end);
  while (rest.front() == ';') {
    rest.remove_prefix(1);
    const std::size_t end = piece_end(rest, ";:");
    if (end == std::string_view::npos) return;
    found.base64 = found.base64 || equal_names(rest.substr(0, end), "ENCODING=BASE64");
    rest.remove_prefix(end);
  }
  found.value = rest.substr(1);
  if (equal_names(found.name, "BEGIN")) {
    begin(found.value);
  } else if (equal_names(found.name, "END")) {
    end_component(found.value);
  } else if (in_event_ && depth_ == event_depth_) {
    if (cut && found.name.starts_with("X-SMSBACKUP-")) wrong_ = "a line is longer than any that is written there";
    property(found);
  }
}

void Reader::begin(std::string_view component) {
  if (equal_names(component, "VCALENDAR")) {
    if (in_event_) finish_event("the event has no end");
    met_calendar_ = true;
    calendar_end_.reset();
    depth_ = 1;
    return;
  }
  if (!equal_names(component, "VEVENT")) {
    ++depth_;
    return;
  }
  if (in_event_) {
    finish_event("the event has no end");
    depth_ = event_depth_ - 1;
  }
  in_event_ = true;
  event_depth_ = ++depth_;
  event_ = Event();
  event_.number = ++events_;
  event_.offset = content_offset_;
  event_.raw = "BEGIN:VEVENT\r\n";
  call_ = Call();
  wrong_.clear();
}

void Reader::end_component(std::string_view component) {
  if (equal_names(component, "VCALENDAR")) {
    if (in_event_) finish_event("the event has no end");
    if (depth_ > 0) calendar_end_ = content_offset_;  // one that was never begun ends nothing
    depth_ = 0;
  } else if (in_event_ && equal_names(component, "VEVENT")) {
    finish_event({});
    depth_ = event_depth_ - 1;
  } else if (depth_ > (in_event_ ? event_depth_ : 1)) {
    --depth_;
  }
}

void Reader::property(const Property& found) {
  const auto integer = [&](Integer& column) {
    if (const std::optional<std::int64_t> value = parse_integer(found.value)) {
      column = *value;
    } else {
      wrong_ = "a column that should be a number is none";
    }
  };
  const auto text = [&](Text& column) {
    std::optional<std::string> value = found.base64 ? base64::decode(found.value) : unescaped(found.value);
    if (value) {
      column = std::move(*value);
    } else {
      wrong_ = "a column that should be base64 is none";
    }
  };
  if (equal_names(found.name, "UID")) {
    event_.uid = unescaped(found.value);
    event_.ours = is_our_uid(event_.uid);
  } else if (equal_names(found.name, date_property)) {
    integer(call_.date);
  } else if (equal_names(found.name, duration_property)) {
    integer(call_.duration);
  } else if (equal_names(found.name, type_property)) {
    integer(call_.type);
  } else if (equal_names(found.name, number_property)) {
    text(call_.number);
  } else if (equal_names(found.name, subject_property)) {
    text(call_.subject);
  }
}

void Reader::finish_event(std::string_view damage) {
  in_event_ = false;
  if (event_.ours) {
    event_.damage = damage.empty() ? wrong_ : std::string(damage);
    if (call_.date.has_value() && event_.damage.empty()) event_.call = std::move(call_);
  }
  if (event_.damage.empty()) event_.raw.clear();
  on_event_(std::exchange(event_, {}));
}

}  // namespace smsbackup::stores::icalendar
