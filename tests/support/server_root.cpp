#include "support/server_root.hpp"

#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace smsbackup::test {

std::filesystem::path server_root(const std::string& name, const std::filesystem::path& program) {
  std::vector<std::filesystem::path> roots{"/", std::filesystem::path("/var/cache/smsbackup-servers") / name};
  if (const char* const servers = std::getenv("SMSBACKUP_SERVERS")) roots = {std::filesystem::path(servers) / name};
  for (const auto& root : roots)
    if (::access((root / program).c_str(), X_OK) == 0) return root;
  return {};
}

std::string library_folders(const std::filesystem::path& root, const std::string& library) {
  std::string folders;
  std::error_code ignored;
  const auto look_at = [&](const std::filesystem::path& folder) {
    if (std::filesystem::exists(folder / library, ignored)) folders += (folders.empty() ? "" : ":") + folder.string();
  };
  look_at(root / "usr/lib");
  for (const auto& entry : std::filesystem::directory_iterator(root / "usr/lib", ignored)) look_at(entry.path());
  return folders;
}

bool all_libraries_are_there(const std::filesystem::path& program, const std::string& environment) {
  const std::string probe = environment + " ldd " + program.string() + " | grep -q 'not found'";
  return std::system(probe.c_str()) != 0;
}

}  // namespace smsbackup::test
