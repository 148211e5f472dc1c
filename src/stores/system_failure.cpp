#include "stores/system_failure.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace smsbackup::stores {
namespace {

ErrorCode code_of(int error_number) {
  switch (error_number) {
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

std::string hint_for(int error_number) {
  switch (error_number) {
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

}  // namespace

Error system_failure(int error_number, std::string_view doing, const std::filesystem::path& path) {
  std::string message(doing);
  message += ' ';
  message += path.string();
  message += ": ";
  message += std::generic_category().message(error_number);
  return Error(code_of(error_number), message, hint_for(error_number));
}

}  // namespace smsbackup::stores
