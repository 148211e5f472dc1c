#include "model/os_error.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace smsbackup::model {
namespace {

ErrorCode code_of(int number) noexcept {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::permission_denied;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::no_space;
    case EBUSY:
    case ETXTBSY:
      return ErrorCode::busy;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

Error os_error(int number, std::string_view doing) {
  std::string message(doing);
  message += " failed: ";
  message += std::generic_category().message(number);
  return {code_of(number), message, code_of(number) == ErrorCode::no_space ? "make room on the disk" : ""};
}

}  // namespace smsbackup::model
