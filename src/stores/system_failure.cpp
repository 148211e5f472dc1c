#include "stores/system_failure.hpp"

#include <string>
#include <system_error>

#include "model/os_error.hpp"

namespace smsbackup::stores {

Error system_failure(int error_number, std::string_view doing, const std::filesystem::path& path) {
  std::string message(doing);
  message += ' ';
  message += path.string();
  message += ": ";
  message += std::generic_category().message(error_number);
  return Error(model::code_of_errno(error_number), message, model::hint_of_errno(error_number));
}

}  // namespace smsbackup::stores
