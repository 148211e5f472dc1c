// Names of folders as IMAP writes them: modified UTF-7 (RFC 3501 section 5.1.3), quoted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smsbackup::imap {

// Throws Error(invalid_argument) when the name is not UTF-8.
std::string to_modified_utf7(std::string_view utf8);

// What is no modified UTF-7 stays as it is: servers send all kinds of names.
std::string from_modified_utf7(std::string_view name);

// A quoted string (RFC 9051 section 4.3). Only for text without CR, LF, NUL and bytes above 127; see is_quotable().
std::string quote(std::string_view text);
bool is_quotable(std::string_view text) noexcept;

// Where the user's own folders live on a server, and what stands between the levels of a name.
struct NameSpace {
  std::string prefix;     // "INBOX." on some servers
  char delimiter = '\0';  // none: names have one level

  // A path of this library ("Backup/SMS", UTF-8) as the server's name for it, and back.
  std::string wire_name(std::string_view path) const;
  std::string path(std::string_view wire_name) const;
  friend bool operator==(const NameSpace&, const NameSpace&) = default;
};

// From "NAMESPACE (("INBOX." ".")) NIL NIL" or "LIST (\\Noselect) "/" """; nothing if the line is neither.
std::optional<NameSpace> read_name_space_line(std::string_view line);

}  // namespace smsbackup::imap
