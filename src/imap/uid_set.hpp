// Sets of numbers as IMAP writes them: "3:7,9" (RFC 9051 section 9, sequence-set).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smsbackup::imap {

// Ascending numbers in as few ranges as possible. "" for none.
std::string to_sequence_set(std::span<const std::uint32_t> ascending);

// Appends the numbers of a set, or of a list with blanks. False if it is none, or has more than `limit` numbers.
bool append_uid_set(std::string_view text, std::vector<std::uint32_t>& out, std::size_t limit);
bool append_numbers(std::string_view text, std::vector<std::uint32_t>& out, std::size_t limit);
// Appends what "SEARCH 2 7" or "ESEARCH (TAG "5") UID ALL 2,7" found; other lines have nothing. False as above.
bool append_search_answer(std::string_view line, std::vector<std::uint32_t>& out, std::size_t limit);

}  // namespace smsbackup::imap
