// Decodes the body of a mail or of one part: transfer encoding, charset, line ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mime/mail_fields.hpp"
#include "mime/part_tree.hpp"
#include "mime/quoted_printable.hpp"
#include "smsbackup/blob.hpp"
#include "smsbackup/charset.hpp"
#include "smsbackup/limits.hpp"

namespace smsbackup::mime {

// What was found on the way.
struct BodyCondition {
  bool too_large = false;
  bool damaged = false;           // broken base64 or quoted-printable: what could be read was
  bool unknown_encoding = false;  // of the transfer: the body was taken as it is
  bool unknown_charset = false;   // the bytes were taken as they are
  bool exact = false;             // nothing can have changed the line ends

  bool repaired() const noexcept { return damaged || unknown_encoding || unknown_charset; }
};

// Replaces `text` by the body in UTF-8.
BodyCondition read_text(const MailFields& fields, std::string_view body, QuotedPrintable dialect, const Limits& limits,
                        CharsetConverter& charsets, std::string& text);

// The bytes of the body; large ones go to a file piece by piece.
BodyCondition read_data(const MailFields& fields, std::string_view body, const Limits& limits, Blob& data);

}  // namespace smsbackup::mime
