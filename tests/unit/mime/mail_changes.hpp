// What servers, clients and mailing lists do to mails on their way. Each takes a mail of ours and gives it back
// changed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace smsbackup::changes {

using Random = std::mt19937;

std::string with_lf(std::string_view mail);
std::string with_trailing_line_end(std::string_view mail);
// Line breaks and other white space wherever the headers have white space.
std::string refolded(std::string_view mail, Random& random);
// Header names in another letter case, in another order, others among them.
std::string reordered(std::string_view mail, Random& random);
// Encoded words written anew, in base64.
std::string with_other_encoded_words(std::string_view mail);
// As a part of a multipart that ends with a mailing list's footer; the headers stay outside.
std::string with_footer(std::string_view mail);
// As an attachment of somebody's mail.
std::string forwarded(std::string_view mail);

enum class Encoding : std::uint8_t { eight_bit, base64, quoted_printable };
enum class Charset : std::uint8_t { utf8, utf16, latin1 };
// Every text in another transfer encoding and charset, with CRLF line ends: what a client does that reads and writes
// mails anew. A text that the charset hasn't got keeps UTF-8.
std::string transcoded(std::string_view mail, Encoding encoding, Charset charset);

}  // namespace smsbackup::changes
