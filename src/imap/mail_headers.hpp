// The few header fields that the store itself looks at.
#pragma once

#include <string>
#include <string_view>

namespace smsbackup::imap {

// The header fields out of which MimeDecoder::key_from_headers() makes a key, as a FETCH item.
std::string_view key_headers_item() noexcept;

// Whether this library wrote the mail.
bool is_own(std::string_view headers);

// The Message-ID of a header section, with the angle brackets and without folding; empty if there is none.
std::string message_id_in(std::string_view headers);

}  // namespace smsbackup::imap
