// How to reach a mail server and what to use of it. Plain values; what a store URI says overrides them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "smsbackup/cancel.hpp"
#include "smsbackup/tls.hpp"

namespace smsbackup {

struct ImapAccount {
  std::string user;
  std::string host;
};

// A secret is asked for when a log-in needs it, kept no longer than that, and never printed. Both run on the thread
// that uses the store; their exceptions reach its caller unchanged.
using PasswordProvider = std::function<std::string(const ImapAccount&)>;
// `refused` is true when the server has just refused the last one: get a new one.
using TokenProvider = std::function<std::string(const ImapAccount&, bool refused)>;

struct ImapOptions {
  enum class Security : std::uint8_t {
    tls,       // encrypted from the first byte on
    starttls,  // upgraded before the log-in, never less (RFC 9051 section 6.2.1)
    plain,     // readable for whoever is on the line; refused unless `allow_plain`
  } security = Security::tls;
  bool allow_plain = false;

  std::string host;        // a name, an IPv4 or an IPv6 address
  std::uint16_t port = 0;  // 0: 993 for tls, 143 otherwise
  std::string user;
  PasswordProvider password;
  TokenProvider token;  // OAuth 2: XOAUTH2 or OAUTHBEARER is used when this is given, and no password
  TlsOptions tls;

  // Where records go by type, as paths below the account's own name space, UTF-8, with "/" between the levels whatever
  // the server has there. With `folder` set, everything goes there.
  std::string folder;
  std::string sms_folder = "SMS";
  std::string mms_folder = "SMS";
  std::string call_folder = "Call log";

  std::chrono::milliseconds connect_timeout{20'000};
  std::chrono::milliseconds io_timeout{60'000};  // without any byte moving
  // How long transient failures (connection lost, server restarted, throttled) are tried again without any progress in
  // between; 0: not at all.
  std::chrono::milliseconds retry_for{120'000};
  CancelToken cancel;

  // Memory for what is on its way to the server and not confirmed yet, to be sent again if the line breaks: about 8,000
  // SMS, or MMS of 24 MiB. More is faster on lines that are both long and wide: bytes in flight = bandwidth x round trip.
  std::size_t window = 24 << 20;

  // RFC 4978. Saves 86 % of the bytes of SMS and 24 % of MMS, and costs CPU on both sides.
  enum class Compression : std::uint8_t {
    // Once the line proves slower than compressing would be: at most 4 MB a second, measured while it is all that the
    // work waits for, with what goes over it compressed as a trial.
    automatic,
    always,  // from the log-in on, where the server can
    never,
  } compression = Compression::automatic;

  // What may be used of what the server offers; all of it normally. For tests, and for servers that promise too much.
  struct Features {
    bool multiappend = true;    // RFC 3502
    bool literal_plus = true;   // RFC 7888
    bool literal_minus = true;  // RFC 7888
    bool uidplus = true;        // RFC 4315
    bool esearch = true;        // RFC 4731
    bool unselect = true;       // RFC 3691
    bool sasl_ir = true;        // RFC 4959
    bool name_space = true;     // RFC 2342
    bool move = true;           // RFC 6851
    bool append_limit = true;   // RFC 7889
  } use;

  // Folder for cached key headers, one file per account and folder; none: not cached. The files hold phone numbers,
  // digests and times, readable by their owner only.
  std::optional<std::filesystem::path> key_cache;
};

}  // namespace smsbackup
