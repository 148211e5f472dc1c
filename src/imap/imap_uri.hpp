// imaps://, imap+starttls:// and imap:// taken apart (RFC 5092, without its authentication and message parts).
#pragma once

#include <string>
#include <string_view>

#include "smsbackup/imap_options.hpp"

namespace smsbackup::imap {

// What the URI says, over what `base` says. `location` is what stands after "scheme:". Throws Error(invalid_argument);
// its message never repeats what stands before the "@".
ImapOptions options_from_uri(std::string_view scheme, std::string_view location, ImapOptions base);

// A URI that leads back to the same account and folder.
std::string uri_of(const ImapOptions& options);

}  // namespace smsbackup::imap
