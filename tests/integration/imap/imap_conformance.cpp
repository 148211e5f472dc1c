// What every store must do, asked of mailboxes on real servers.
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "conformance/store_suite.hpp"
#include "smsbackup/imap_store.hpp"
#include "support/courier.hpp"
#include "support/cyrus.hpp"
#include "support/dovecot.hpp"

namespace smsbackup::test {
namespace {

Dovecot& dovecot() {
  static Dovecot server(Dovecot::Options{.mail_format = "mdbox"});
  return server;
}

Cyrus& cyrus() {
  static Cyrus server;
  return server;
}

Courier& courier() {
  static Courier server;
  return server;
}

// Each test's folder becomes a folder of the mailbox.
template <class Server>
auto mailbox(Server& (*server)(), void (*adjust)(ImapOptions&)) {
  return [server, adjust](const std::filesystem::path& folder, Access access) -> std::unique_ptr<Store> {
    ImapOptions options;
    options.host = "localhost";
    options.port = server().tls_port();
    options.tls.ca_pem = server().ca_pem();
    options.user = "u1";
    options.password = [](const ImapAccount&) { return std::string(Server::password); };
    options.folder = std::to_string(std::hash<std::string>{}(folder.string()));
    adjust(options);
    return std::make_unique<ImapStore>(options, access);
  };
}

const StoreUnderTest on_dovecot[] = {
    {"imap_dovecot", mailbox(dovecot, [](ImapOptions&) {}), {}, true},
    {"imap_like_gmail",
     mailbox(dovecot, [](ImapOptions& options) { options.use.multiappend = options.use.literal_plus = false; }),
     {},
     true},
    {"imap_bare",
     mailbox(dovecot,
             [](ImapOptions& options) {
               options.use = {false, false, false, false, false, false, false, false, false, false};
               options.compression = ImapOptions::Compression::never;
             }),
     {},
     true},
};

const StoreUnderTest on_cyrus{"imap_cyrus", mailbox(cyrus, [](ImapOptions&) {}), {}, true};

// Courier reads a folder and writes the list of its mails anew for each APPEND.
const StoreUnderTest on_courier{"imap_courier",
                                mailbox(courier,
                                        [](ImapOptions& options) {
                                          options.port = courier().port();
                                          options.security = ImapOptions::Security::plain;
                                          options.allow_plain = true;
                                        }),
                                {},
                                true,
                                {},
                                300};

std::vector<StoreUnderTest> available() {
  std::vector<StoreUnderTest> out;
  if (const auto why = Dovecot::missing())
    std::cerr << "without Dovecot: " << *why << '\n';
  else
    out.assign(std::begin(on_dovecot), std::end(on_dovecot));
  if (const auto why = Cyrus::missing())
    std::cerr << "without Cyrus: " << *why << '\n';
  else
    out.push_back(on_cyrus);
  if (const auto why = Courier::missing())
    std::cerr << "without Courier: " << *why << '\n';
  else
    out.push_back(on_courier);
  return out;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreSuite);
INSTANTIATE_TEST_SUITE_P(Stores, StoreSuite, testing::ValuesIn(available()),
                         [](const testing::TestParamInfo<StoreUnderTest>& store) { return store.param.name; });

}  // namespace
}  // namespace smsbackup::test
