// Everybody a mail was written with so far, ready for the next one: the header lines for an address are made once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "mime/mailbox.hpp"

namespace smsbackup::mime {

struct KnownPerson {
  std::string name;     // for subjects
  std::string number;   // for call texts
  std::string mailbox;  // as in From and To
  std::string from;     // whole header lines, with their CRLF
  std::string to;
  std::string sms_subject;
  std::string mms_subject;
  std::string call_subject;
  std::string reference;  // what stands in References where there is no thread id: calls, and rows without that column
};

class People {
 public:
  explicit People(const MimeOptions& options) : options_(options) {}

  // NULL and empty addresses are nobody known. The reference is good until the next call.
  const KnownPerson& find(std::optional<std::string_view> address);

  std::string subject(RecordType type, std::string_view name) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };
  KnownPerson make(std::string_view address) const;

  const MimeOptions& options_;
  std::unordered_map<std::string, KnownPerson, Hash, std::equal_to<>> known_;
  std::optional<KnownPerson> uncommon_;  // one with an address too long to keep
};

}  // namespace smsbackup::mime
