// A Query says what a source should yield. A source leaves out early what it can tell cheaply; the engine checks every
// record again, so a source may ignore any part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "smsbackup/contacts.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/key.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

// Answers which records are there already.
class SMSBACKUP_EXPORT KnownKeys {
 public:
  virtual ~KnownKeys();
  virtual bool empty() const = 0;                    // knows none: asking is not worth it
  virtual bool has(const RecordKey& key) const = 0;  // surely there
};

struct Query {
  std::set<RecordType> types = {RecordType::sms, RecordType::mms, RecordType::call};
  std::optional<std::int64_t> since;  // ms, inclusive; records without a date count as oldest
  std::optional<std::int64_t> until;  // ms, exclusive
  // Only that many of what passes everything else, by date; of several sources, that many of all together. A record
  // that two of them hold counts twice. A source that leaves others out by itself must check every other part of the
  // query itself, too, and sees to its own records only.
  std::optional<std::uint64_t> newest;
  // Without drafts and without the rows of MMS that tell of another one's delivery or reading: what backup() leaves on
  // the phone.
  bool leave_out_drafts = false;
  bool starred_only = false;           // stores that know no stars yield nothing; only they can tell
  std::set<std::int64_t> call_types;   // CallType; empty: all; SMS and MMS pass
  std::vector<std::string> addresses;  // any party is the same_address() as one of these; empty: all
  std::string contact_group;           // any party is in this group of the host's contact book; empty: all

  // What whoever asks has already. A source that knows keys before it reads records may leave those out, counting them
  // in Batch::known: a restore where nothing is missing then transfers no mail. Asked from the first Cursor::next() on;
  // must outlive the cursor. May be null.
  const KnownKeys* known = nullptr;
};

// Whether one record passes everything but `newest` and `starred_only`. A contact group without a book passes nothing.
SMSBACKUP_EXPORT bool matches(const Query& query, const Record& record, ContactBook* contacts = nullptr);

}  // namespace smsbackup
