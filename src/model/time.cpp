#include "smsbackup/time.hpp"

#include <fmt/format.h>
#include <time.h>

#include <chrono>
#include <iterator>
#include <limits>

#include "smsbackup/columns.hpp"

namespace smsbackup {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept {
  return value / by - (value % by < 0 ? 1 : 0);
}

struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// The proleptic Gregorian calendar over all of int64 milliseconds; std::chrono::year ends at 32767. Years begin in
// March here, so that the leap day is a year's last.
constexpr unsigned days_per_era = 146'097;  // 400 years

constexpr CivilDate civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719'468;  // since 0000-03-01
  const std::int64_t era = floor_div(shifted, days_per_era);
  const auto day_of_era = static_cast<unsigned>(shifted - era * days_per_era);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / (days_per_era - 1)) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr std::int64_t days_from_civil(const CivilDate& date) noexcept {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(year, 400);
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const unsigned day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * days_per_era + day_of_era - 719'468;
}

static_assert(days_from_civil({1970, 1, 1}) == 0);
static_assert(civil_from_days(days_from_civil({2000, 2, 29})).day == 29);

constexpr bool is_date(const CivilDate& date) noexcept {
  if (date.month < 1 || date.month > 12 || date.day < 1) return false;
  const CivilDate back = civil_from_days(days_from_civil(date));
  return back.month == date.month && back.day == date.day;
}

// Takes what a time is made of from the front of a text.
class TimeScanner {
 public:
  explicit TimeScanner(std::string_view text) : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }
  bool skip(char a, char b) noexcept {
    if (rest_.empty() || (rest_.front() != a && rest_.front() != b)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip(char c) noexcept { return skip(c, c); }
  std::optional<unsigned> digits(std::size_t count) noexcept {
    if (rest_.size() < count) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // "500" of "5", "123" of "123456"; nothing without a digit.
  std::optional<unsigned> fraction_in_thousandths() noexcept {
    unsigned value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++count) {
      if (count < 3) value = value * 10 + static_cast<unsigned>(rest_.front() - '0');
    }
    if (count == 0) return std::nullopt;
    for (; count < 3; ++count) value *= 10;
    return value;
  }

 private:
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

// Where clocks go back, the first of the two moments; where they go forward, as far after the gap as the text is into
// it.
std::int64_t from_local(std::int64_t local_ms, const TimeZone& zone) {
  const std::int64_t before = zone(local_ms - day_ms) * std::int64_t{1000};
  const std::int64_t after = zone(local_ms + day_ms) * std::int64_t{1000};
  if (zone(local_ms - before) * std::int64_t{1000} == before) return local_ms - before;
  if (zone(local_ms - after) * std::int64_t{1000} == after) return local_ms - after;
  return local_ms - before;
}

}  // namespace

Clock system_clock() {
  return [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::int64_t>(std::chrono::floor<std::chrono::milliseconds>(now).count());
  };
}

TimeZone utc_zone() {
  return [](std::int64_t) { return std::int32_t{0}; };
}

TimeZone local_zone() {
  return [](std::int64_t utc_ms) {
    ::tzset();  // localtime_r need not look at TZ again
    const auto seconds = static_cast<time_t>(floor_div(utc_ms, 1000));
    struct tm local {};
    if (::localtime_r(&seconds, &local) == nullptr) return std::int32_t{0};  // a year beyond int
    return static_cast<std::int32_t>(local.tm_gmtoff);
  };
}

std::string format_iso8601(std::int64_t utc_ms) {
  const std::int64_t days = floor_div(utc_ms, day_ms);
  // The first day of all begins before what int64 can hold.
  const auto in_day = static_cast<unsigned>((utc_ms % day_ms + day_ms) % day_ms);
  const CivilDate date = civil_from_days(days);
  std::string text;
  const std::int64_t year = date.year < 0 ? -date.year : date.year;
  fmt::format_to(std::back_inserter(text), "{}{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year < 0 ? "-" : "", year,
                 date.month, date.day, in_day / 3'600'000, in_day / 60'000 % 60, in_day / 1000 % 60);
  if (const unsigned fraction = in_day % 1000; fraction != 0) {
    fmt::format_to(std::back_inserter(text), ".{:03}", fraction);
  }
  text += 'Z';
  return text;
}

std::optional<std::int64_t> parse_time(std::string_view text, const TimeZone& zone) {
  if (const auto milliseconds = parse_integer(text)) return milliseconds;

  TimeScanner scanner(text);
  const auto year = scanner.digits(4);
  if (!year || !scanner.skip('-')) return std::nullopt;
  const auto month = scanner.digits(2);
  if (!month || !scanner.skip('-')) return std::nullopt;
  const auto day = scanner.digits(2);
  if (!day) return std::nullopt;
  const CivilDate date{*year, *month, *day};
  if (!is_date(date)) return std::nullopt;
  std::int64_t local_ms = days_from_civil(date) * day_ms;
  if (scanner.at_end()) return from_local(local_ms, zone);

  if (!scanner.skip('T', 't') && !scanner.skip(' ')) return std::nullopt;
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 23 || !scanner.skip(':')) return std::nullopt;
  const auto minute = scanner.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  local_ms += *hour * 3'600'000LL + *minute * 60'000LL;
  if (scanner.skip(':')) {
    const auto second = scanner.digits(2);
    if (!second || *second > 60) return std::nullopt;  // 60: a leap second
    local_ms += *second * 1000LL;
    if (scanner.skip('.', ',')) {
      const auto fraction = scanner.fraction_in_thousandths();
      if (!fraction) return std::nullopt;
      local_ms += *fraction;
    }
  }
  if (scanner.at_end()) return from_local(local_ms, zone);
  if (scanner.skip('Z', 'z')) return scanner.at_end() ? std::optional(local_ms) : std::nullopt;

  const bool ahead = scanner.skip('+');
  if (!ahead && !scanner.skip('-')) return std::nullopt;
  const auto offset_hours = scanner.digits(2);
  scanner.skip(':');
  const auto offset_minutes = scanner.at_end() ? std::optional(0u) : scanner.digits(2);
  if (!offset_hours || !offset_minutes || *offset_minutes > 59 || !scanner.at_end()) return std::nullopt;
  const std::int64_t offset_ms = *offset_hours * 3'600'000LL + *offset_minutes * 60'000LL;
  return ahead ? local_ms - offset_ms : local_ms + offset_ms;
}

}  // namespace smsbackup
