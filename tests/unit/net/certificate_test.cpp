// Who may call itself localhost.
#include <gtest/gtest.h>
#include <libetpan/libetpan.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "net/connection.hpp"
#include "smsbackup/log.hpp"
#include "support/dovecot.hpp"
#include "support/scripted_peer.hpp"
#include "support/server_process.hpp"
#include "unit/net/thrown.hpp"

namespace smsbackup {
namespace {

using test::CertificateWish;
using test::Identity;
using test::PeerSession;
using test::PeerTls;
using test::ScriptedPeer;
using test::thrown_by;

// Connects by TLS to a server with this certificate; the greeting must come through.
void connect_to(const PeerTls& server, const TlsOptions& tls, const std::string& host = "localhost") {
  ScriptedPeer peer([](PeerSession& session) { session.send("* OK hello\r\n"); }, server);
  net::ConnectionOptions options;
  options.host = host;
  options.port = peer.port();
  options.tls = tls;
  net::Connection connection(options);
  std::string line(12, '\0');
  std::size_t have = 0;
  while (have < line.size()) {
    const auto got = mailstream_read(connection.stream(), line.data() + have, line.size() - have);
    if (got < 0) connection.rethrow_failure();
    have += static_cast<std::size_t>(got);
  }
  EXPECT_EQ(line, "* OK hello\r\n");
}

class ServerCertificate : public testing::Test {
 protected:
  const Identity ca = test::make_ca();
  const Identity other_ca = test::make_ca("Other CA");

