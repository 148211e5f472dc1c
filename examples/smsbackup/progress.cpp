#include "progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tool {
namespace {

using Stage = smsbackup::Progress::Stage;
using Seconds = std::chrono::duration<double>;

constexpr auto redraw_interval = std::chrono::milliseconds(100);

// Of a position that has a total; which is a hint only.
double done_share(const smsbackup::Position& position) {
  return std::min(1.0, static_cast<double>(position.done) / static_cast<double>(*position.total));
}

std::string bar(double share, int cells, bool unicode) {
  const int full = static_cast<int>(std::lround(share * cells));
  std::string drawn;
  for (int i = 0; i < cells; ++i) drawn += i < full ? (unicode ? "█" : "#") : (unicode ? "░" : ".");
  return drawn;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

ProgressLine::ProgressLine(Console& console, ProgressMode mode, std::string work, std::size_t sources)
    : console_(console), style_(Style::off), work_(std::move(work)), sources_(sources) {
  if (mode == ProgressMode::never) return;
  if (console.terminal().interactive) {
    style_ = Style::redrawn;
  } else if (mode == ProgressMode::always) {
    style_ = Style::plain;
  }
}

void ProgressLine::update(const smsbackup::Progress& progress) {
  if (style_ == Style::off) return;
  const Clock::time_point now = Clock::now();
  if (progress.source != source_name_ || source_number_ == 0) {
    source_name_ = progress.source;
    source_start_ = now;
    source_number_ = std::min(source_number_ + 1, sources_);
  }
  last_ = progress;
  last_.source = {};  // the view ends with the call
  started_ = true;
  if (style_ != Style::redrawn || now - drawn_ < redraw_interval) return;
  console_.set_status(render(terminal_width(stderr), now));
  drawn_ = now;
}

void ProgressLine::close(bool complete) {
  if (!started_) return;
  started_ = false;
  complete_ = complete;
  if (complete) {
    last_.stage = Stage::copying;
    last_.position.total = std::max<std::uint64_t>(1, last_.position.total.value_or(1));
    last_.position.done = *last_.position.total;
  }
  const Clock::time_point now = Clock::now();
  if (style_ == Style::plain) return console_.print(render(80, now));
  console_.set_status(render(terminal_width(stderr), now));
  console_.keep_status();
}

std::string ProgressLine::render(int width, Clock::time_point now) const {
  const Terminal& terminal = console_.terminal();
  const double elapsed = Seconds(now - start_).count();
  const std::uint64_t records = last_.stage == Stage::reading_keys ? last_.keys : last_.counts.read;
  const bool measured = last_.stage != Stage::reading_keys && last_.position.total.value_or(0) > 0;
  const double share = measured ? done_share(last_.position) : 0;

  std::string head = work_;
  if (complete_) {
    head = "Done";
  } else if (last_.stage == Stage::reading_keys) {
    head = "Looking what is there";
  } else if (last_.stage == Stage::finishing) {
    head = "Finishing";
  } else if (sources_ > 1) {
    head += fmt::format(" {}/{}", source_number_, sources_);
  }
  std::string tail = fmt::format("{} records", grouped(records));
  if (elapsed > 0.05) tail += fmt::format("  {}/s", grouped(static_cast<std::uint64_t>(double(records) / elapsed)));
  const double source_elapsed = Seconds(now - source_start_).count();
  if (measured && share > 0 && share < 1 && source_elapsed > 1) {
    tail += fmt::format("  {} left", clock_text(source_elapsed * (1 - share) / share));
  }
  if (measured) tail = fmt::format("{:3.0f}%  {}", share * 100, tail);

  // One column stays free: a terminal wraps when the last one is written. What doesn't fit goes in this order: bar,
  // head, the end of the tail.
  const int room = width - 1;
  const int cells = std::min(30, room - static_cast<int>(head.size() + tail.size()) - 4);
  if (measured && cells >= 5) {
    return fmt::format("{}  {}  {}", head, paint(terminal, Colour::cyan, bar(share, cells, terminal.unicode)), tail);
  }
  std::string line = static_cast<int>(head.size() + tail.size()) + 2 <= room ? fmt::format("{}  {}", head, tail) : tail;
  line.resize(std::min(line.size(), static_cast<std::size_t>(std::max(room, 0))));
  return line;
}

}  // namespace tool
