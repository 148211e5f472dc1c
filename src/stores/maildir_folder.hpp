// The layout of a Maildir: its three folders, and what the names of the mails in them say (docs/stores/maildir.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "stores/name_list.hpp"

namespace smsbackup::stores {

// "cur" and "new" and perhaps "tmp", as folders.
bool is_maildir(const std::filesystem::path& folder);
// No such folder, or nothing but hidden files in it.
bool is_free_for_maildir(const std::filesystem::path& folder);
// Makes what is missing of the folder and its three.
void make_maildir(const std::filesystem::path& folder);

// Every mail, sorted by its name whichever folder it is in.
NameList list_maildir(const std::filesystem::path& folder);
// "cur/NAME" or "new/NAME" for an entry of that list.
std::string mail_path(std::string_view entry);
// What stays of an entry's name when other programs change the mail's flags and move it from new/ to cur/.
std::string unchanging_name(std::string_view entry);
// Where a mail is now, by the "cur/NAME" or "new/NAME" that it once had: another program may have changed its flags
// since, which are part of the name. Empty if it is gone or that is no name of a mail.
std::string find_mail(const std::filesystem::path& folder, std::string_view name);

struct MaildirFlags {
  bool seen = false;     // S
  bool flagged = false;  // F, a star
  bool trashed = false;  // T, deleted by the user and soon gone
};
MaildirFlags maildir_flags(std::string_view name);

// Removes what writers left in tmp/ 36 hours and longer ago, which is what the convention asks of every reader.
void clean_maildir(const std::filesystem::path& folder, std::int64_t now);

// Makes names that sort by the mails' own dates and that nobody else makes.
class MaildirNames {
 public:
  MaildirNames();
  // Without flags.
  std::string next(std::int64_t internal_date);

 private:
  std::uint32_t random_;
  std::uint64_t count_ = 0;
};

}  // namespace smsbackup::stores
