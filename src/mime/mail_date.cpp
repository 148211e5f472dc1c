#include "mime/mail_date.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>

#include "mime/ascii.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t days_kept = 2048;
constexpr std::int64_t no_day = std::numeric_limits<std::int64_t>::min();

constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept {
  return value / by - (value % by < 0 ? 1 : 0);
}

// Years before 0 can't be written; the end leaves room for any zone's offset.
constexpr std::int64_t first_ms = -719'527 * day_ms;  // 0000-01-02
constexpr std::int64_t last_ms = std::numeric_limits<std::int64_t>::max() - 2 * day_ms;

constexpr char weekdays[] = "SunMonTueWedThuFriSat";
constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

char* two_digits(unsigned value, char* to) noexcept {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
  return to + 2;
}

struct Parts {
  unsigned weekday;
  unsigned day;
  unsigned month;
  std::int64_t year;
  unsigned second_of_day;
};

Parts parts_of(std::int64_t local_ms) noexcept {
  // The calendar repeats every 400 years, and the standard library's ends at the year 32767.
  constexpr std::int64_t days_per_era = 146'097;
  const std::int64_t days = floor_div(local_ms, day_ms);
  const std::int64_t era = floor_div(days, days_per_era);
  const std::chrono::sys_days date{std::chrono::days(static_cast<int>(days - era * days_per_era))};
  const std::chrono::year_month_day ymd(date);
  return {static_cast<unsigned>(((days + 4) % 7 + 7) % 7), static_cast<unsigned>(ymd.day()),
          static_cast<unsigned>(ymd.month()), static_cast<int>(ymd.year()) + era * 400,
          static_cast<unsigned>((local_ms - days * day_ms) / 1000)};
}

char* write_time(unsigned second_of_day, char* to) noexcept {
  to = two_digits(second_of_day / 3600, to);
  *to++ = ':';
  to = two_digits(second_of_day / 60 % 60, to);
  *to++ = ':';
  return two_digits(second_of_day % 60, to);
}

char* write_month(unsigned month, char* to) noexcept {
  *to++ = ' ';
  std::memcpy(to, months + (month - 1) * 3, 3);
  to[3] = ' ';
  return to + 4;
}

// At least four digits.
char* write_year(std::int64_t year, char* to) noexcept {
  if (year >= 0 && year < 10'000) {
    to = two_digits(static_cast<unsigned>(year) / 100, to);
    return two_digits(static_cast<unsigned>(year) % 100, to);
  }
  return std::to_chars(to, to + 12, year).ptr;
}

}  // namespace

MailDates::MailDates(TimeZone zone) : zone_(std::move(zone)), days_(days_kept, Day{no_day, 0}) {}

std::int32_t MailDates::offset_at(std::int64_t utc_ms) {
  const std::int64_t number = floor_div(utc_ms, day_ms);
  Day& day = days_[static_cast<std::size_t>(static_cast<std::uint64_t>(number) % days_kept)];
  if (day.number == number) return day.offset;
  const std::int32_t at_start = zone_(number * day_ms);
  if (at_start == zone_((number + 1) * day_ms - 1)) {
    day = {number, at_start};
    return at_start;
  }
  return zone_(utc_ms);
}

void MailDates::add(std::int64_t utc_ms, MailBuffer& out) {
  const std::int64_t ms = std::clamp(utc_ms, first_ms, last_ms);
  // The header has room for whole minutes only, up to a day; old local times have seconds.
  const std::int32_t minutes = std::clamp(offset_at(ms) / 60, -1439, 1439);
  const Parts parts = parts_of(ms + std::int64_t{minutes} * 60'000);
  char* to = out.room(48);
  std::memcpy(to, weekdays + parts.weekday * 3, 3);
  to[3] = ',';
  to[4] = ' ';
  to = two_digits(parts.day, to + 5);
  to = write_month(parts.month, to);
  to = write_year(parts.year, to);
  *to++ = ' ';
  to = write_time(parts.second_of_day, to);
  *to++ = ' ';
  *to++ = minutes < 0 ? '-' : '+';
  const auto size = static_cast<unsigned>(minutes < 0 ? -minutes : minutes);
  to = two_digits(size / 60, to);
  to = two_digits(size % 60, to);
  out.commit(to);
}

std::string format_backup_time(std::int64_t utc_ms) {
  const Parts parts = parts_of(std::clamp(utc_ms, first_ms, last_ms));
  char text[40];
  char* to = std::to_chars(text, text + sizeof text, parts.day).ptr;
  to = write_month(parts.month, to);
  to = write_year(parts.year, to);
  *to++ = ' ';
  to = write_time(parts.second_of_day, to);
  std::memcpy(to, " GMT", 4);
  return std::string(text, to + 4);
}

}  // namespace smsbackup::mime
