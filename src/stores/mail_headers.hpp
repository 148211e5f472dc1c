// What the mail stores need to know about a mail before it is decoded.
#pragma once

#include <string>
#include <string_view>

namespace smsbackup::stores {

// The header fields with the empty line that ends them; all of the mail if there is none. Any line ends.
std::string_view header_section(std::string_view mail);
// Whether the empty line is there.
bool has_complete_header(std::string_view beginning);

// The first field of that name (any letter case), unfolded and without white space around it; empty if there is none.
std::string header_value(std::string_view headers, std::string_view name);

}  // namespace smsbackup::stores
