// What the operating system refused, as an Error.
#pragma once

#include <string_view>

#include "smsbackup/error.hpp"

namespace smsbackup::model {

// `number` is an errno value; `doing` says what was being done to what ("writing a temporary file").
Error os_error(int number, std::string_view doing);

}  // namespace smsbackup::model
