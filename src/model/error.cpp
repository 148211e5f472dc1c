#include "smsbackup/error.hpp"

#include <utility>

namespace smsbackup {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::unknown_format:
      return "unknown_format";
    case ErrorCode::empty_input:
      return "empty_input";
    case ErrorCode::corrupt_input:
      return "corrupt_input";
    case ErrorCode::truncated_input:
      return "truncated_input";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::io:
      return "io";
    case ErrorCode::no_space:
      return "no_space";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::host_not_found:
      return "host_not_found";
    case ErrorCode::connection_refused:
      return "connection_refused";
    case ErrorCode::connection_lost:
      return "connection_lost";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::certificate_rejected:
      return "certificate_rejected";
    case ErrorCode::tls_failed:
      return "tls_failed";
    case ErrorCode::protocol:
      return "protocol";
    case ErrorCode::wrong_credentials:
      return "wrong_credentials";
    case ErrorCode::token_expired:
      return "token_expired";
    case ErrorCode::app_password_needed:
      return "app_password_needed";
    case ErrorCode::imap_disabled:
      return "imap_disabled";
    case ErrorCode::too_many_connections:
      return "too_many_connections";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::server_refused:
      return "server_refused";
  }
  return "internal";
}

Error::Error(ErrorCode code, const std::string& message, std::string hint)
    : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}
Error::~Error() = default;
Error::Error(const Error&) = default;
Error& Error::operator=(const Error&) = default;

}  // namespace smsbackup
