#include "imap/refusals.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "imap/ascii.hpp"

namespace smsbackup::imap {
namespace {

struct Meaning {
  ErrorCode code = ErrorCode::server_refused;
  std::string_view what;
  std::string_view hint;
};

constexpr Meaning wrong_credentials{ErrorCode::wrong_credentials, "the server refused the user name or the password",
                                    "check both; Gmail, Yahoo and iCloud want an app password here (docs/gmail.md)"};
constexpr Meaning app_password{ErrorCode::app_password_needed, "the account wants a password made for this program",
                               "make an app password in the account's security settings (docs/gmail.md)"};
constexpr Meaning imap_disabled{ErrorCode::imap_disabled, "IMAP is switched off for this account",
                                "switch it on in the account's settings"};
constexpr Meaning too_many{ErrorCode::too_many_connections, "the account has as many connections open as are allowed",
                           "close other mail programs, or wait some minutes"};
constexpr Meaning rate{ErrorCode::rate_limited, "the server wants less of everything for a while",
                       "go on later: what is there already is not sent again"};
constexpr Meaning quota{ErrorCode::no_space, "the mailbox is full", "delete mail there, or get more room"};
constexpr Meaning unavailable{ErrorCode::busy, "the server can't do it just now", "try again later"};
constexpr Meaning expired{ErrorCode::wrong_credentials, "the server says that the password has expired",
                          "set a new one"};
constexpr Meaning privacy{ErrorCode::tls_failed, "the server takes no log-in without encryption",
                          "use imaps:// or imap+starttls://"};
constexpr Meaning too_large{ErrorCode::limit_exceeded, "the mail is larger than the server takes", ""};
constexpr Meaning missing{ErrorCode::not_found, "there is no such folder", ""};
constexpr Meaning forbidden{ErrorCode::permission_denied, "the account may not do that", ""};
constexpr Meaning going{ErrorCode::connection_lost, "the server ended the connection", ""};
constexpr Meaning no_reason{ErrorCode::server_refused, "the server refused it", ""};

struct Rule {
  std::string_view needle;  // upper case
  const Meaning* meaning;
};

// Response codes: RFC 9051 section 7.1, RFC 5530, RFC 9208, Gmail's and Dovecot's own.
constexpr std::array codes = {Rule{"OVERQUOTA", &quota},
                              Rule{"THROTTLED", &rate},
                              Rule{"LIMIT", &rate},
                              Rule{"UNAVAILABLE", &unavailable},
                              Rule{"INUSE", &unavailable},
                              Rule{"SERVERBUG", &no_reason},
                              Rule{"EXPIRED", &expired},
                              Rule{"PRIVACYREQUIRED", &privacy},
                              Rule{"TOOBIG", &too_large},
                              Rule{"NONEXISTENT", &missing},
                              Rule{"TRYCREATE", &missing},
                              Rule{"NOPERM", &forbidden},
                              Rule{"AUTHORIZATIONFAILED", &forbidden}};

// What servers write for people where they have no code for it. In this order: the first that is found holds.
constexpr std::array log_in_words = {Rule{"APPLICATION-SPECIFIC PASSWORD", &app_password},
                                     Rule{"APP PASSWORD", &app_password},
                                     Rule{"WEB LOGIN REQUIRED", &app_password},
                                     Rule{"LOG IN VIA YOUR WEB BROWSER", &app_password},
                                     Rule{"IMAP ACCESS IS DISABLED", &imap_disabled},
                                     Rule{"NOT ENABLED FOR IMAP", &imap_disabled},
                                     Rule{"IMAP IS DISABLED", &imap_disabled},
                                     Rule{"IMAP ACCESS DISABLED", &imap_disabled},
                                     Rule{"ENABLE IMAP", &imap_disabled},
                                     Rule{"NOT ENABLED", &imap_disabled},
                                     Rule{"TOO MANY SIMULTANEOUS CONNECTIONS", &too_many},
                                     Rule{"TOO MANY CONNECTIONS", &too_many},
                                     Rule{"MAXIMUM NUMBER OF CONNECTIONS", &too_many},
                                     Rule{"CONNECTION LIMIT", &too_many},
                                     Rule{"TOO MANY LOGIN", &rate},
                                     Rule{"RATE LIMIT", &rate},
                                     Rule{"BANDWIDTH LIMIT", &rate},
                                     Rule{"TOO MANY ATTEMPTS", &rate},
                                     Rule{"TRY AGAIN LATER", &unavailable},
                                     Rule{"TEMPORAR", &unavailable}};
constexpr std::array append_words = {Rule{"QUOTA", &quota},
                                     Rule{"OVER QUOTA", &quota},
                                     Rule{"DISK FULL", &quota},
                                     Rule{"NO SPACE", &quota},
                                     Rule{"TOO LARGE", &too_large},
                                     Rule{"TOO BIG", &too_large},
                                     Rule{"MAXIMUM SIZE", &too_large},
                                     Rule{"SIZE LIMIT", &too_large},
                                     Rule{"RATE LIMIT", &rate},
                                     Rule{"THROTTL", &rate},
                                     Rule{"BANDWIDTH LIMIT", &rate},
                                     Rule{"TOO MANY", &rate},
                                     Rule{"TEMPORAR", &unavailable}};
constexpr std::array other_words = {Rule{"TOO MANY SIMULTANEOUS CONNECTIONS", &too_many},
                                    Rule{"TOO MANY CONNECTIONS", &too_many},
                                    Rule{"RATE LIMIT", &rate},
                                    Rule{"THROTTL", &rate},
                                    Rule{"BANDWIDTH LIMIT", &rate},
                                    Rule{"QUOTA", &quota},
                                    Rule{"DOESN'T EXIST", &missing},
                                    Rule{"DOES NOT EXIST", &missing},
                                    Rule{"NONEXISTENT", &missing},
                                    Rule{"UNKNOWN MAILBOX", &missing},
                                    Rule{"NO SUCH MAILBOX", &missing}};

template <std::size_t n>
const Meaning* search(const std::array<Rule, n>& rules, std::string_view words) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return words.find(rule.needle) != words.npos; });
  return found == rules.end() ? nullptr : found->meaning;
}

