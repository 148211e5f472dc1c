#include "support/dovecot.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace smsbackup::test {
namespace {

struct Users {
  uid_t mail_uid;
  gid_t mail_gid;
  std::string internal, internal_group, login;
};

// Dovecot insists on dropping root's rights; as anybody else it can't, and all of it runs as the caller.
Users users() {
  if (::getuid() == 0) {
    const passwd* const mail = ::getpwnam("mail");
    if (mail == nullptr) throw std::runtime_error("there is no user mail");
    return {mail->pw_uid, mail->pw_gid, "dovecot", "dovecot", "dovenull"};
  }
  const passwd* const own = ::getpwuid(::getuid());
  const group* const own_group = ::getgrgid(::getgid());
  if (own == nullptr || own_group == nullptr) throw std::runtime_error("this user has no name");
  return {::getuid(), ::getgid(), own->pw_name, own_group->gr_name, own->pw_name};
}

}  // namespace

std::optional<std::string> Dovecot::missing() {
  if (find_program("dovecot").empty()) return "dovecot is not installed (Debian: dovecot-imapd)";
  if (!std::filesystem::exists("/usr/lib/dovecot/imap")) return "dovecot has no IMAP (Debian: dovecot-imapd)";
  return std::nullopt;
}

Dovecot::Dovecot(Options options)
    : options_(std::move(options)),
      folder_("dovecot"),
      ca_(make_ca()),
      identity_(options_.identity ? *options_.identity : issue(ca_, {})),
      port_(free_port()),
      tls_port_(free_port()) {
  const std::filesystem::path& folder = folder_.path();
  const Users owner = users();
  std::filesystem::create_directories(folder / "run");
  std::filesystem::create_directories(folder / "home");
  if (::chown((folder / "home").c_str(), owner.mail_uid, owner.mail_gid) != 0) {
    throw std::runtime_error("giving the mail folder to its user");
  }
  write_file(folder / "server.pem", identity_.certificate);
  write_file(folder / "server.key", identity_.key);
  std::string accounts;
  for (int i = 1; i <= 9; ++i) {
    const std::string name = "u" + std::to_string(i);
    accounts += name + ":{PLAIN}" + password + ":" + std::to_string(owner.mail_uid) + ":" +
                std::to_string(owner.mail_gid) + "::" + mail_of(name).string() + "::\n";
  }
  write_file(folder / "users", accounts);
  write_file(folder / "dovecot.conf", configuration());
  start();
}

Dovecot::~Dovecot() { stop(); }

std::string Dovecot::configuration() const {
  const std::filesystem::path& folder = folder_.path();
  const Users owner = users();
  const std::string path = folder.string();
  std::string location = options_.mail_format + ":~/mail";
  if (options_.mail_format == "mbox") location += ":INBOX=~/inbox";
  const bool has_quota = options_.quota_bytes > 0;
  std::string text;
  text += "base_dir = " + path + "/run\nstate_dir = " + path + "/run\nlog_path = " + path + "/dovecot.log\n";
  text += "protocols = imap\nlisten = 127.0.0.1\nfirst_valid_uid = 1\n";
  text += "default_internal_user = " + owner.internal + "\ndefault_internal_group = " + owner.internal_group + "\n";
  text += "default_login_user = " + owner.login + "\n";
  text += std::string("disable_plaintext_auth = ") + (options_.plain_text_login ? "no" : "yes") + "\n";
  text += "auth_mechanisms = plain login scram-sha-1 scram-sha-256\nauth_failure_delay = 0\n";
  text += "ssl = yes\nssl_cert = <" + path + "/server.pem\nssl_key = <" + path + "/server.key\n";
  text += "passdb {\n  driver = passwd-file\n  args = " + path + "/users\n}\n";
  text += "userdb {\n  driver = passwd-file\n  args = " + path + "/users\n}\n";
  text += "mail_location = " + location + "\nmail_fsync = " + options_.mail_fsync + "\n";
  const std::string plugins = std::string("zlib") + (has_quota ? " quota" : "");
  text += "mail_plugins = " + plugins + "\n";
  text += "protocol imap {\n  mail_plugins = " + plugins + " imap_zlib" + (has_quota ? " imap_quota" : "") +
          "\n  mail_max_userip_connections = " + std::to_string(options_.connections_per_user) + "\n}\n";
  if (has_quota) {
    text += "plugin {\n  quota = count:User quota\n  quota_vsizes = yes\n  quota_rule = *:storage=" +
            std::to_string(options_.quota_bytes) + "B\n}\n";
  }
  if (!options_.capability.empty()) text += "imap_capability = " + options_.capability + "\n";
  text += "default_process_limit = 200\ndefault_client_limit = 1000\n";
  text += "service imap-login {\n  service_count = 0\n";
  if (::getuid() != 0) text += "  chroot =\n";
  text += "  inet_listener imap {\n    port = " + std::to_string(port_) + "\n  }\n";
  text += "  inet_listener imaps {\n    port = " + std::to_string(tls_port_) + "\n    ssl = yes\n  }\n}\n";
  text += "service anvil {\n  chroot =\n}\n";
  text += "namespace inbox {\n  inbox = yes\n  separator = " + options_.separator + "\n  prefix = " + options_.prefix +
          "\n}\n";
  text += options_.more + "\n";
  return text;
}

std::string Dovecot::log() const { return read_file(folder_.path() / "dovecot.log"); }

void Dovecot::start() {
  process_.start({find_program("dovecot").string(), "-F", "-c", (folder_.path() / "dovecot.conf").string()},
                 folder_.path() / "output");
  if (wait_until_it_listens(port_, process_) && wait_until_it_listens(tls_port_, process_)) return;
  throw std::runtime_error("dovecot does not start: " + read_file(folder_.path() / "output") + log());
}

void Dovecot::set_quota(std::uint64_t bytes) {
  options_.quota_bytes = bytes;
  write_file(folder_.path() / "dovecot.conf", configuration());
  stop();
  start();
}

// Its polite way takes seconds. What it has answered OK to is in its files.
void Dovecot::stop() { process_.stop(SIGKILL); }

}  // namespace smsbackup::test
