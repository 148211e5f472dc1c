// Reads iCalendar (RFC 5545) line by line: which events are ours, what is damaged, and where more can be added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "smsbackup/limits.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::stores::icalendar {

// One event, or as much of it as could be read.
struct Event {
  std::uint64_t number = 0;  // of all events, from 1
  std::uint64_t offset = 0;  // of its BEGIN line
  std::string uid;           // "" if it has none
  bool ours = false;
  std::optional<Call> call;  // of ours, unless its columns are gone
  std::string damage;        // of ours; "" if there is none
  std::string raw;           // of a damaged one: its lines, unfolded, as many as the limits allow
};

class Reader {
 public:
  using OnEvent = std::function<void(Event)>;

  Reader(OnEvent on_event, const Limits& limits) : on_event_(std::move(on_event)), limits_(limits) {}

  // A physical line without its LF, and where it begins. `cut`: the line goes on behind what was given.
  void line(std::string_view text, std::uint64_t offset, bool cut);
  // No more lines come.
  void end();

  bool met_calendar() const noexcept { return met_calendar_; }
  // Where the last END:VCALENDAR line begins, if no other calendar was begun after it.
  std::optional<std::uint64_t> calendar_end() const noexcept { return calendar_end_; }

 private:
  struct Property {
    std::string_view name;
    bool base64 = false;
    std::string_view value;
  };

  void content_line();
  void begin(std::string_view component);
  void end_component(std::string_view component);
  void property(const Property& found);
  void finish_event(std::string_view damage);

  OnEvent on_event_;
  Limits limits_;

  std::string content_;  // the content line so far, unfolded
  std::uint64_t content_offset_ = 0;
  bool content_cut_ = false;

  std::size_t depth_ = 0;  // components that are open, the calendar among them
  bool in_event_ = false;
  std::size_t event_depth_ = 0;
  std::uint64_t events_ = 0;
  Event event_;
  Call call_;
  std::string wrong_;  // in the columns of the event

  bool met_calendar_ = false;
  std::optional<std::uint64_t> calendar_end_;
};

}  // namespace smsbackup::stores::icalendar
