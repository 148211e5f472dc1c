#include "imap/server_info.hpp"

#include "imap/ascii.hpp"

namespace smsbackup::imap {
namespace {

// What a server prints goes to a terminal: no control characters, and not too much of it.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 200))
    out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '?' : c;
  return out;
}

// * ID ("name" "Dovecot" "version" "2.3") as "Dovecot 2.3".
std::string software(Session& session) {
  std::string name, version;
  session.dialogue().command("ID NIL", [&](std::string_view line) {
    Tokens tokens(line);
    if (upper(tokens.next().text) != "ID" || tokens.next().kind != Tokens::Kind::open) return;
    for (;;) {
      const auto key = tokens.next();
      if (key.kind == Tokens::Kind::end || key.kind == Tokens::Kind::close) return;
      const auto value = tokens.next();
      if (value.kind != Tokens::Kind::string) continue;
      if (upper(key.text) == "NAME") name = value.text;
      if (upper(key.text) == "VERSION") version = value.text;
    }
  });
  return printable(version.empty() ? name : name + ' ' + version);
}

}  // namespace

ImapServerInfo server_info(Session& session, const std::vector<std::string>& folders) {
  ImapServerInfo info;
  auto& dialogue = session.dialogue();
  info.greeting = printable(dialogue.greeting().text);
  const auto& can = session.capabilities();
  for (const auto& name : can.announced()) info.capabilities.push_back(printable(name));
  if (can.has("ID")) info.software = software(session);
  info.tls_version = dialogue.connection().tls_version();
  info.mechanism = session.mechanism();
  info.compression = can.has("COMPRESS=DEFLATE");
  info.append_limit = can.append_limit();
  for (const auto& path : folders) {
    ImapServerInfo::Folder folder;
    folder.name = path;
    if (const auto open = session.select(path, true)) {
      folder.exists = true;
      folder.messages = open->messages;
      folder.uid_validity = open->uid_validity;
    }
    info.folders.push_back(std::move(folder));
  }
  return info;
}

}  // namespace smsbackup::imap