const Meaning& meaning_of(const Status& status, Attempt attempt) {
  const auto words = upper(status.text);
  const bool log_in = attempt == Attempt::log_in;
  // What Gmail says beside [AUTHENTICATIONFAILED] or [ALERT] is more exact than the code.
  if (log_in)
    if (const auto* meaning = search(log_in_words, words)) return *meaning;
  for (const auto& rule : codes)
    if (status.code == rule.needle) return *rule.meaning;
  if (attempt == Attempt::append)
    if (const auto* meaning = search(append_words, words)) return *meaning;
  if (const auto* meaning = search(other_words, words)) return *meaning;
  if (status.kind == Status::Kind::bye) return going;
  if (status.code == "AUTHENTICATIONFAILED" || (log_in && status.kind == Status::Kind::no)) return wrong_credentials;
  return no_reason;
}

}  // namespace

Error refusal(const Status& status, std::string_view doing, Attempt attempt) {
  const auto& meaning = meaning_of(status, attempt);
  std::string message(doing);
  message += ": ";
  message += meaning.what;
  if (!status.code.empty() && meaning.code == ErrorCode::server_refused) message += " [" + status.code + "]";
  Error error(meaning.code, message, std::string(meaning.hint));
  error.with_detail(status.text);
  return error;
}

bool is_transient(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::connection_lost:
    case ErrorCode::connection_refused:
    case ErrorCode::timed_out:
    case ErrorCode::rate_limited:
    case ErrorCode::too_many_connections:
    case ErrorCode::busy:
      return true;
    default:
      return false;
  }
}

bool concerns_one_mail(ErrorCode code) noexcept {
  return code == ErrorCode::server_refused || code == ErrorCode::limit_exceeded;
}

}  // namespace smsbackup::imap
