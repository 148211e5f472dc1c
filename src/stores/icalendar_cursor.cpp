#include "stores/icalendar_cursor.hpp"

#include <deque>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/batch_filler.hpp"
#include "stores/icalendar_reader.hpp"
#include "stores/line_reader.hpp"

namespace smsbackup::stores::icalendar {
namespace {

bool read_line(LineReader& lines, Reader& reader) {
  if (!lines.next_line()) return false;
  const std::string_view piece = lines.piece();
  reader.line(piece, lines.offset(), !piece.empty() && !lines.in_one_piece());
  return true;
}

class CalendarCursor final : public Cursor {
 public:
  CalendarCursor(InputFile file, Query query, const Limits& limits)
      : file_(std::move(file)),
        lines_(file_),
        query_(std::move(query)),
        limits_(limits),
        reader_([this](Event event) { events_.push_back(std::move(event)); }, limits) {}

  bool next(Batch& out) override {
    BatchFiller filler(query_, out);
    while (!filler.full() && read_event()) {
      take(std::move(events_.front()), filler);
      events_.pop_front();
    }
    if (events_.empty() && ended_ && !std::exchange(told_of_the_end_, true)) tell_of_the_end(filler);
    return filler.any();
  }

  Position position() const override { return {lines_.consumed(), file_.size()}; }

 private:
  bool read_event() {
    while (events_.empty() && !ended_) {
      if (read_line(lines_, reader_)) continue;
      reader_.end();
      ended_ = true;
      told_of_the_end_ = reader_.calendar_end().has_value();
    }
    return !events_.empty();
  }

  void take(Event event, BatchFiller& filler) {
    const std::string where = file_.path().string() + ", event " + std::to_string(event.number);
    if (event.call) {
      filler.record(std::move(*event.call), where);
      return;
    }
    if (event.damage.empty()) {
      filler.foreign();
      return;
    }
    Problem problem;
    problem.code = ErrorCode::corrupt_input;
    if (ended_ && !std::exchange(told_of_the_end_, true)) problem.code = ErrorCode::truncated_input;
    problem.where = where;
    problem.why = event.damage;
    problem.type = RecordType::call;
    problem.offset = event.offset;
    keep_raw(problem, event.raw, limits_);
    filler.problem(std::move(problem));
  }

  // Between two events; whether any is missing can't be told.
  void tell_of_the_end(BatchFiller& filler) {
    Problem problem;
    problem.code = ErrorCode::truncated_input;
    problem.where = file_.path().string() + ", byte " + std::to_string(lines_.consumed());
    problem.why = "the calendar has no end (END:VCALENDAR); events may be missing";
    problem.offset = lines_.consumed();
    filler.problem(std::move(problem));
  }

  InputFile file_;
  LineReader lines_;
  Query query_;
  Limits limits_;
  Reader reader_;
  std::deque<Event> events_;
  bool ended_ = false;
  bool told_of_the_end_ = false;  // or there is nothing to tell
};

}  // namespace

std::unique_ptr<Cursor> open_calendar(InputFile file, const Query& query, const Limits& limits) {
  return std::make_unique<CalendarCursor>(std::move(file), without_group(query), limits);
}

std::uint64_t survey(InputFile& file, const Limits& limits, const std::function<void(std::string)>& on_uid) {
  Reader reader([&](Event event) { on_uid(std::move(event.uid)); }, limits);
  LineReader lines(file);
  while (read_line(lines, reader)) {
  }
  reader.end();
  const std::string doing = "writing " + file.path().string();
  if (!reader.met_calendar()) throw Error(ErrorCode::unknown_format, doing + ": it is there and no calendar");
  if (!reader.calendar_end()) {
    throw Error(ErrorCode::truncated_input, doing + ": its end (END:VCALENDAR) is missing",
                "Mend the file, or name a new one.");
  }
  return *reader.calendar_end();
}

}  // namespace smsbackup::stores::icalendar
