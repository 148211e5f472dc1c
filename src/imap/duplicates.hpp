// Which mails of a mailbox repeat another, and getting rid of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "imap/session.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/sink.hpp"

namespace smsbackup::imap {

class DuplicateFinder {
 public:
  // `mails` gives the records whose keys alone don't decide.
  DuplicateFinder(KeyIndex& index, Sink& mails) : index_(index), mails_(mails) {}

  void see(RecordKey key, std::uint32_t uid);
  // The UIDs of those that repeat an earlier one, ascending. No connection may be busy: records are fetched.
  std::vector<std::uint32_t> finish();

 private:
  KeyIndex& index_;
  Sink& mails_;
  std::vector<std::pair<RecordKey, std::uint32_t>> undecided_;
  std::vector<std::uint32_t> duplicates_;
};

// Moves these mails of a folder to `move_to` (made when missing), or deletes them for good.
void move_or_remove(Session& session, const std::string& folder, std::uint32_t uid_validity,
                    const std::vector<std::uint32_t>& uids, const std::optional<std::string>& move_to);

}  // namespace smsbackup::imap
