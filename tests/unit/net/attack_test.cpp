// What a hostile server can do to libetpan, and what the guard makes of it: each ends as an Error, in bounded memory.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "support/scripted_peer.hpp"
#include "unit/net/session.hpp"
#include "unit/net/thrown.hpp"

namespace smsbackup {
namespace {

using test::PeerSession;
using test::ScriptedPeer;
using test::thrown_by;

net::ConnectionOptions plain_to(const ScriptedPeer& peer) {
  net::ConnectionOptions options;
  options.host = "127.0.0.1";
  options.port = peer.port();
  options.tls_from_start = false;
  options.io_timeout = std::chrono::seconds(120);
  return options;
}

// Connects, sends a NOOP, and gives what came of reading the answer.
Error attacked_with(const ScriptedPeer::Script& answer) {
  ScriptedPeer peer([&](PeerSession& session) {
    session.send("* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n");
    session.expect("[0-9]+ NOOP");
    answer(session);
  });
  net::Connection connection(plain_to(peer));
  const test::Session session = test::make_session(connection);
  EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
  const Error error = thrown_by([&] { connection.rethrow_failure(); });
  EXPECT_EQ(peer.trouble(), "");
  return error;
}

Error attacked_with(const std::string& answer) {
  return attacked_with([&](PeerSession& session) {
    session.send(answer);
    session.stay_silent();
  });
}

long peak_memory_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

TEST(HostileServer, ClosesInsideALiteral) {
  const Error error = attacked_with([](PeerSession& session) { session.send("* 1 FETCH (BODY[] {100}\r\nabc"); });
  EXPECT_EQ(error.code(), ErrorCode::connection_lost);
  EXPECT_STREQ(error.what(), "reading from the server: it closed the connection");
}

TEST(HostileServer, AnnouncesALiteralOf3GB) {
  const Error error = attacked_with("* 1 FETCH (BODY[] {3000000000}\r\nabc");
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_STREQ(error.what(), "the server sends more than is taken: a literal that is too large");
  EXPECT_FALSE(error.hint().empty());
}

TEST(HostileServer, AnnouncesALiteralThatOverflows32Bits) {
  const Error error =
      attacked_with("* 1 FETCH (BODY[] {4294967396}\r\n" + std::string(100, 'a') + ")\r\n1 OK done\r\n");
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_TRUE(error.offset());
}

TEST(HostileServer, SendsTenMillionUntaggedAnswers) {
  const long before = peak_memory_mib();
  std::uint64_t sent = 0;
  std::string block;
  for (int i = 0; i < 1000; ++i) block += "* OK hello\r\n";
  const Error error = attacked_with([&](PeerSession& session) { sent = session.send_for_ever(block, 10'000); });
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_LT(sent, 10'000u);
  EXPECT_LT(peak_memory_mib() - before, 100);
}

TEST(HostileServer, NestsBodyStructuresUntilTheStackEnds) {
  const Error error = attacked_with("* 1 FETCH (BODYSTRUCTURE " + std::string(20'000, '(') + "\r\n1 OK done\r\n");
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_STREQ(error.what(), "the server sends more than is taken: parentheses nested too deep");
}

TEST(HostileServer, NestsBodyStructuresInTheShapeThatIsParsedAgainAndAgain) {
  std::string deep = "* 1 FETCH (BODYSTRUCTURE ";
  for (int i = 0; i < 60; ++i) {
    deep += "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 342 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ";
  }
  ScriptedPeer peer([&](PeerSession& session) {
    session.send("* PREAUTH ready\r\n");
    session.expect("[0-9]+ NOOP");
    session.send(deep + "x\r\n1 OK done\r\n");
  });
  net::Connection connection(plain_to(peer));
  const test::Session session = test::make_session(connection);
  EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);  // libetpan gives up by itself, and in time
  EXPECT_EQ(peer.trouble(), "");
}

TEST(HostileServer, SendsALineWithoutEnd) {
  const long before = peak_memory_mib();
  const Error error = attacked_with([](PeerSession& session) {
    session.send("* OK ");
    session.send_for_ever(std::string(1 << 20, 'a'), 64);
  });
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_STREQ(error.what(), "the server sends more than is taken: a line without end");
  EXPECT_LT(peak_memory_mib() - before, 150);
}

TEST(HostileServer, SendsNulBytes) {
  const Error error = attacked_with(std::string("* OK a\0b\r\n1 OK done\r\n", 21));
  EXPECT_EQ(error.code(), ErrorCode::protocol);
}

TEST(HostileServer, HidesNestingInWhatLooksLikeALiteral) {
  EXPECT_EQ(attacked_with("*OK x {30000}\r\n* 1 FETCH (BODYSTRUCTURE " + std::string(20'000, '(')).code(),
            ErrorCode::protocol);
  // Libetpan takes this for free text; so does the guard, and looks at the next line.
  EXPECT_EQ(attacked_with("* OK x {30000}\r\n* 1 FETCH (BODYSTRUCTURE " + std::string(20'000, '(')).code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(attacked_with("* 1 FETCH (FLAGS (x\"y) BODYSTRUCTURE " + std::string(20'000, '(')).code(),
            ErrorCode::protocol);
}

TEST(HostileServer, HidesNestingInALiteralThatLibetpanDoesNotReach) {
  const std::string nested = "* 1 FETCH (BODYSTRUCTURE " + std::string(20'000, '(') + "\r\n";
  for (const std::string& answer :
       std::vector<std::string>{"* XFOO {30000}\r\n", "* SEARCH x {30000}\r\n", "* 1 FETCH (XFOO {30000}\r\n"}) {
    ScriptedPeer peer([&](PeerSession& session) {
      session.send("* PREAUTH ready\r\n");
      session.expect("[0-9]+ NOOP");
      session.send(answer + nested + nested);
      session.stay_silent();
    });
    net::Connection connection(plain_to(peer));
    test::Session session = test::make_session(connection);
    EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
    EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
    const Error error = thrown_by([&] { connection.rethrow_failure(); });
    EXPECT_EQ(error.code(), ErrorCode::protocol);
    EXPECT_STREQ(error.what(), "the server's last answer could not be read to its end");
    session.reset();  // sends LOGOUT, and would read on
    EXPECT_EQ(peer.trouble(), "");
  }
}

TEST(HostileServer, SendsABombOfCompressedBytes) {
  const long before = peak_memory_mib();
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* PREAUTH ready\r\n");
    const std::string tag = session.expect("[0-9]+ COMPRESS DEFLATE");
    session.send(tag + " OK done\r\n");
    session.start_deflate();
    session.expect("[0-9]+ NOOP");
    session.send("* OK ");
    session.send_for_ever(std::string(1 << 20, 'a'), 1024);  // 1 GiB in 1 MiB
  });
  net::Connection connection(plain_to(peer));
  const test::Session session = test::make_session(connection);
  ASSERT_TRUE(test::command(connection, session.get(), "COMPRESS DEFLATE"));
  connection.start_deflate();
  EXPECT_NE(mailimap_noop(session.get()), MAILIMAP_NO_ERROR);
  EXPECT_EQ(thrown_by([&] { connection.rethrow_failure(); }).code(), ErrorCode::limit_exceeded);
  EXPECT_LT(peak_memory_mib() - before, 150);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(HostileServer, ClosesAtEachPhase) {
  const std::string greeting = "* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n";
  for (std::size_t size = 0; size < greeting.size(); ++size) {
    ScriptedPeer peer([&](PeerSession& session) { session.send(greeting.substr(0, size)); });
    net::Connection connection(plain_to(peer));
    EXPECT_EQ(thrown_by([&] { test::make_session(connection); }).code(), ErrorCode::connection_lost) << size;
  }
  const std::string answer = "* 1 FETCH (BODY[] {3}\r\nabc)\r\n1 OK done\r\n";
  for (std::size_t size = 0; size < answer.size(); ++size) {
    const Error error = attacked_with([&](PeerSession& session) { session.send(answer.substr(0, size)); });
    EXPECT_EQ(error.code(), ErrorCode::connection_lost) << size;
  }
}

TEST(HostileServer, ResetsTheConnection) {
  const Error error = attacked_with([](PeerSession& session) { session.reset(); });
  EXPECT_EQ(error.code(), ErrorCode::connection_lost);
}

}  // namespace
}  // namespace smsbackup
