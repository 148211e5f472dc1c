#include "smsbackup/version.hpp"

#define SMSBACKUP_TEXT_(x) #x
#define SMSBACKUP_TEXT(x) SMSBACKUP_TEXT_(x)

namespace smsbackup {

const char* version() noexcept {
  return SMSBACKUP_TEXT(SMSBACKUP_VERSION_MAJOR) "." SMSBACKUP_TEXT(SMSBACKUP_VERSION_MINOR) "." SMSBACKUP_TEXT(
      SMSBACKUP_VERSION_PATCH);
}

}  // namespace smsbackup
