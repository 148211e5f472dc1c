// One look at all mails of a folder by their headers: what is cached is not asked for again, and a scan that was
// interrupted goes on where it was.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "imap/key_log.hpp"
#include "imap/sessions.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup::imap {

class FolderScan {
 public:
  // `flagged` is known only when `stars` is asked for.
  using Visitor = std::function<void(const KeyEntry& entry, bool flagged)>;
  // A mail whose headers can't be read, and why.
  using Trouble = std::function<void(std::uint32_t uid, const Error& why)>;

  // `opened`: the folder was opened just now, if the session says that it is open.
  FolderScan(const ImapOptions& options, MimeDecoder& decoder, std::string folder, bool stars, bool opened = false);

  // Visits every mail that is not marked \Deleted, UIDs ascending. After a lost connection it goes on with those that
  // were not visited yet; an answer that can't be read costs its mail only. Nothing if there is no such folder.
  std::optional<OpenFolder> run(Sessions& sessions, const Visitor& visit, const Trouble& trouble = {});

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
  // The mails of one command: a range of numbers, or else of UIDs.
  struct Part {
    std::string set;
    std::size_t mails = 0;
    std::uint32_t first = 0, last = 0;
    bool by_uid = false;

    bool holds(const FetchedMail& mail) const noexcept {
      const auto which = by_uid ? mail.uid : mail.number;
      return first <= which && which <= last;
    }
  };
  using Parts = std::function<std::optional<Part>()>;

  std::optional<OpenFolder> look(Session& session, const Visitor& visit);
  bool leave_out(const Error& error);
  static Part part_of(std::span<const std::uint32_t> uids);
  Known look_at_known(Session& session, const OpenFolder& open, bool replaying) const;
  void replay(const Known& known, const std::optional<std::vector<std::uint32_t>>& alive, const Visitor& visit);
  void fetch(Session& session, const Parts& next_part, const char* command, const Visitor& visit);
  Fresh look_at(const FetchedMail& mail);
  bool complete(std::vector<Fresh>& fresh, const FetchedMail& mail);
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

  // After an answer that can't be read: one command at a time, by UIDs, with fewer and fewer mails, until it is clear
  // which of them it was about.
  struct Failed {
    Part part;
    bool bodies = false;
  };
  std::optional<Failed> failed_;
  bool careful_ = false;
  std::size_t headers_size_;
  std::size_t bodies_size_;
  std::set<std::uint32_t> unreadable_;  // UIDs
  std::set<std::uint32_t> no_body_;
  std::vector<std::pair<std::uint32_t, Error>> troubles_;
  std::size_t failures_ = 0;
};

}  // namespace smsbackup::imap
