// Any mail server as a store, over IMAP (RFC 9051, RFC 3501): Gmail first, one's own just as well
// (docs/stores/imap.md).
//
//   imaps://user@host[:port]/FOLDER         encrypted from the first byte on
//   imap+starttls://user@host[:port]/FOLDER upgraded before the log-in
//   imap://user@host[:port]/FOLDER          plain text: only with ImapOptions::allow_plain
//
// Without a FOLDER, SMS and MMS go to "SMS" and calls to "Call log". Percent signs, "@" and ":" in the user's name, and
// whatever is no URI character, are percent-encoded. A URI never holds a password.
//
// Fast on a slow line (what the server can do is used, each with its plain fallback), safe against a hostile server
// (what it may make the client do is bounded), and exact about what happened: every refusal is an Error with its own
// code. A store is used by one thread at a time; cancel() of ImapOptions::cancel ends its work from any thread within a
// fraction of a second.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/dedup.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

// What a server says of itself; what `smsbackup check` prints.
struct ImapServerInfo {
  std::string greeting;                       // its first line, without the tag and codes
  std::string software;                       // ID, RFC 2971; empty if it does not tell
  std::vector<std::string> capabilities;      // after the log-in
  std::string tls_version;                    // empty for plain text
  std::string mechanism;                      // how the log-in was done: "PLAIN", "XOAUTH2", …
  bool compression = false;                   // whether it is offered
  std::optional<std::uint64_t> append_limit;  // bytes, RFC 7889
  struct Folder {
    std::string name;
    bool exists = false;
    std::uint64_t messages = 0;
    std::uint32_t uid_validity = 0;
  };
  std::vector<Folder> folders;  // the ones this store uses
};

class SMSBACKUP_EXPORT ImapStore final : public Store {
 public:
  // Connects and logs in with the first operation, not here. Throws Error(invalid_argument) for options that make no
  // sense. `options.imap` is not looked at.
  ImapStore(ImapOptions imap, Access access, StoreOptions options = {});
  ~ImapStore() override;

  // Connects, logs in and looks around, changing nothing.
  ImapServerInfo check();

  // Everything in the folders that is not marked \Deleted. Query: types, since, until, newest, starred_only and `known`
  // are answered from headers alone, so that only wanted mails are transferred.
  std::unique_ptr<Cursor> open(const Query& query) override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  // The locator is "UIDVALIDITY/UID/FOLDER". Nothing if that mail is gone.
  std::optional<Record> fetch(std::string_view locator) override;

  // A record counts as written once the server's OK to it has arrived. When the connection is lost in between, what was
  // sent and not confirmed is looked for on the server, and only what is missing is sent again.
  Outcomes write(std::span<const Record> records) override;
  Outcomes write_ahead(std::span<const Record> records) override;
  Outcomes settle() override;
  void finish() override;
  // Known once keys() has looked into the folders; before that it would take a log-in, so the answer is no.
  bool is_empty() override;
  std::string name() const override;  // a URI without secrets

  // Mails in the folders that repeat another record, by `policy`; the oldest UID stays. With `move_to` they are moved
  // there (made when missing), with `remove` they are deleted for good, otherwise only counted.
  struct Cleaning {
    std::uint64_t looked_at = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t moved = 0;
    std::uint64_t removed = 0;
  };
  Cleaning clean_duplicates(const DedupPolicy& policy, const std::optional<std::string>& move_to, bool remove);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