  static PeerTls with(const Identity& identity) { return {identity, 0, {}, {}}; }
  TlsOptions trusting_ca() const {
    TlsOptions tls;
    tls.ca_pem = ca.certificate;
    return tls;
  }
  void expect_rejected(const PeerTls& server, const TlsOptions& tls, const std::string& why,
                       const std::string& host = "localhost") {
    const Error error = thrown_by([&] { connect_to(server, tls, host); });
    EXPECT_EQ(error.code(), ErrorCode::certificate_rejected) << error.what() << " / " << error.detail();
    EXPECT_EQ(error.what(), "connecting to " + host + ": " + why);
    EXPECT_FALSE(error.hint().empty());
  }
};

TEST_F(ServerCertificate, IsTakenFromAKnownCa) {
  connect_to(with(issue(ca, {})), trusting_ca());
  connect_to(with(issue(ca, {})), trusting_ca(), "127.0.0.1");
}

TEST_F(ServerCertificate, IsTakenFromACaInAFileOrAFolder) {
  const test::ServerFolder folder("certificates");
  test::write_file(folder.path() / "both.pem", other_ca.certificate + ca.certificate);
  TlsOptions tls;
  tls.ca_file = folder.path() / "both.pem";
  connect_to(with(issue(ca, {})), tls);

  const std::filesystem::path hashed = folder.path() / "hashed";
  std::filesystem::create_directory(hashed);
  test::write_file(hashed / "ca.pem", ca.certificate);
  ASSERT_EQ(std::system(("openssl rehash " + hashed.string()).c_str()), 0);
  TlsOptions from_folder;
  from_folder.ca_folder = hashed;
  connect_to(with(issue(ca, {})), from_folder);
  connect_to(with(issue(ca, {})), from_folder);
}

TEST_F(ServerCertificate, IsRejectedFromAnUnknownCa) {
  expect_rejected(with(issue(other_ca, {})), trusting_ca(), "the server's certificate comes from an unknown CA");
  expect_rejected(with(issue(ca, {})), TlsOptions(), "the server's certificate comes from an unknown CA");
  PeerTls with_root = with(issue(other_ca, {}));
  with_root.more_certificates = other_ca.certificate;
  expect_rejected(with_root, trusting_ca(), "the server's certificate comes from an unknown CA");
}

TEST_F(ServerCertificate, IsRejectedForAnotherHost) {
  const CertificateWish wish{.common_name = "localhost", .names = {"DNS:imap.example.org", "IP:192.0.2.1"}};
  expect_rejected(with(issue(ca, wish)), trusting_ca(), "the server's certificate is for another host than localhost");
  expect_rejected(with(issue(ca, wish)), trusting_ca(), "the server's certificate is for another host than 127.0.0.1",
                  "127.0.0.1");
  // A common name alone proves nothing any more.
  expect_rejected(with(issue(ca, {.common_name = "localhost", .names = {}})), trusting_ca(),
                  "the server's certificate is for another host than localhost");
  expect_rejected(with(issue(ca, {.names = {"DNS:l*"}})), trusting_ca(),
                  "the server's certificate is for another host than localhost");
}

TEST_F(ServerCertificate, IsRejectedOutsideOfItsDates) {
  const Error expired =
      thrown_by([&] { connect_to(with(issue(ca, {.valid_from_days = -30, .valid_until_days = -1})), trusting_ca()); });
  EXPECT_EQ(expired.code(), ErrorCode::certificate_rejected);
  EXPECT_EQ(std::string(expired.what()).substr(0, 57), "connecting to localhost: the server's certificate expired");
  const Error early =
      thrown_by([&] { connect_to(with(issue(ca, {.valid_from_days = 2, .valid_until_days = 30})), trusting_ca()); });
  EXPECT_EQ(early.code(), ErrorCode::certificate_rejected);
  EXPECT_EQ(std::string(early.what()).substr(0, 68),
            "connecting to localhost: the server's certificate is not valid befor");
}

TEST_F(ServerCertificate, IsRejectedWhenSelfSigned) {
  expect_rejected(with(test::make_self_signed({})), trusting_ca(), "the server's certificate is self-signed");
}

TEST_F(ServerCertificate, IsTakenWhenSelfSignedAndTrustedItself) {
  const Identity own = test::make_self_signed({});
  TlsOptions tls;
  tls.ca_pem = own.certificate;
  connect_to(with(own), tls);
}

TEST_F(ServerCertificate, IsTakenWhenSelfSignedAndPinned) {
  const Identity own = test::make_self_signed({});
  TlsOptions tls;
  tls.pins = {other_ca.pin(), own.pin()};
  connect_to(with(own), tls);
}

TEST_F(ServerCertificate, IsRejectedWhenSelfSignedWithAnotherPin) {
  TlsOptions tls;
  tls.pins = {other_ca.pin()};
  expect_rejected(with(test::make_self_signed({})), tls, "the server's certificate is self-signed");
}

TEST_F(ServerCertificate, MustHaveTheRightNameAndDatesEvenWhenPinned) {
  TlsOptions tls;
  const Identity other_name = test::make_self_signed({.names = {"DNS:imap.example.org"}});
  const Identity old = test::make_self_signed({.valid_from_days = -30, .valid_until_days = -1});
  tls.pins = {other_name.pin(), old.pin()};
  expect_rejected(with(other_name), tls, "the server's certificate is for another host than localhost");
  const Error expired = thrown_by([&] { connect_to(with(old), tls); });
  EXPECT_EQ(expired.code(), ErrorCode::certificate_rejected);
  EXPECT_NE(std::string(expired.what()).find("expired"), std::string::npos);
}

TEST_F(ServerCertificate, MustHaveAPinnedKeyInItsChain) {
  const Identity leaf = issue(ca, {});
  for (const Identity& pinned : {leaf, ca}) {
    TlsOptions tls = trusting_ca();
    tls.pins = {pinned.pin()};
    connect_to(with(leaf), tls);
  }
  TlsOptions tls = trusting_ca();
  tls.pins = {other_ca.pin()};
  const std::string why = "none of the pinned keys is in the server's chain of certificates";
  expect_rejected(with(leaf), tls, why);
  // Sending the pinned certificate along without being signed by it is no proof.
  PeerTls padded = with(leaf);
  padded.more_certificates = other_ca.certificate;
  expect_rejected(padded, tls, why);
  tls.trust_all = true;
  expect_rejected(padded, tls, why);
  tls.pins = {leaf.pin()};
  connect_to(padded, tls);
}

TEST_F(ServerCertificate, PinThatIsNoneIsSaidAtOnce) {
  for (const std::string& pin : std::vector<std::string>{"", "AAAA", "not base64!", std::string(44, '=')}) {
    TlsOptions tls = trusting_ca();
    tls.pins = {pin};
    EXPECT_EQ(thrown_by([&] { connect_to(with(issue(ca, {})), tls); }).code(), ErrorCode::invalid_argument) << pin;
  }
}

TEST_F(ServerCertificate, OfAnyKindIsTakenWithTrustAllAndAWarningEachTime) {
  std::mutex mutex;
  std::vector<std::string> warnings;
  set_log_sink(
      [&](LogLevel, std::string_view message) {
        const std::lock_guard lock(mutex);
        warnings.emplace_back(message);
      },
      LogLevel::warning);
  TlsOptions tls;
  tls.trust_all = true;
  connect_to(with(test::make_self_signed({.names = {"DNS:imap.example.org"}, .valid_until_days = 0})), tls);
  connect_to(with(issue(other_ca, {})), tls);
  set_log_sink({});
  EXPECT_EQ(warnings, std::vector<std::string>(2, "localhost: the server's certificate is not checked (trust_all)"));
}

TEST_F(ServerCertificate, CountsForNothingWithAnOldTlsVersion) {
  PeerTls old = with(issue(ca, {}));
  old.newest_version = TLS1_1_VERSION;
  TlsOptions tls = trusting_ca();
  for (const bool trust_all : {false, true}) {
    tls.trust_all = trust_all;
    const Error error = thrown_by([&] { connect_to(old, tls); });
    EXPECT_EQ(error.code(), ErrorCode::tls_failed);
    EXPECT_STREQ(error.what(), "connecting to localhost: it speaks no TLS version that is safe (1.2 or newer)");
  }
  old.newest_version = TLS1_2_VERSION;
  connect_to(old, trusting_ca());
}

TEST_F(ServerCertificate, ClientProvesItselfWithItsOwn) {
  const test::ServerFolder folder("client");
  const Identity client = issue(ca, {.common_name = "me", .names = {}});
  test::write_file(folder.path() / "client.pem", client.certificate + ca.certificate);
  test::write_file(folder.path() / "client.key", client.key);
  PeerTls asking = with(issue(ca, {}));
  asking.client_ca = ca.certificate;

  TlsOptions tls = trusting_ca();
  const Error without = thrown_by([&] { connect_to(asking, tls); });
  EXPECT_EQ(without.code(), ErrorCode::tls_failed);
  EXPECT_STREQ(without.what(), "reading from localhost: it wants a client certificate");

  tls.client_certificate = folder.path() / "client.pem";
  EXPECT_EQ(thrown_by([&] { connect_to(asking, tls); }).code(), ErrorCode::invalid_argument);
  tls.client_key = folder.path() / "client.key";
  connect_to(asking, tls);

  test::write_file(folder.path() / "client.key", issue(ca, {}).key);
  EXPECT_EQ(thrown_by([&] { connect_to(asking, tls); }).code(), ErrorCode::invalid_argument);
}

TEST_F(ServerCertificate, FilesThatAreNoneAreSaid) {
  const test::ServerFolder folder("files");
  test::write_file(folder.path() / "no.pem", "hello\n");
  test::write_file(folder.path() / "half.pem", ca.certificate + ca.certificate.substr(0, 200));
  const auto with_file = [&](const std::string& name) {
    TlsOptions tls;
    tls.ca_file = folder.path() / name;
    return thrown_by([&] { connect_to(with(issue(ca, {})), tls); }).code();
  };
  EXPECT_EQ(with_file("missing.pem"), ErrorCode::not_found);
  EXPECT_EQ(with_file("no.pem"), ErrorCode::corrupt_input);
  EXPECT_EQ(with_file("half.pem"), ErrorCode::corrupt_input);
  TlsOptions tls;
  tls.ca_folder = folder.path() / "missing";
  EXPECT_EQ(thrown_by([&] { connect_to(with(issue(ca, {})), tls); }).code(), ErrorCode::not_found);
}

// The same against a real server.
class DovecotCertificate : public ServerCertificate {
 protected:
  void SetUp() override {
    if (const auto why = test::Dovecot::missing()) GTEST_SKIP() << *why;
  }
  static std::string outcome(const Identity& identity, const TlsOptions& tls) {
    test::Dovecot::Options options;
    options.identity = identity;
    const test::Dovecot server(options);
    net::ConnectionOptions to;
    to.host = "localhost";
    to.port = server.tls_port();
    to.tls = tls;
    try {
      net::Connection connection(to);
      return std::string(connection.tls_version());
    } catch (const Error& error) {
      return std::string(to_string(error.code())) + ": " + error.what();
    }
  }
};

TEST_F(DovecotCertificate, IsJudgedTheSame) {
  EXPECT_EQ(outcome(issue(ca, {}), trusting_ca()), "TLSv1.3");
  EXPECT_EQ(outcome(issue(other_ca, {}), trusting_ca()),
            "certificate_rejected: connecting to localhost: the server's certificate comes from an unknown CA");
  EXPECT_EQ(outcome(issue(ca, {.names = {"DNS:imap.example.org"}}), trusting_ca()),
            "certificate_rejected: connecting to localhost: the server's certificate is for another host than "
            "localhost");
  EXPECT_EQ(outcome(issue(ca, {.valid_from_days = -9, .valid_until_days = -1}), trusting_ca()).substr(0, 79),
            "certificate_rejected: connecting to localhost: the server's certificate expired");
  const Identity own = test::make_self_signed({});
  EXPECT_EQ(outcome(own, trusting_ca()),
            "certificate_rejected: connecting to localhost: the server's certificate is self-signed");
  TlsOptions pinned;
  pinned.pins = {own.pin()};
  EXPECT_EQ(outcome(own, pinned), "TLSv1.3");
  pinned.pins = {other_ca.pin()};
  EXPECT_EQ(outcome(own, pinned),
            "certificate_rejected: connecting to localhost: the server's certificate is self-signed");
}

}  // namespace
}  // namespace smsbackup
