// Records as mails, the way SMS Backup+ writes and restores them, and lossless beyond that (docs/wire-format.md).
//
// Encoder and decoder are used by one thread at a time; they touch no file, clock or network of their own: clock, zone,
// contacts and boundaries are handed in.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smsbackup/charset.hpp"
#include "smsbackup/contacts.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/key.hpp"
#include "smsbackup/limits.hpp"
#include "smsbackup/problem.hpp"
#include "smsbackup/record.hpp"
#include "smsbackup/time.hpp"

namespace smsbackup {

// How a known contact is written in From and To.
enum class AddressStyle : std::uint8_t { name, name_and_number, number };

// Which mails get \Seen. Calls are read under message_status.
enum class MarkAsRead : std::uint8_t { read, unread, message_status };

// The words in subjects, call bodies and calendars. Replace them for other languages: reading never depends on them.
// "{}" stands for the other party's name, or for the value of a field.
struct Wording {
  std::string sms_with = "SMS with {}";
  std::string mms_with = "SMS with {}";
  std::string call_with = "Call with {}";
  std::string incoming_call = "incoming call";
  std::string outgoing_call = "outgoing call";
  std::string missed_call = "missed call";
  std::string voicemail_call = "incoming call, voicemail";
  std::string rejected_call = "incoming call, rejected";
  std::string unknown = "Unknown";
  // Events of a calendar.
  std::string incoming_title = "Call from {}";
  std::string outgoing_title = "Called {}";
  std::string missed_title = "Missed call from {}";
  std::string voicemail_title = "Call from {} (voicemail)";
  std::string rejected_title = "Rejected call from {}";
  std::string number_field = "Number: {}";
  std::string duration_field = "Duration: {}";
};

struct MimeOptions {
  std::string user_email = "phone@localhost";  // the owner's address, the other side of From and To
  AddressStyle address_style = AddressStyle::name;
  bool subject_prefix = false;     // "[SMS] Bob" instead of "SMS with Bob"
  std::string sms_folder = "SMS";  // what the prefix names, for SMS and MMS
  std::string call_folder = "Call log";
  std::string reference_uid = "smsbackup";  // one per phone: threads of two phones stay apart
  std::int64_t version_code = 1602;         // X-smssync-version: the SMS Backup+ whose format this is
  MarkAsRead mark_as_read = MarkAsRead::read;
  Wording wording;
  std::shared_ptr<ContactBook> contacts;  // may be null: nobody is known
  Clock clock = system_clock();           // X-smssync-backup-time; Date of records without one
  TimeZone zone = local_zone();           // of the Date header
  // The boundary of a multipart mail, from the record's Message-ID digest; must not occur in the parts. Empty: the
  // encoder's own, the same for the same record.
  std::function<std::string(const Digest&)> boundary;
};

// What a mail store needs to know about a mail beside its bytes.
struct MailHead {
  std::string message_id;          // with the angle brackets
  bool seen = true;                // by MimeOptions::mark_as_read
  std::int64_t internal_date = 0;  // ms
  RecordType type = RecordType::sms;
};

class SMSBACKUP_EXPORT MimeEncoder {
 public:
  explicit MimeEncoder(MimeOptions options = {});
  ~MimeEncoder();
  MimeEncoder(MimeEncoder&&) noexcept;
  MimeEncoder& operator=(MimeEncoder&&) noexcept;

  // Appends the mail to `out`: CRLF line ends, 7-bit, no line over 998 bytes.
  // Any record can be encoded; nothing of it is lost.
  MailHead encode(const Record& record, std::string& out);
  // The same in pieces, so that large parts needn't fit into memory.
  MailHead encode(const Record& record, const ByteSink& out);

  // The encoder never gives one Message-ID to two different records: SMS Backup+'s id is the digest of date, address
  // and type, and where that was given to another record already, the later one's is extended by its own content
  // digest. Tell it what the archive holds, so that this is the same on every run.
  void remember(std::string_view message_id, const Digest& content);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

enum class MailKind : std::uint8_t {
  record,   // a record, perhaps with a Problem about something that had to be repaired
  foreign,  // a mail of another program
  damaged,  // meant as a record, but unreadable: the Problem says why
};

struct DecodedMail {
  MailKind kind = MailKind::foreign;
  Record record;                   // with MailKind::record
  std::optional<Problem> problem;  // `where` is left to the store
  std::string message_id;          // with the angle brackets; empty if the mail has none
};

class SMSBACKUP_EXPORT MimeDecoder {
 public:
  explicit MimeDecoder(Limits limits = {}, std::unique_ptr<CharsetConverter> charsets = nullptr);
  ~MimeDecoder();
  MimeDecoder(MimeDecoder&&) noexcept;
  MimeDecoder& operator=(MimeDecoder&&) noexcept;

  // Reads one mail: SMS Backup+'s of any age, our own, and both after servers and clients have re-wrapped, re-encoded
  // or nested them. Any line ends. Never throws for what the mail holds; throws Error(no_space) or Error(io) when a
  // part can't be spilled. `out` is overwritten; reusing it saves memory.
  void decode(std::string_view mail, DecodedMail& out);
  DecodedMail decode(std::string_view mail);

  // The key out of the header section alone (RFC 5322 headers up to the empty line). Nothing if the mail is no record,
  // or one whose columns are too long for a header (it has X-smsbackup-overflow, and must be decoded as a whole).
  // Without content where the mail carries no digest or the level is exact.
  std::optional<RecordKey> key_from_headers(std::string_view headers, DedupLevel level = DedupLevel::tolerant);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
