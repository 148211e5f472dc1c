// What stands between a server's bytes and libetpan, which trusts them: it recurses as deep as the server nests,
// takes the size of a literal modulo 2^32, allocates it before a byte of it is there, and collects untagged answers
// without end. The guard reads the framing of IMAP answers (RFC 9051 section 4: lines, quoted strings, literals,
// parentheses) as libetpan does, and stops the stream before libetpan sees what would hurt.
//
// A pure state machine over bytes; pieces may be cut anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smsbackup/error.hpp"

namespace smsbackup::net {

// What no answer needs, whatever was asked.
struct GuardLimits {
  std::size_t line_size = 16 << 20;       // bytes of one answer outside its literals; * SEARCH of 1,000,000 fits
  std::uint32_t literal_size = 64 << 20;  // bytes of one literal; libetpan may hold it in memory as a whole
  std::size_t nesting = 64;               // parentheses within parentheses
};

// What may come in answer to what was asked, from one begin_response() to the next.
struct ResponseBudget {
  std::uint64_t lines = 100'000;            // answers, tagged and untagged
  std::uint64_t line_bytes = 32 << 20;      // outside literals
  std::uint64_t literal_bytes = 128 << 20;  // inside
};

}  // namespace smsbackup::net
