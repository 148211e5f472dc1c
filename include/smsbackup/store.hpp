// A Store is both a Source and a Sink. Stores open by URI or by a plain path, so that a command line, a script and an
// app name them the same way:
//
//   icalendar:FILE.ics (calls only)
//   synctech-xml:PATH  maildir:PATH  mbox:PATH  eml:PATH  jsonl:PATH  (jsonl:- is standard input and output)  memory:
//   android-db:FOLDER  (or the path of a phone's mmssms.db)
//   imaps://user@host/FOLDER  imap+starttls://user@host/FOLDER  (see imap_store.hpp)
//
// A plain path is recognised by its content, or, when nothing is there yet, by its name: .xml .zip .mbox .jsonl .ndjson
// .eml .db, and a folder is a Maildir.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/charset.hpp"
#include "smsbackup/export.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/limits.hpp"
#include "smsbackup/mime.hpp"
#include "smsbackup/sink.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT Store : public Source, public Sink {
 public:
  ~Store() override;
  std::string name() const override = 0;
};

struct StoreOptions {
  Limits limits;
  MimeOptions mime;  // how mail stores write
  std::function<std::unique_ptr<CharsetConverter>()> charsets = system_charsets;
  ImapOptions imap;  // what an IMAP address doesn't say: secrets, whom to trust, folders, time-outs
};

enum class Access : std::uint8_t {
  read,   // it must be there: Error(not_found), Error(empty_input), Error(unknown_format)
  write,  // it is made when missing, and added to when there
};

// Opens a store. Throws Error(invalid_argument) for a scheme nobody registered, with the known ones in the hint.
SMSBACKUP_EXPORT std::unique_ptr<Store> open_store(std::string_view uri_or_path, Access access,
                                                   const StoreOptions& options = {});

// A URI or path taken apart: "mbox:/a/b" is {"mbox", "/a/b"}; a plain path has no scheme.
struct StoreAddress {
  std::string scheme;
  std::string location;
};
SMSBACKUP_EXPORT StoreAddress parse_store_address(std::string_view uri_or_path);

// How a scheme's stores are made. Hosts may add their own; adding a scheme again replaces it.
using StoreFactory =
    std::function<std::unique_ptr<Store>(const StoreAddress& address, Access access, const StoreOptions& options)>;
SMSBACKUP_EXPORT void register_store(std::string scheme, StoreFactory factory);
SMSBACKUP_EXPORT std::vector<std::string> registered_stores();

// The scheme that a file or folder belongs to by its content; "" if it is none that the library knows.
// Throws Error(not_found), Error(empty_input) or Error(permission_denied).
SMSBACKUP_EXPORT std::string detect_store(const std::string& path);

}  // namespace smsbackup
