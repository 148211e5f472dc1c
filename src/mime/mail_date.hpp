// Dates as mails have them: "Tue, 08 Aug 2023 11:43:36 +0530" (RFC 5322 section 3.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mime/mail_buffer.hpp"
#include "smsbackup/time.hpp"

namespace smsbackup::mime {

// Writes Date headers in one zone. Asking a zone is far slower than formatting, so the offsets of whole days are kept
// where they are the same at both ends of the day.
class MailDates {
 public:
  explicit MailDates(TimeZone zone);
  // Years before 0 are written as that: the format has no sign.
  void add(std::int64_t utc_ms, MailBuffer& out);

 private:
  std::int32_t offset_at(std::int64_t utc_ms);

  struct Day {
    std::int64_t number;
    std::int32_t offset;
  };
  TimeZone zone_;
  std::vector<Day> days_;  // by the day's number modulo their count
};

// "25 Feb 2024 09:46:55 GMT", the form of X-smssync-backup-time.
std::string format_backup_time(std::int64_t utc_ms);

}  // namespace smsbackup::mime
