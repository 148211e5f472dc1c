// Takes a mail's body apart (RFC 2046): the leaves of nested multiparts, in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mime/mail_fields.hpp"
#include "smsbackup/charset.hpp"
#include "smsbackup/limits.hpp"

namespace smsbackup::mime {

struct MailPart {
  MailFields fields;
  std::string_view body;  // still encoded; the line end before the delimiter is not in it
};

struct PartTree {
  std::vector<MailPart> leaves;
  bool cut_off = false;     // a multipart has no closing delimiter
  bool over_limit = false;  // nested too deep, too many parts or headers: the tree is not complete
};

bool is_multipart(std::string_view content_type) noexcept;
bool is_mail(std::string_view content_type) noexcept;  // message/rfc822 and its kin

// `fields` and `body` are the whole mail's, or a part's. A message within is a leaf.
void split_parts(const MailFields& fields, std::string_view body, const Limits& limits, CharsetConverter& charsets,
                 PartTree& tree);

}  // namespace smsbackup::mime
