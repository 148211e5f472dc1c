// Record is the only thing that flows through the library: one SMS, MMS or call with every column of Android's
// providers. Columns have the provider's names (android.provider.Telephony.Sms, .Mms, .Mms.Addr, .Mms.Part and
// CallLog.Calls), without a leading underscore and with `is_new` for `new`. What a store knows beyond these goes
// into `extras`, and so does a value that a typed column can't hold (a date of "yesterday"), under its own name.
//
// Times are UTC milliseconds since 1970, also where the provider has seconds (MMS). Plain values; equality compares
// every column and every byte.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smsbackup/blob.hpp"
#include "smsbackup/column.hpp"
#include "smsbackup/export.hpp"

namespace smsbackup {

// Columns that have no member of their own, by name; no string means SQL NULL. Names are UTF-8.
using Extras = std::map<std::string, std::optional<std::string>, std::less<>>;

// Telephony.TextBasedSmsColumns.TYPE
enum SmsType : std::int64_t {
  sms_inbox = 1,
  sms_sent = 2,
  sms_draft = 3,
  sms_outbox = 4,
  sms_failed = 5,
  sms_queued = 6
};
// Telephony.BaseMmsColumns.MESSAGE_BOX
enum MmsBox : std::int64_t { mms_inbox = 1, mms_sent = 2, mms_drafts = 3, mms_outbox = 4, mms_failed = 5 };
// X-Mms-Message-Type (OMA-TS-MMS_ENC, 7.3.30); only these three are messages that a user sees.
enum MmsMessageType : std::int64_t { mms_send_req = 128, mms_notification_ind = 130, mms_retrieve_conf = 132 };
// PduHeaders: the kind of an address row
enum MmsAddressType : std::int64_t { mms_bcc = 129, mms_cc = 130, mms_from = 137, mms_to = 151 };
// CallLog.Calls.TYPE
enum CallType : std::int64_t {
  call_incoming = 1,
  call_outgoing = 2,
  call_missed = 3,
  call_voicemail = 4,
  call_rejected = 5,
  call_blocked = 6,
  call_answered_externally = 7,
};

// The sender's address in an MMS that this phone sent: the network puts the number in.
inline constexpr std::string_view insert_address_token = "insert-address-token";

// One row of `sms`.
struct Sms {
  Integer id;
  Integer thread_id;
  Text address;  // the other party: a number, a short code or an alphanumeric sender, as stored
  Integer person;
  Integer date;       // ms; received, or sent for outgoing
  Integer date_sent;  // ms
  Integer protocol;   // TP-PID
  Integer read;
  Integer status;  // -1 none, 0 complete, 32 pending, 64 failed
  Integer type;    // SmsType
  Integer reply_path_present;
  Text subject;
  Text body;
  Text service_center;
  Integer locked;
  Integer sub_id;  // SIM subscription of that phone; means nothing on another
  Integer error_code;
  Text creator;
  Integer seen;
  Extras extras;

  friend bool operator==(const Sms&, const Sms&) = default;
};

// One row of `addr`: a party of an MMS.
struct MmsAddress {
  Integer id;
  Integer msg_id;
  Integer contact_id;
  Text address;
  Integer type;     // MmsAddressType
  Integer charset;  // MIBenum
  Extras extras;

  friend bool operator==(const MmsAddress&, const MmsAddress&) = default;
};

// One row of `part` and its file.
struct MmsPart {
  Integer id;
  Integer mid;
  Integer seq;  // -1 for SMIL
  Text ct;      // content type
  Text name;
  Integer chset;  // MIBenum
  Text cd;
  Text fn;
  Text cid;
  Text cl;
  Integer ctt_s;
  Text ctt_t;
  Text data_path;  // `_data`: the file's path on that phone
  Text text;       // text/plain and SMIL keep their content here
  Extras extras;
  std::optional<Blob> data;  // the file's bytes; nothing where there is no file

  friend bool operator==(const MmsPart&, const MmsPart&) = default;
};

// One row of `pdu` with its address and part rows.
struct Mms {
  Integer id;
  Integer thread_id;
  Integer date;       // ms (the provider: seconds)
  Integer date_sent;  // ms (the provider: seconds)
  Integer msg_box;    // MmsBox
  Integer read;
  Text m_id;
  Text sub;  // the provider holds the bytes of the text as ISO-8859-1; kept as they are
  Integer sub_cs;
  Text ct_t;
  Text ct_l;
  Integer exp;
  Text m_cls;
  Integer m_type;  // MmsMessageType
  Integer v;
  Integer m_size;
  Integer pri;
  Integer rr;
  Integer rpt_a;
  Integer resp_st;
  Integer st;
  Text tr_id;
  Integer retr_st;
  Text retr_txt;
  Integer retr_txt_cs;
  Integer read_status;
  Integer ct_cls;
  Text resp_txt;
  Integer d_tm;
  Integer d_rpt;
  Integer locked;
  Integer sub_id;
  Integer seen;
  Text creator;
  Integer text_only;
  Extras extras;
  std::vector<MmsAddress> addresses;
  std::vector<MmsPart> parts;

  friend bool operator==(const Mms&, const Mms&) = default;
};

// One row of `calls`.
struct Call {
  Integer id;
  Text number;  // empty, "-1", "-2" or NULL when withheld or unknown
  Integer presentation;
  Text post_dial_digits;
  Text via_number;
  Integer date;      // ms
  Integer duration;  // seconds
  Integer data_usage;
  Integer type;  // CallType
  Integer features;
  Text subscription_component_name;
  Text subscription_id;
  Text phone_account_address;
  Integer phone_account_hidden;
  Integer sub_id;
  Integer is_new;  // `new`
  Text name;
  Integer numbertype;
  Text numberlabel;
  Text countryiso;
  Text voicemail_uri;
  Integer is_read;
  Text geocoded_location;
  Text lookup_uri;
  Text matched_number;
  Text normalized_number;
  Integer photo_id;
  Text photo_uri;
  Text formatted_number;
  Integer last_modified;  // ms
  Text transcription;
  Integer block_reason;
  Integer missed_reason;
  Integer priority;
  Text subject;
  Extras extras;

  friend bool operator==(const Call&, const Call&) = default;
};

using Record = std::variant<Sms, Mms, Call>;

enum class RecordType : std::uint8_t { sms, mms, call };

// "sms", "mms" or "call".
SMSBACKUP_EXPORT std::string_view to_string(RecordType type) noexcept;

inline RecordType type_of(const Record& record) noexcept { return static_cast<RecordType>(record.index()); }

enum class Direction : std::uint8_t { unknown, incoming, outgoing };

// Which way a record went. MMS: by msg_box, else by m_type, else by the sender's row (see insert_address_token).
SMSBACKUP_EXPORT Direction direction_of(const Record& record) noexcept;

// When a record happened, UTC milliseconds; absent when its date is null, absent or no number.
SMSBACKUP_EXPORT std::optional<std::int64_t> date_of(const Record& record) noexcept;

// Whether the phone shows it as read. Calls and records without the column count as read.
SMSBACKUP_EXPORT bool is_read(const Record& record) noexcept;

// The other parties as stored: sms.address, call.number, or an MMS's address rows without insert-address-token.
// Views into the record.
SMSBACKUP_EXPORT std::vector<std::string_view> parties_of(const Record& record);

// Roughly how much memory the record takes, to bound batches.
SMSBACKUP_EXPORT std::size_t memory_size(const Record& record) noexcept;

}  // namespace smsbackup
