// One look at all mails of a folder by their headers: what is cached is not asked for again, and a scan that was
// interrupted goes on where it was.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "imap/key_log.hpp"
#include "imap/session.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup::imap {

class FolderScan {
 public:
  // `flagged` is known only when `stars` is asked for.
  using Visitor = std::function<void(const KeyEntry& entry, bool flagged)>;

  // `opened`: the folder was opened just now, if the session says that it is open.
  FolderScan(const ImapOptions& options, MimeDecoder& decoder, std::string folder, bool stars, bool opened = false)
      : options_(options), decoder_(decoder), folder_(std::move(folder)), stars_(stars), opened_(opened) {}

  // Visits every mail that is not marked \Deleted, UIDs ascending; after an Error, another call with a new session
  // visits those that were not visited yet. Nothing if there is no such folder.
  std::optional<OpenFolder> run(Session& session, const Visitor& visit);

  std::uint32_t uid_validity() const noexcept { return uid_validity_; }

 private:
  struct Fresh {
    KeyEntry entry;
    bool needs_body = false;
    bool deleted = false;
    bool flagged = false;
  };

  // What has become of the mails that are known already.
  struct Known {
    bool intact = false;                 // all of them are where they were
    std::vector<std::uint32_t> deleted;  // marked so; these two for replay() only
    std::vector<std::uint32_t> flagged;
  };
  Known look_at_known(Session& session, const OpenFolder& open, bool replaying) const;
  void replay(const Known& known, const std::optional<std::vector<std::uint32_t>>& alive, const Visitor& visit);
  void fetch(Session& session, const std::function<std::optional<std::string>()>& next_set, const char* command,
             const Visitor& visit);
  Fresh look_at(const FetchedMail& mail);
  void complete(std::vector<Fresh>& fresh, const FetchedMail& mail);
  void accept(const std::vector<Fresh>& fresh, const Visitor& visit);

  const ImapOptions& options_;
  MimeDecoder& decoder_;
  std::string folder_;
  bool stars_;
  bool opened_;

  bool started_ = false;
  std::uint32_t uid_validity_ = 0;
  std::uint32_t count_ = 0;     // mails of the folder up to and with last_uid_, as far as known
  std::uint32_t last_uid_ = 0;  // visited
  std::unique_ptr<KeyLog> log_;
};

}  // namespace smsbackup::imap
