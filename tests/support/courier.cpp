#include "support/courier.hpp"

#include <stdexcept>

#include "support/server_root.hpp"

namespace smsbackup::test {
namespace {

// dash reads a line byte by byte from a socket, so that whatever follows is left for the server.
constexpr const char* log_in = R"(#!/bin/sh
set -f
cr=$(printf '\r')
printf '* OK [CAPABILITY IMAP4rev1] ready\r\n'
while IFS= read -r line; do
  line=${line%"$cr"}
  tag=${line%% *}
  rest=${line#* }
  case $rest in
    CAPABILITY) printf '* CAPABILITY IMAP4rev1\r\n%s OK done\r\n' "$tag" ;;
    LOGIN\ *)
      user=$(printf '%s' "$rest" | cut -d ' ' -f 2 | tr -d '"')
      password=$(printf '%s' "$rest" | cut -d ' ' -f 3 | tr -d '"')
      if [ "$password" = pass ] && [ -d "homes/$user" ]; then
        cd "homes/$user" && HOME=$PWD AUTHENTICATED=$user IMAPLOGINTAG=$tag exec "$COURIER_IMAPD" Maildir
      fi
      printf '%s NO Login failed.\r\n' "$tag" ;;
    LOGOUT) printf '* BYE\r\n%s OK done\r\n' "$tag"; exit ;;
    *) printf '%s BAD log in first\r\n' "$tag" ;;
  esac
done
)";

std::filesystem::path courier_root() { return server_root("courier", "usr/sbin/couriertcpd"); }

std::string libraries(const std::filesystem::path& root) {
  return "LD_LIBRARY_PATH=" + library_folders(root, "libcourierauth.so.0");
}

}  // namespace

std::optional<std::string> Courier::missing() {
  const std::filesystem::path root = courier_root();
  if (root.empty()) return "courier is not there (scripts/unpack-servers.sh)";
  if (!all_libraries_are_there(root / "usr/bin/imapd", libraries(root)))
    return "libraries of courier are missing (scripts/unpack-servers.sh)";
  return std::nullopt;
}

Courier::Courier(Options options) : folder_("courier"), port_(free_port()) {
  const std::filesystem::path& folder = folder_.path();
  const std::filesystem::path root = courier_root();
  write_file(folder / "log-in", log_in);
  std::filesystem::permissions(folder / "log-in", std::filesystem::perms(0755));
  for (int i = 1; i <= 9; ++i)
    for (const char* const part : {"cur", "new", "tmp"})
      std::filesystem::create_directories(folder / "homes" / ("u" + std::to_string(i)) / "Maildir" / part);
  process_.start({"/bin/sh", "-c",
                  "cd " + folder.string() + " && exec " + (root / "usr/sbin/couriertcpd").string() +
                      " -address=127.0.0.1 -maxprocs=100 -maxperip=100 -nodnslookup -noidentlookup " +
                      std::to_string(port_) + " ./log-in"},
                 folder / "output",
                 {libraries(root), "COURIER_IMAPD=" + (root / "usr/bin/imapd").string(),
                  "IMAP_CAPABILITY=" + options.capability, "PROTOCOL=IMAP", "IMAP_ENHANCEDIDLE=0", "IMAP_USELOCKS=1",
                  "IMAP_EMPTYTRASH=", "IMAP_TRASHFOLDERNAME=Trash", "IMAP_MOVE_EXPUNGE_TO_TRASH=0"});
  if (!wait_until_it_listens(port_, process_))
    throw std::runtime_error("courier does not start: " + read_file(folder / "output"));
}

}  // namespace smsbackup::test
