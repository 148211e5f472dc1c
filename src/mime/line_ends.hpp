// Which line ends a text has, so that they can be put right after a mail client has changed them all to its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smsbackup::mime {

// A run-length list such as "lf3 crlf1 cr2", "0" if the text has no line end. Nothing if it would be longer than
// `most` bytes. `separator` stands between the runs.
std::string line_end_list(std::string_view text, char separator, std::size_t most);

// Gives the text the line ends of the list, and drops those that were appended at its end. A text that doesn't fit the
// list is left alone.
void restore_line_ends(std::string_view list, std::string& text);

}  // namespace smsbackup::mime
