// The connection against real servers.
#include <gtest/gtest.h>

#include "smsbackup/error.hpp"
#include "support/cyrus.hpp"
#include "support/dovecot.hpp"
#include "unit/net/session.hpp"

namespace smsbackup {
namespace {

using net::Connection;
using test::Dovecot;

class DovecotConnection : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!Dovecot::missing()) server = std::make_unique<Dovecot>();
  }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override {
    if (const auto why = Dovecot::missing()) GTEST_SKIP() << *why;
  }
  static net::ConnectionOptions options(std::uint16_t port) {
    net::ConnectionOptions options;
    options.host = "localhost";
    options.port = port;
    options.tls.ca_pem = server->ca_pem();
    return options;
  }
  static std::unique_ptr<Dovecot> server;
};
std::unique_ptr<Dovecot> DovecotConnection::server;

TEST_F(DovecotConnection, SpeaksTlsFromTheStart) {
  Connection connection(options(server->tls_port()));
  EXPECT_EQ(connection.tls_version(), "TLSv1.3");
  const test::Session session = test::make_session(connection);
  EXPECT_EQ(mailimap_login(session.get(), "u1", Dovecot::password), MAILIMAP_NO_ERROR);
  EXPECT_EQ(mailimap_select(session.get(), "INBOX"), MAILIMAP_NO_ERROR);
  EXPECT_GT(connection.bytes_received(), connection.plain_bytes_received());
}

TEST_F(DovecotConnection, UpgradesWithStarttls) {
  net::ConnectionOptions plain = options(server->port());
  plain.tls_from_start = false;
  Connection connection(plain);
  const test::Session session = test::make_session(connection);
  EXPECT_EQ(connection.tls_version(), "");
  ASSERT_EQ(mailimap_starttls(session.get()), MAILIMAP_NO_ERROR);
  connection.start_tls();
  EXPECT_EQ(connection.tls_version(), "TLSv1.3");
  EXPECT_EQ(mailimap_login(session.get(), "u1", Dovecot::password), MAILIMAP_NO_ERROR);
}

TEST_F(DovecotConnection, CompressesBothWays) {
  Connection connection(options(server->tls_port()));
  const test::Session session = test::make_session(connection);
  ASSERT_EQ(mailimap_login(session.get(), "u2", Dovecot::password), MAILIMAP_NO_ERROR);
  ASSERT_TRUE(test::command(connection, session.get(), "COMPRESS DEFLATE"));
  connection.start_deflate();
  EXPECT_TRUE(connection.is_compressed());

  const std::string mail = "Subject: x\r\n\r\n" + std::string(200'000, 'a') + "\r\n";
  EXPECT_EQ(mailimap_append(session.get(), "INBOX", nullptr, nullptr, mail.data(), mail.size()), MAILIMAP_NO_ERROR);
  EXPECT_EQ(mailimap_select(session.get(), "INBOX"), MAILIMAP_NO_ERROR);
  clist* result = nullptr;
  mailimap_fetch_type* const wanted =
      mailimap_fetch_type_new_fetch_att(mailimap_fetch_att_new_body_peek_section(mailimap_section_new(nullptr)));
  mailimap_set* const every = mailimap_set_new_interval(1, 0);
  const int fetched = mailimap_uid_fetch(session.get(), every, wanted, &result);
  mailimap_set_free(every);
  mailimap_fetch_type_free(wanted);
  ASSERT_EQ(fetched, MAILIMAP_NO_ERROR);
  ASSERT_EQ(clist_count(result), 1);
  mailimap_fetch_list_free(result);

  EXPECT_GT(connection.plain_bytes_sent(), 200'000u);
  EXPECT_GT(connection.plain_bytes_received(), 200'000u);
  EXPECT_LT(connection.bytes_sent(), 20'000u);
  EXPECT_LT(connection.bytes_received(), 20'000u);
}

TEST_F(DovecotConnection, RejectsAServerWhoseCaItDoesNotKnow) {
  net::ConnectionOptions stranger = options(server->tls_port());
  stranger.tls.ca_pem.clear();
  try {
    Connection connection(stranger);
    FAIL() << "connected";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::certificate_rejected);
    EXPECT_STREQ(error.what(), "connecting to localhost: the server's certificate comes from an unknown CA");
  }
}

TEST_F(DovecotConnection, NoticesThatTheServerStopped) {
  Connection connection(options(server->tls_port()));
  const test::Session session = test::make_session(connection);
  ASSERT_EQ(mailimap_login(session.get(), "u1", Dovecot::password), MAILIMAP_NO_ERROR);
  server->stop();
  int result = MAILIMAP_NO_ERROR;
  for (int i = 0; i < 3 && result == MAILIMAP_NO_ERROR; ++i) result = mailimap_noop(session.get());
  EXPECT_NE(result, MAILIMAP_NO_ERROR);
  try {
    // After a BYE libetpan closes by itself, and nothing has failed yet.
    while (connection.stream() != nullptr) {
      char byte = 0;
      if (mailstream_read(connection.stream(), &byte, 1) < 0) break;
    }
    connection.rethrow_failure();
    FAIL() << "still connected";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::connection_lost);
  }
  server->start();
}

TEST(CyrusConnection, SpeaksTlsFromTheStartAndCompresses) {
  if (const auto why = test::Cyrus::missing()) GTEST_SKIP() << *why;
  const test::Cyrus server;
  net::ConnectionOptions options;
  options.host = "localhost";
  options.port = server.tls_port();
  options.tls.ca_pem = server.ca_pem();
  Connection connection(options);
  EXPECT_EQ(connection.tls_version(), "TLSv1.3");
  const test::Session session = test::make_session(connection);
  ASSERT_EQ(mailimap_login(session.get(), "u1", test::Cyrus::password), MAILIMAP_NO_ERROR);
  const std::string mail = "Subject: x\r\n\r\nhello\r\n";
  ASSERT_TRUE(test::command(connection, session.get(), "COMPRESS DEFLATE"));
  connection.start_deflate();
  EXPECT_EQ(mailimap_append(session.get(), "INBOX", nullptr, nullptr, mail.data(), mail.size()), MAILIMAP_NO_ERROR);
  EXPECT_EQ(mailimap_select(session.get(), "INBOX"), MAILIMAP_NO_ERROR);
  EXPECT_EQ(session->imap_selection_info->sel_exists, 1u);
}

TEST(CyrusConnection, UpgradesWithStarttls) {
  if (const auto why = test::Cyrus::missing()) GTEST_SKIP() << *why;
  test::Cyrus server;
  net::ConnectionOptions options;
  options.host = "127.0.0.1";
  options.port = server.port();
  options.tls_from_start = false;
  options.tls.ca_pem = server.ca_pem();
  for (int i = 0; i < 2; ++i) {
    Connection connection(options);
    const test::Session session = test::make_session(connection);
    ASSERT_EQ(mailimap_starttls(session.get()), MAILIMAP_NO_ERROR);
    connection.start_tls();
    EXPECT_EQ(mailimap_login(session.get(), "u2", test::Cyrus::password), MAILIMAP_NO_ERROR);
    if (i == 0) {
      server.stop();
      EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
      server.start();
    }
  }
}

}  // namespace
}  // namespace smsbackup
