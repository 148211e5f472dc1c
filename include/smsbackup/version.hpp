// The library's version. Semantic: within one major version, what compiles goes on to compile and to work.
#pragma once

#include "smsbackup/export.hpp"

#define SMSBACKUP_VERSION_MAJOR 0
#define SMSBACKUP_VERSION_MINOR 1
#define SMSBACKUP_VERSION_PATCH 0

namespace smsbackup {

// The version of the library that is linked, e.g. "0.1.0".
SMSBACKUP_EXPORT const char* version() noexcept;

}  // namespace smsbackup
