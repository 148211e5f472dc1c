// What a server's "no" means: its status as an Error with a code of the library's own and a hint.
#pragma once

#include <cstdint>
#include <string_view>

#include "imap/answer.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {

enum class Attempt : std::uint8_t { log_in, append, other };

// `doing` says what was tried: "logging in at imap.example.org". The server's words are in Error::detail() only.
Error refusal(const Status& status, std::string_view doing, Attempt attempt = Attempt::other);

// Whether the same may work when tried again a little later.
bool is_transient(ErrorCode code) noexcept;

// Whether a refused APPEND says something about that mail alone: then the rest can go on.
bool concerns_one_mail(ErrorCode code) noexcept;

}  // namespace smsbackup::imap
