// How the store names one of its mails: "UIDVALIDITY/UID/FOLDER".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "imap/answer.hpp"

namespace smsbackup::imap {

struct Locator {
  std::uint32_t uid_validity = 0;
  std::uint32_t uid = 0;
  std::string folder;

  std::string text() const { return std::to_string(uid_validity) + '/' + std::to_string(uid) + '/' + folder; }

  static std::optional<Locator> parse(std::string_view text) {
    const auto first = text.find('/');
    const auto second = first == text.npos ? first : text.find('/', first + 1);
    if (second == text.npos) return std::nullopt;
    const auto validity = parse_number(text.substr(0, first));
    const auto uid = parse_number(text.substr(first + 1, second - first - 1));
    if (!validity || *validity > UINT32_MAX || !uid || *uid == 0 || *uid > UINT32_MAX) return std::nullopt;
    return Locator{static_cast<std::uint32_t>(*validity), static_cast<std::uint32_t>(*uid),
                   std::string(text.substr(second + 1))};
  }
};

}  // namespace smsbackup::imap
