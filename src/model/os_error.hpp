// What the operating system refused, as an Error.
#pragma once

#include <string>
#include <string_view>

#include "smsbackup/error.hpp"

namespace smsbackup::model {

// `number` is an errno value; `doing` says what was being done to what ("writing a temporary file").
Error os_error(int number, std::string_view doing);

ErrorCode code_of_errno(int number) noexcept;
// What the user can do about it; "" if there is nothing to say.
std::string hint_of_errno(int number);

}  // namespace smsbackup::model
