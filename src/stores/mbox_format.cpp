#include "stores/mbox_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "stores/line_scan.hpp"

namespace smsbackup::stores {
namespace {

constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view from = "From ";

// Longer "From " lines than any program writes are text.
constexpr std::size_t longest_from_line = 1000;

template <std::size_t Size>
bool is_one_of(std::string_view word, const std::array<std::string_view, Size>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_day(std::string_view word) {
  return !word.empty() && word.size() <= 2 && std::all_of(word.begin(), word.end(), is_digit);
}

// "6:13", "06:13" or "06:13:36"
bool is_time(std::string_view word) {
  const auto colon = word.find(':');
  return is_day(word.substr(0, colon)) && colon != std::string_view::npos && word.size() >= colon + 3 &&
         is_digit(word[colon + 1]) && is_digit(word[colon + 2]);
}

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

// Takes the first word off the line; empty if there is none.
std::string_view take_word(std::string_view& line) noexcept {
  const char* const limit = line.data() + line.size();
  const char* const first = std::find_if_not(line.data(), limit, is_blank);
  const char* const end = std::find_if(first, limit, is_blank);
  line = std::string_view(end, static_cast<std::size_t>(limit - end));
  return {first, static_cast<std::size_t>(end - first)};
}

}  // namespace

std::string mbox_from_line(std::int64_t time) {
  using namespace std::chrono;
  const sys_seconds moment(floor<seconds>(milliseconds(time)));
  // asctime() has four digits for the year, and so have those who read this.
  const auto first = sys_seconds(sys_days(year(1970) / 1 / 1));
  const auto last = sys_seconds(sys_days(year(10000) / 1 / 1)) - seconds(1);
  const sys_seconds shown = std::clamp(moment, first, last);
  const auto day = floor<days>(shown);
  const year_month_day date(day);
  const hh_mm_ss clock(shown - day);
  return fmt::format("From smsbackup@localhost {} {} {:2} {:02}:{:02}:{:02} {:04}\n",
                     weekdays[weekday(day).c_encoding()], months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), static_cast<int>(date.year()));
}

bool is_mbox_from_line(std::string_view line) {
  if (!line.starts_with(from) || line.size() > longest_from_line) return false;
  line.remove_prefix(from.size());
  std::array<std::string_view, 4> words;
  do {
    std::shift_left(words.begin(), words.end(), 1);
    words.back() = take_word(line);
    if (is_one_of(words[0], weekdays) && is_one_of(words[1], months) && is_day(words[2]) && is_time(words[3])) {
      return true;
    }
  } while (!words.back().empty());
  return false;
}

void MboxReader::append(std::string_view bytes) {
  const std::uint64_t room = mail_limit_ - std::min(mail_limit_, mail_.size());
  over_limit_ = over_limit_ || bytes.size() > room;
  mail_.append(bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), room))));
}

void MboxReader::add_line(std::string_view first_piece) {
  append(held_line_end_);
  held_line_end_.clear();
  if (first_piece.starts_with('>') && is_quoted_from(first_piece)) first_piece.remove_prefix(1);
  for (auto piece = first_piece; !piece.empty(); piece = lines_.piece()) append(piece);
  if (lines_.terminated()) append("\n");
}

std::optional<std::uint64_t> next_mbox_mail(InputFile& file, std::uint64_t start) {
  file.seek(start - 1);
  LineReader lines(file);
  // The rest of the line that the byte before belongs to.
  lines.next_line();
  while (lines.next_line()) {
    if (is_mbox_from_line(lines.piece())) return lines.offset();
  }
  return std::nullopt;
}

// Nearly all mails: it lies in the buffer as a whole, with the next one's "From " line behind it, and no line of it has
// to lose a '>'. False for all others, and then nothing has happened.
bool MboxReader::next_in_place() {
  std::size_t next = 0;
  for (std::size_t begin = 0;; begin = next + 1) {
    std::string_view text = lines_.unread();
    next = find_line(text, begin, 'F', '>');
    while (next == std::string_view::npos) {
      // What was looked at is not looked at again, but for a line end that the next line may follow.
      const std::size_t seen = text.size() - std::min<std::size_t>(text.size(), 1);
      if (!lines_.read_more()) return false;
      text = lines_.unread();
      next = find_line(text, std::max(begin, seen), 'F', '>');
    }
    std::size_t line_end = text.find('\n', next);
    while (line_end == std::string_view::npos) {
      const std::size_t seen = text.size();
      if (seen - next > longest_from_line || !lines_.read_more()) return false;
      text = lines_.unread();
      line_end = text.find('\n', seen);
    }
    const std::string_view line = text.substr(next, line_end - next);
    if (line.starts_with('>') && is_quoted_from(line)) return false;
    if (!is_mbox_from_line(line)) continue;

    std::string_view mail = text.substr(0, next);
    // The empty line in front of a "From " line belongs to the file.
    if (mail == "\n" || mail.ends_with("\n\n")) {
      mail.remove_suffix(1);
    } else if (mail == "\r\n" || mail.ends_with("\n\r\n")) {
      mail.remove_suffix(2);
    }
    if (mail.size() > mail_limit_) return false;
    in_place_ = mail;
    offset_ = next_offset_;
    lines_.skip(next);
    next_offset_ = lines_.consumed();
    lines_.skip(line.size() + 1);
    ended_ = next_offset_ >= end_;
    ++number_;
    return true;
  }
}

bool MboxReader::next() {
  if (ended_) return false;
  over_limit_ = false;
  in_place_ = {};
  if (at_from_line_ && next_in_place()) return true;
  mail_.clear();
  held_line_end_.clear();
  bool any = at_from_line_;
  offset_ = next_offset_;
  at_from_line_ = false;
  while (lines_.next_line()) {
    const std::string_view first_piece = lines_.piece();
    // A file that is cut off inside a "From " line must not lend that piece to the mail before it.
    const bool is_cut_from_line = !lines_.terminated() && !held_line_end_.empty() &&
                                  first_piece.size() < longest_from_line &&
                                  (from.starts_with(first_piece) || first_piece.starts_with(from));
    if (is_mbox_from_line(first_piece) || is_cut_from_line) {
      if (any) {
        at_from_line_ = true;
        next_offset_ = lines_.offset();
        ended_ = next_offset_ >= end_;
        break;
      }
      any = true;
      offset_ = lines_.offset();
      continue;
    }
    const bool blank = first_piece.empty() || first_piece == "\r";
    if (!any) {
      // Empty lines before the first mail are nothing; anything else is a mail that lost its first line.
      if (blank && lines_.terminated()) continue;
      any = true;
      offset_ = lines_.offset();
    }
    if (blank && lines_.terminated()) {
      append(held_line_end_);
      held_line_end_.assign(first_piece);
      held_line_end_ += '\n';
      continue;
    }
    add_line(first_piece);
  }
  if (any) ++number_;
  return any;
}

}  // namespace smsbackup::stores
