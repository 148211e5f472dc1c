#include "model/os_error.hpp"

#include <cerrno>
#include <system_error>

namespace smsbackup::model {

ErrorCode code_of_errno(int number) noexcept {
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
    case EFBIG:
      return ErrorCode::no_space;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return ErrorCode::invalid_argument;
    case EBUSY:
    case ETXTBSY:
      return ErrorCode::busy;
    default:
      return ErrorCode::io;
  }
}

std::string hint_of_errno(int number) {
  switch (number) {
    case ENOSPC:
      return "Free some space there, or choose another disk.";
    case EDQUOT:
      return "Your quota on that disk is used up: free some space, or choose another disk.";
    case EFBIG:
      return "The file system or this process's limit (ulimit -f) allows no larger file.";
    case EROFS:
      return "That file system is mounted read-only.";
    case EMFILE:
    case ENFILE:
      return "Too many files are open: raise the limit (ulimit -n).";
    case EPIPE:
      return "The program that reads the output has ended.";
    default:
      return {};
  }
}

Error os_error(int number, std::string_view doing) {
  std::string message(doing);
  message += " failed: ";
  message += std::generic_category().message(number);
  return {code_of_errno(number), message, hint_of_errno(number)};
}

}  // namespace smsbackup::model
