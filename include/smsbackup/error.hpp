// Error is the only exception type that the library throws (besides std::bad_alloc and what host code throws through
// it).
//
// Things that normally happen are values, not errors: not found, already there, end of input, one bad record in ten
// thousand (that is a Problem, see problem.hpp). what() never holds message text, phone numbers or secrets.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "smsbackup/export.hpp"

namespace smsbackup {

enum class ErrorCode : std::uint8_t {
  invalid_argument,   // the caller asked for something that makes no sense: a bad URI, option or date
  not_found,          // no file, folder or entry by that name
  permission_denied,  // the operating system said no
  unknown_format,     // the input is none of the formats that the library reads
  empty_input,        // the input has no bytes at all
  corrupt_input,      // the input breaks the rules of its format
  truncated_input,    // the input ends in the middle
  limit_exceeded,     // an input is larger, deeper or longer than Limits allow
  unsupported,        // well-formed, but nothing that the library can do (an unknown charset, an encrypted zip)
  io,                 // reading or writing failed
  no_space,           // the disk or the quota is full
  busy,               // another process uses it
  cancelled,          // the host cancelled
  internal,           // a bug in the library

  // Servers.
  host_not_found,        // no address is known for that host name
  connection_refused,    // nothing listens there, or no way leads there
  connection_lost,       // the connection ended before its work did
  timed_out,             // nothing moved for as long as the options allow
  certificate_rejected,  // the server did not prove that it is who it should be
  tls_failed,            // no encrypted connection came about, or it broke
  protocol,              // the server broke the rules of its protocol
  wrong_credentials,     // the server refused user name or password
  token_expired,         // the server refused the OAuth token, twice
  app_password_needed,   // the account wants a password made for this program, not its own
  imap_disabled,         // the account or the server has IMAP switched off
  too_many_connections,  // the account has as many connections open as the server allows
  rate_limited,          // the server wants less of everything for a while
  server_refused,        // the server said no for a reason of its own: see detail()
};

// The code's name as written above, e.g. "corrupt_input". Stable: reports and bindings use it.
SMSBACKUP_EXPORT std::string_view to_string(ErrorCode code) noexcept;

class SMSBACKUP_EXPORT Error : public std::runtime_error {
 public:
  // `message` says what was being done to what. `hint` says what the user can do about it, if there is anything.
  Error(ErrorCode code, const std::string& message, std::string hint = {});
  ~Error() override;
  Error(const Error&);
  Error& operator=(const Error&);

  ErrorCode code() const noexcept { return code_; }
  const std::string& hint() const noexcept { return hint_; }

  // The byte offset in the input where reading failed, where there is one.
  std::optional<std::uint64_t> offset() const noexcept { return offset_; }
  Error& at(std::uint64_t offset) noexcept {
    offset_ = offset;
    return *this;
  }

  // What a peer or a library said, word for word. May hold private data: never log it, show it on request only.
  const std::string& detail() const noexcept { return detail_; }
  Error& with_detail(std::string detail) {
    detail_ = std::move(detail);
    return *this;
  }

 private:
  ErrorCode code_;
  std::string hint_;
  std::string detail_;
  std::optional<std::uint64_t> offset_;
};

}  // namespace smsbackup
