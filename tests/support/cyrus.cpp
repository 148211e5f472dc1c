#include "support/cyrus.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "support/server_root.hpp"

namespace smsbackup::test {
namespace {

std::filesystem::path cyrus_root() { return server_root("cyrus", "usr/lib/cyrus/bin/master"); }

// Cyrus does not run as root. As anybody else it stays who it is.
std::pair<std::string, std::string> server_user() {
  if (::getuid() == 0) return {"mail", "mail"};
  const passwd* const own = ::getpwuid(::getuid());
  const group* const own_group = ::getgrgid(::getgid());
  if (own == nullptr || own_group == nullptr) throw std::runtime_error("this user has no name");
  return {own->pw_name, own_group->gr_name};
}

std::string libraries(const std::filesystem::path& root) {
  return "LD_LIBRARY_PATH=" + library_folders(root, "libcyrus.so.0");
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

}  // namespace

std::optional<std::string> Cyrus::missing() {
  const std::filesystem::path root = cyrus_root();
  if (root.empty()) return "cyrus is not there (scripts/unpack-servers.sh)";
  if (find_program("saslpasswd2").empty()) return "saslpasswd2 is not installed (Debian: sasl2-bin)";
  if (!all_libraries_are_there(root / "usr/lib/cyrus/bin/imapd", libraries(root)))
    return "libraries of cyrus are missing (scripts/unpack-servers.sh)";
  return std::nullopt;
}

Cyrus::Cyrus(Options options)
    : options_(std::move(options)),
      root_(cyrus_root()),
      folder_("cyrus"),
      ca_(make_ca()),
      port_(free_port()),
      tls_port_(free_port()) {
  const std::filesystem::path& folder = folder_.path();
  const std::string path = folder.string();
  const auto [user, group] = server_user();
  for (const char* const name : {"db", "proc", "socket", "lock", "quota", "user", "log", "msg"}) {
    std::filesystem::create_directories(folder / "conf" / name);
  }
  std::filesystem::create_directories(folder / "spool");
  const Identity identity = issue(ca_, {});
  write_file(folder / "server.pem", identity.certificate);
  write_file(folder / "server.key", identity.key);

  std::string text;
  text += "configdirectory: " + path + "/conf\npartition-default: " + path + "/spool\ndefaultpartition: default\n";
  text += "cyrus_user: " + user + "\ncyrus_group: " + group + "\n";
  text += "proc_path: " + path + "/conf/proc\nmboxname_lockpath: " + path + "/conf/lock\n";
  text += "idlesocket: " + path + "/conf/socket/idle\nservername: localhost\n";
  text += "allowplaintext: yes\nsasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\n";
  text += "sasl_sasldb_path: " + path + "/sasldb2\nsasl_mech_list: PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256\n";
  text += "tls_server_cert: " + path + "/server.pem\ntls_server_key: " + path + "/server.key\n";
  text += "autocreate_quota: " + std::to_string(options_.quota_kib) + "\n";
  text += std::string("altnamespace: ") + (options_.folders_below_inbox ? "no" : "yes") + "\n";
  text += std::string("unixhierarchysep: ") + (options_.slash_separates ? "yes" : "no") + "\n";
  text += "skiplist_unsafe: yes\n";  // no waiting for the disk where that can be had
  if (!options_.suppressed.empty()) text += "suppress_capabilities: " + options_.suppressed + "\n";
  text += options_.more + "\n";
  write_file(folder / "imapd.conf", text);

  const std::string bin = (root_ / "usr/lib/cyrus/bin/").string();
  const std::string configured = " -C " + path + "/imapd.conf";
  write_file(
      folder / "cyrus.conf",
      "START {\n  recover cmd=\"" + bin + "ctl_cyrusdb" + configured + " -r\"\n}\nSERVICES {\n  imap cmd=\"" + bin +
          "imapd" + configured + "\" listen=\"127.0.0.1:" + std::to_string(port_) + "\" prefork=0\n  imaps cmd=\"" +
          bin + "imapd" + configured + " -s\" listen=\"127.0.0.1:" + std::to_string(tls_port_) +
          "\" prefork=0\n}\nEVENTS {\n  checkpoint cmd=\"" + bin + "ctl_cyrusdb" + configured + " -c\" period=30\n}\n");
  for (int i = 1; i <= 9; ++i) {
    run("echo " + std::string(password) + " | " + find_program("saslpasswd2").string() + " -c -p -f " + path +
        "/sasldb2 -u localhost u" + std::to_string(i));
  }
  run("chown -R " + user + ":" + group + " " + path);
  start();
}

Cyrus::~Cyrus() { stop(); }

void Cyrus::start() {
  const std::string path = folder_.path().string();
  process_.start({(root_ / "usr/lib/cyrus/bin/master").string(), "-C", path + "/imapd.conf", "-M", path + "/cyrus.conf",
                  "-p", path + "/conf/master.pid", "-D"},
                 folder_.path() / "output", {libraries(root_)});
  if (wait_until_it_listens(port_, process_) && wait_until_it_listens(tls_port_, process_)) return;
  throw std::runtime_error("cyrus does not start: " + read_file(folder_.path() / "output"));
}

void Cyrus::stop() { process_.stop(SIGKILL); }

}  // namespace smsbackup::test
