// Mails that were on their way when a connection broke, were not there when the next one looked for them, and went out
// again. A server may store the first copy as late as it likes: after the look, and beside the second one.
//
// At the end of a run there is another look. Where a mail is there twice, one copy is removed if it is surely ours and
// nothing is lost with it: the server has named its UID in its answer to our own APPEND, and the other copy is the same
// byte for byte. Otherwise both stay, and the log says so.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "imap/append_pipeline.hpp"
#include "imap/session.hpp"

namespace smsbackup::imap {

class LateCopies {
 public:
  // The mail is about to go out again. Whatever of it comes later has a UID from `from` on, under that UIDVALIDITY (0:
  // unknown).
  void expect(const OutgoingMailPtr& mail, std::uint32_t from, std::uint32_t uid_validity);
  std::vector<OutgoingMailPtr> mails() const;
  bool empty() const noexcept { return folders_.empty(); }
  void forget() { folders_.clear(); }

  // Throws Error when the connection is lost; another call begins anew.
  void remove(Session& session);

 private:
  struct Folder {
    std::uint32_t from = 0;
    std::uint32_t uid_validity = 0;
    std::vector<OutgoingMailPtr> mails;
  };
  static void remove_in(Session& session, const std::string& path, const Folder& folder);

  std::map<std::string, Folder> folders_;
};

}  // namespace smsbackup::imap
