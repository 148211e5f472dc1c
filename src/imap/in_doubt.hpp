// What earlier runs sent without hearing what became of it, and what this run is about to send: see SentLog. Nothing is
// kept without ImapOptions::key_cache.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "imap/append_pipeline.hpp"
#include "imap/late_copies.hpp"
#include "imap/sent_log.hpp"
#include "smsbackup/imap_options.hpp"

namespace smsbackup::imap {

class InDoubt {
 public:
  explicit InDoubt(const ImapOptions& options) : options_(options) {}

  // A mail is about to go out to a folder that is in that state (0: unknown). If an earlier run may have brought it
  // there, another copy of it is expected.
  void note(const OutgoingMailPtr& mail, std::uint32_t uid_validity, std::uint32_t uid_next, LateCopies& late);
  // Writes down what was noted. `on_their_way` is all that may be, should the file have become long.
  void flush(const std::vector<OutgoingMailPtr>& on_their_way);

  // The run is at its end: what earlier runs sent and this one did not may be there by now.
  void expect_the_rest(const std::vector<std::string>& folders, LateCopies& late);
  // All of this run's was confirmed. These were sent more than once; the next run looks for them once more.
  void settled(const std::vector<OutgoingMailPtr>& sent_again);

 private:
  SentLog* log_of(const std::string& folder);

  const ImapOptions& options_;
  std::map<std::string, std::unique_ptr<SentLog>> logs_;
};

}  // namespace smsbackup::imap
