// One look at all mails of a folder by their headers: what is cached is not asked for again, and a scan that was
// interrupted goes on where it was.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
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
  FolderScan(const ImapOptions& options, MimeDecoder& decoder, std::string folder, bool stars, bool opened = false)
      : options_(options), decoder_(decoder), folder_(std::move(folder)), stars_(stars), opened_(opened) {}

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
  // The mails of one command.
  struct Part {
    std::string set;
    std::size_t mails = 0;
    std::uint32_t uid = 0;  // if it is one alone, asked for by its UID
  };
  using Parts = std::function<std::optional<Part>()>;

  std::optional<OpenFolder> look(Session& session, const Visitor& visit);
  bool leave_out(const Error& error);
  std::size_t next_size();
  Known look_at_known(Session& session, const OpenFolder& open, bool replaying) const;
  void replay(const Known& known, const std::optional<std::vector<std::uint32_t>>& alive, const Visitor& visit);
  void fetch(Session& session, const Parts& next_part, const char* command, const Visitor& visit);
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

  // After an answer that can't be read, mails are asked for one by one to find the one that it was about.
  struct Failed {
    Part part;
    bool bodies = false;
  };
  std::optional<Failed> failed_;
  bool by_uid_ = false;
  std::size_t careful_ = 0;  // so many mails are asked for singly
  bool single_bodies_ = false;
  std::set<std::uint32_t> unreadable_;  // UIDs
  std::set<std::uint32_t> no_body_;
  std::vector<std::pair<std::uint32_t, Error>> troubles_;
  std::size_t poisonous_ = 0;
};

}  // namespace smsbackup::imap
