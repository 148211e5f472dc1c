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
#include "support/dovecot.hpp"

namespace smsbackup::test {
namespace {

Dovecot& dovecot() {
  static Dovecot server(Dovecot::Options{.mail_format = "mdbox"});
  return server;
}

// Each test's folder becomes a folder of the mailbox.
auto mailbox(void (*adjust)(ImapOptions&)) {
  return [adjust](const std::filesystem::path& folder, Access access) -> std::unique_ptr<Store> {
    ImapOptions options;
    options.host = "localhost";
    options.port = dovecot().tls_port();
    options.tls.ca_pem = dovecot().ca_pem();
    options.user = "u1";
    options.password = [](const ImapAccount&) { return std::string(Dovecot::password); };
    options.folder = std::to_string(std::hash<std::string>{}(folder.string()));
    adjust(options);
    return std::make_unique<ImapStore>(options, access);
  };
}

const StoreUnderTest stores[] = {
    {"imap_dovecot", mailbox([](ImapOptions&) {}), {}, true},
    {"imap_like_gmail",
     mailbox([](ImapOptions& options) { options.use.multiappend = options.use.literal_plus = false; }),
     {},
     true},
    {"imap_bare",
     mailbox([](ImapOptions& options) {
       options.use = {false, false, false, false, false, false, false, false, false, false};
       options.compression = ImapOptions::Compression::never;
     }),
     {},
     true},
};

std::vector<StoreUnderTest> available() {
  if (const auto why = Dovecot::missing()) {
    std::cerr << "without mailboxes: " << *why << '\n';
    return {};
  }
  return {std::begin(stores), std::end(stores)};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreSuite);
INSTANTIATE_TEST_SUITE_P(Stores, StoreSuite, testing::ValuesIn(available()),
                         [](const testing::TestParamInfo<StoreUnderTest>& store) { return store.param.name; });

}  // namespace
}  // namespace smsbackup::test
