#include "net/connection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "net/dial.hpp"
#include "support/scripted_peer.hpp"
#include "support/server_process.hpp"
#include "unit/net/session.hpp"
#include "unit/net/thrown.hpp"

namespace smsbackup {
namespace {

using namespace std::chrono_literals;
using net::Connection;
using test::PeerSession;
using test::ScriptedPeer;
using test::thrown_by;

net::ConnectionOptions plain_to(std::uint16_t port) {
  net::ConnectionOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.tls_from_start = false;
  options.connect_timeout = 120s;
  options.io_timeout = 120s;
  return options;
}

// Cancels after a while, from another thread.
class LateCancel {
 public:
  explicit LateCancel(CancelToken token)
      : thread_([token]() mutable {
          std::this_thread::sleep_for(100ms);
          token.cancel();
        }) {}
  ~LateCancel() { thread_.join(); }

 private:
  std::thread thread_;
};

std::string read_some(Connection& connection) {
  std::string bytes(65536, '\0');
  const ssize_t got = mailstream_read(connection.stream(), bytes.data(), bytes.size());
  if (got < 0) connection.rethrow_failure();
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

std::string read_until(Connection& connection, const std::string& end) {
  std::string all;
  while (!all.ends_with(end)) all += read_some(connection);
  return all;
}

TEST(Connecting, FindsNoSuchHost) {
  net::ConnectionOptions options = plain_to(1);
  options.host = "no-such-host.invalid";
  const Error error = thrown_by([&] { Connection connection(options); });
  EXPECT_EQ(error.code(), ErrorCode::host_not_found);
  EXPECT_EQ(std::string(error.what()).substr(0, 33), "looking up no-such-host.invalid: ");
  EXPECT_FALSE(error.hint().empty());
}

TEST(Connecting, IsRefusedWhereNobodyListens) {
  const std::uint16_t port = test::free_port();
  const Error error = thrown_by([&] { Connection connection(plain_to(port)); });
  EXPECT_EQ(error.code(), ErrorCode::connection_refused);
  EXPECT_EQ(error.what(), "connecting to 127.0.0.1 port " + std::to_string(port) + ": Connection refused");
}

TEST(Connecting, TriesTheOtherAddressWhenOneRefuses) {
  // localhost is ::1 and 127.0.0.1 on most machines; the peer listens on the second only.
  ScriptedPeer peer([](PeerSession& session) { session.send("* OK hello\r\n"); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.host = "localhost";
  Connection connection(options);
  EXPECT_EQ(read_until(connection, "\n"), "* OK hello\r\n");
}

TEST(Connecting, TakesTurnsBetweenTheFamiliesOfAddresses) {
  const net::Waiter waiter{CancelToken()};
  const auto v4 = net::look_up("127.0.0.1", 993, waiter, net::Clock::now() + 1s);
  ASSERT_EQ(v4.size(), 1u);
  EXPECT_EQ(v4[0].family(), AF_INET);
  const auto v6 = net::look_up("::1", 993, waiter, net::Clock::now() + 1s);
  ASSERT_EQ(v6.size(), 1u);
  EXPECT_EQ(v6[0].family(), AF_INET6);
}

TEST(Connecting, GivesUpOnAHostThatDoesNotAnswer) {
  const test::FullListener full;
  net::ConnectionOptions options = plain_to(full.port());
  options.connect_timeout = 200ms;
  const Error error = thrown_by([&] { Connection connection(options); });
  EXPECT_EQ(error.code(), ErrorCode::timed_out);
  EXPECT_EQ(error.what(), "connecting to 127.0.0.1 port " + std::to_string(full.port()) + ": no answer in time");
}

TEST(Connecting, IsCancelledWhileTheHostDoesNotAnswer) {
  const test::FullListener full;
  const net::ConnectionOptions options = plain_to(full.port());
  const LateCancel cancel(options.cancel);
  EXPECT_EQ(thrown_by([&] { Connection connection(options); }).code(), ErrorCode::cancelled);
}

TEST(Connecting, IsCancelledBeforeItBegins) {
  net::ConnectionOptions options = plain_to(1);
  options.cancel.cancel();
  EXPECT_EQ(thrown_by([&] { Connection connection(options); }).code(), ErrorCode::cancelled);
}

TEST(Connecting, GivesUpOnAServerThatNeverStartsTls) {
  ScriptedPeer peer([](PeerSession& session) { session.stay_silent(); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.tls_from_start = true;
  options.connect_timeout = 200ms;
  const Error error = thrown_by([&] { Connection connection(options); });
  EXPECT_EQ(error.code(), ErrorCode::timed_out);
  EXPECT_STREQ(error.what(), "starting TLS with 127.0.0.1: no answer in time");
}

TEST(Connecting, IsCancelledWhileTheServerDoesNotStartTls) {
  ScriptedPeer peer([](PeerSession& session) { session.stay_silent(); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.tls_from_start = true;
  const LateCancel cancel(options.cancel);
  EXPECT_EQ(thrown_by([&] { Connection connection(options); }).code(), ErrorCode::cancelled);
}

TEST(Connecting, SaysSoWhenThePortSpeaksPlainText) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK hello\r\n");
    session.stay_silent();
  });
  net::ConnectionOptions options = plain_to(peer.port());
  options.tls_from_start = true;
  const Error error = thrown_by([&] { Connection connection(options); });
  EXPECT_EQ(error.code(), ErrorCode::tls_failed);
  EXPECT_STREQ(error.what(), "connecting to 127.0.0.1: what it sends is not TLS");
  EXPECT_EQ(error.hint(), "check the port: 993 speaks TLS from the start, 143 only after STARTTLS");
}

TEST(Reading, GivesUpOnAPeerThatNeverGreets) {
  ScriptedPeer peer([](PeerSession& session) { session.stay_silent(); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.io_timeout = 200ms;
  Connection connection(options);
  const Error error = thrown_by([&] { test::make_session(connection); });
  EXPECT_EQ(error.code(), ErrorCode::timed_out);
}

TEST(Reading, WaitsForASlowPeerAsLongAsBytesMove) {
  // 40 bytes, 20 ms apart: 800 ms in all, four times the time-out.
  const std::string greeting = "* OK [CAPABILITY IMAP4rev1] I am slow.\r\n";
  ASSERT_EQ(greeting.size(), 40u);
  ScriptedPeer peer([&](PeerSession& session) { session.send_bytewise(greeting, 20ms); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.io_timeout = 200ms;
  Connection connection(options);
  const test::Session session = test::make_session(connection);
  EXPECT_STREQ(session->imap_response, "I am slow.");
}

TEST(Reading, IsCancelled) {
  ScriptedPeer peer([](PeerSession& session) { session.stay_silent(); });
  const net::ConnectionOptions options = plain_to(peer.port());
  Connection connection(options);
  const LateCancel cancel(options.cancel);
  EXPECT_EQ(thrown_by([&] { test::make_session(connection); }).code(), ErrorCode::cancelled);
}

TEST(Reading, GivesWhatCameBeforeTheEndAndThenTheEnd) {
  ScriptedPeer peer([](PeerSession& session) { session.send("* BYE too many connections\r\n"); });
  Connection connection(plain_to(peer.port()));
  EXPECT_EQ(read_until(connection, "\n"), "* BYE too many connections\r\n");
  EXPECT_EQ(thrown_by([&] { read_some(connection); }).code(), ErrorCode::connection_lost);
  EXPECT_EQ(thrown_by([&] { connection.write("x"); }).code(), ErrorCode::connection_lost);
}

TEST(Reading, GivesWhatIsGoodBeforeWhatIsNot) {
  ScriptedPeer peer([](PeerSession& session) { session.send("1 OK [APPENDUID 1 2] done\r\n%% bad\r\n"); });
  Connection connection(plain_to(peer.port()));
  EXPECT_EQ(read_until(connection, "\n"), "1 OK [APPENDUID 1 2] done\r\n");
  EXPECT_EQ(thrown_by([&] { read_some(connection); }).code(), ErrorCode::protocol);
}

TEST(Reading, KnowsWithoutWaitingWhetherThereIsSomething) {
  ScriptedPeer peer([](PeerSession& session) {
    session.expect("go");
    session.send("* OK one\r\n* OK two\r\n");
    session.expect("end");
  });
  Connection connection(plain_to(peer.port()));
  EXPECT_FALSE(connection.readable());
  connection.write("go\r\n");
  connection.flush();
  while (!connection.readable()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(read_until(connection, "two\r\n"), "* OK one\r\n* OK two\r\n");
  EXPECT_FALSE(connection.readable());
  connection.write("end\r\n");
  connection.flush();
  while (!connection.readable()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(thrown_by([&] { read_some(connection); }).code(), ErrorCode::connection_lost);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(Writing, GivesUpOnAPeerThatReadsNothing) {
  ScriptedPeer peer([](PeerSession& session) { session.stay_silent(); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.io_timeout = 200ms;
  Connection connection(options);
  const std::string much(64 << 20, 'x');
  const Error error = thrown_by([&] { connection.write(much); });
  EXPECT_EQ(error.code(), ErrorCode::timed_out);
  EXPECT_EQ(thrown_by([&] { connection.rethrow_failure(); }).code(), ErrorCode::timed_out);
}

TEST(Writing, IsCancelled) {
  ScriptedPeer peer([](PeerSession& session) { session.stay_silent(); });
  const net::ConnectionOptions options = plain_to(peer.port());
  Connection connection(options);
  const LateCancel cancel(options.cancel);
  const std::string much(64 << 20, 'x');
  EXPECT_EQ(thrown_by([&] { connection.write(much); }).code(), ErrorCode::cancelled);
}

TEST(Writing, ToAPeerThatIsGoneRaisesNoSignal) {
  ScriptedPeer peer([](PeerSession& session) {
    session.read(1);  // not before the client has connected
    session.reset();
  });
  Connection connection(plain_to(peer.port()));
  const std::string much(16 << 20, 'x');
  // The system says it with an error first, and with the signal at the next try.
  for (int tries = 0; tries < 2; ++tries) {
    EXPECT_EQ(thrown_by([&] { connection.write(much); }).code(), ErrorCode::connection_lost);
  }
}

TEST(Writing, KeepsWhatAServerSaidBeforeItHungUp) {
  ScriptedPeer peer([](PeerSession& session) {
    session.read(1);
    session.send("1 NO [OVERQUOTA] full\r\n* BYE\r\n");
    session.wait(50ms);
    session.reset();
  });
  Connection connection(plain_to(peer.port()));
  const std::string much(64 << 20, 'x');
  EXPECT_EQ(thrown_by([&] { connection.write(much); }).code(), ErrorCode::connection_lost);
  EXPECT_EQ(read_until(connection, "BYE\r\n"), "1 NO [OVERQUOTA] full\r\n* BYE\r\n");
  EXPECT_EQ(thrown_by([&] { read_some(connection); }).code(), ErrorCode::connection_lost);
}

// Both sides send more than fits in all buffers between them before they read: whoever only writes is stuck.
class BothWays : public testing::TestWithParam<std::tuple<bool, bool>> {};

TEST_P(BothWays, NeitherSideBlocksTheOther) {
  const auto [with_tls, with_deflate] = GetParam();
  const test::Identity ca = test::make_ca();
  const test::PeerTls tls{test::issue(ca, {}), 0, {}, {}};
  std::uint32_t random = 1;
  const auto noise = [&](std::size_t size) {
    std::string text;
    while (text.size() < size) {
      random = random * 1664525 + 1013904223;
      text += static_cast<char>('0' + (random >> 26));
    }
    return text;
  };
  std::string answers;
  while (answers.size() < (8 << 20)) answers += "* OK " + noise(200) + "\r\n";
  const std::string upload = noise(8 << 20);

  std::string received;
  ScriptedPeer peer(
      [&, deflate = with_deflate](PeerSession& session) {
        if (deflate) session.start_deflate();
        session.send(answers);  // the peer reads nothing until all of this is gone
        received = session.read(upload.size());
        session.send("9 OK done\r\n");
      },
      with_tls ? std::optional(tls) : std::nullopt);
  net::ConnectionOptions options = plain_to(peer.port());
  options.tls_from_start = with_tls;
  options.tls.ca_pem = ca.certificate;
  Connection connection(options);
  connection.begin_response({.lines = 1'000'000, .line_bytes = 64 << 20});
  if (with_deflate) connection.start_deflate();
  connection.write(std::string_view(upload).substr(0, 10));
  connection.write(std::string_view(upload).substr(10));
  connection.flush();
  EXPECT_TRUE(connection.readable());
  EXPECT_EQ(read_until(connection, "9 OK done\r\n"), answers + "9 OK done\r\n");
  EXPECT_EQ(peer.trouble(), "");
  EXPECT_TRUE(received == upload);
  EXPECT_EQ(connection.plain_bytes_sent(), upload.size());
  if (with_deflate) {
    EXPECT_LT(connection.bytes_sent(), upload.size() * 9 / 10);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, BothWays, testing::Combine(testing::Bool(), testing::Bool()), [](const auto& with) {
  return std::string(std::get<0>(with.param) ? "Tls" : "Plain") + (std::get<1>(with.param) ? "Deflate" : "");
});

TEST(Writing, StopsAServerThatAnswersWithoutReading) {
  ScriptedPeer peer([](PeerSession& session) { session.send_for_ever("* OK answer\r\n", 1'000'000); });
  net::ConnectionOptions options = plain_to(peer.port());
  options.unread_size = 256 << 10;
  Connection connection(options);
  const std::string much(64 << 20, 'x');
  const Error error = thrown_by([&] { connection.write(much); });
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
}

TEST(Starttls, UpgradesInPlace) {
  const test::Identity ca = test::make_ca();
  ScriptedPeer peer([&](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n");
    session.send(session.expect("[0-9]+ STARTTLS") + " OK begin\r\n");
    session.start_tls({test::issue(ca, {}), 0, {}, {}});
    session.send(session.expect("[0-9]+ NOOP") + " OK done\r\n");
  });
  net::ConnectionOptions options = plain_to(peer.port());
  options.tls.ca_pem = ca.certificate;
  Connection connection(options);
  const test::Session session = test::make_session(connection);
  ASSERT_EQ(mailimap_starttls(session.get()), MAILIMAP_NO_ERROR);
  connection.start_tls();
  EXPECT_EQ(connection.tls_version(), "TLSv1.3");
  EXPECT_EQ(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
  EXPECT_EQ(peer.trouble(), "");
}

Error starttls_with(const ScriptedPeer::Script& after_command) {
  ScriptedPeer peer([&](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n");
    session.expect("[0-9]+ STARTTLS");
    after_command(session);
    if (session.read_all().find("NOOP") != std::string::npos) throw std::runtime_error("went on in plain text");
  });
  Connection connection(plain_to(peer.port()));
  Error error = thrown_by([&] {
    const test::Session session = test::make_session(connection);
    // mailimap_starttls() refuses some of this by itself.
    if (!test::command(connection, session.get(), "STARTTLS")) throw Error(ErrorCode::server_refused, "no STARTTLS");
    try {
      connection.start_tls();
    } catch (const Error&) {
      EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
      throw;
    }
  });
  EXPECT_EQ(peer.trouble(), "");
  return error;
}

TEST(Starttls, RefusesAnswersThatWereSentInPlainText) {
  const Error error =
      starttls_with([](PeerSession& session) { session.send("1 OK begin TLS\r\n* OK injected\r\n2 OK injected\r\n"); });
  EXPECT_EQ(error.code(), ErrorCode::protocol);
  EXPECT_STREQ(error.what(), "the server sent something between its OK to STARTTLS and the change");
}

TEST(Starttls, RefusesAnswersThatArriveALittleLater) {
  const Error error = starttls_with([](PeerSession& session) {
    session.send("1 OK begin TLS\r\n");
    session.wait(50ms);
    session.send("* OK injected\r\n");
  });
  EXPECT_TRUE(error.code() == ErrorCode::protocol || error.code() == ErrorCode::tls_failed) << error.what();
}

TEST(Starttls, NeverFallsBackWhenTheServerGoesOnInPlainText) {
  const Error error = starttls_with([](PeerSession& session) {
    session.send("1 OK begin TLS\r\n");
    if (session.read(1) != "\x16") throw std::runtime_error("went on in plain text");
    session.send("* BAD what is this\r\n");
    session.end_sending();
  });
  EXPECT_EQ(error.code(), ErrorCode::tls_failed);
}

TEST(Starttls, NeverFallsBackWhenTheServerCloses) {
  const Error error = starttls_with([](PeerSession& session) {
    session.send("1 OK begin TLS\r\n");
    session.end_sending();
  });
  EXPECT_EQ(error.code(), ErrorCode::connection_lost);
}

TEST(Deflate, RefusesAnswersBetweenTheOkAndTheChange) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* PREAUTH ready\r\n");
    session.send(session.expect("[0-9]+ COMPRESS DEFLATE") + " OK done\r\n* OK more\r\n");
    session.stay_silent();
  });
  Connection connection(plain_to(peer.port()));
  const test::Session session = test::make_session(connection);
  ASSERT_TRUE(test::command(connection, session.get(), "COMPRESS DEFLATE"));
  EXPECT_EQ(thrown_by([&] { connection.start_deflate(); }).code(), ErrorCode::protocol);
}

TEST(Deflate, StopsAtBytesThatAreNotCompressed) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK this is plain text\r\n");
    session.stay_silent();
  });
  Connection connection(plain_to(peer.port()));
  connection.start_deflate();
  const Error error = thrown_by([&] { read_some(connection); });
  EXPECT_EQ(error.code(), ErrorCode::protocol);
  EXPECT_STREQ(error.what(), "what the server sends is not compressed as agreed");
}

TEST(Closing, MakesEverythingFailAtOnce) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* PREAUTH ready\r\n");
    session.stay_silent();
  });
  Connection connection(plain_to(peer.port()));
  const test::Session session = test::make_session(connection);
  connection.close();
  EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
  EXPECT_EQ(thrown_by([&] { connection.write("x"); }).code(), ErrorCode::connection_lost);
}

}  // namespace
}  // namespace smsbackup
