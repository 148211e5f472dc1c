// Reads the mails of a mail store: what is a record, what is damaged, what is somebody else's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mime/mail_reader.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/mime.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/store.hpp"
#include "stores/batch_filler.hpp"

namespace smsbackup::stores {

// What mail programs note in a mail's header where it has no other place, as in an mbox.
struct MailStatus {
  explicit MailStatus(std::string_view x_status)
      : flagged(x_status.find('F') != std::string_view::npos), deleted(x_status.find('D') != std::string_view::npos) {}

  bool flagged;
  bool deleted;
};

class MailReader {
 public:
  explicit MailReader(const StoreOptions& options);

  struct Place {
    std::string_view where;    // for people
    std::uint64_t offset = 0;  // of the mail in its file
    bool starred = false;
    bool has_status = false;  // the mail may say so itself, as in an mbox: see MailStatus
  };
  // Puts the mail into the batch as what it is. `query` is one of without_group().
  void read(std::string_view mail, const Place& place, const Query& query, BatchFiller& out);

  // The record, if the mail is one.
  std::optional<Record> record(std::string_view mail);

  // What a sink has to know about a mail that is there already.
  struct Identity {
    RecordKey key;
    std::string message_id;
    Digest content;  // tolerant, whatever the level of the key
  };
  // Nothing if it isn't known from the header alone, or the mail is no record.
  std::optional<Identity> identify_by_header(std::string_view headers, const DedupPolicy& policy);
  // Nothing if the mail is no record.
  std::optional<Identity> identify(std::string_view mail, const DedupPolicy& policy);

 private:
  MailStatus status_of(std::string_view mail) const;

  Limits limits_;
  mime::MailReader mails_;
  DecodedMail decoded_;
};

// Whether the query surely leaves that record out.
bool excludes(const Query& query, const RecordKey& key);

}  // namespace smsbackup::stores
