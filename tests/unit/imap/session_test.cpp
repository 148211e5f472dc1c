// Log-ins, uploads and refusals against a server that follows a script.
#include <gtest/gtest.h>

#include "model/base64.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/imap_store.hpp"
#include "smsbackup/log.hpp"
#include "support/scripted_peer.hpp"

namespace smsbackup::imap {
namespace {

using test::PeerSession;
using test::ScriptedPeer;

ImapOptions options_for(const ScriptedPeer& peer) {
  ImapOptions options;
  options.host = "127.0.0.1";
  options.port = peer.port();
  options.security = ImapOptions::Security::plain;
  options.allow_plain = true;
  options.user = "me";
  options.folder = "SMS";
  options.password = [](const ImapAccount&) { return std::string("secret"); };
  options.retry_for = std::chrono::milliseconds(0);
  options.io_timeout = std::chrono::seconds(120);
  return options;
}

std::string encoded(std::string_view raw) {
  std::string out;
  base64::encode(raw, out);
  return out;
}

// The peer's side up to where a store has looked into its folder, which holds nothing, and closed it again.
void log_in(PeerSession& session, const std::string& capabilities) {
  session.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n");
  const auto tag = session.expect("[0-9]+ AUTHENTICATE PLAIN AG1lAHNlY3JldA==");
  session.send(tag + " OK [CAPABILITY IMAP4rev1 " + capabilities + "] in\r\n");
}
void close_folder(PeerSession& session) {
  const auto tag = session.expect("[0-9]+ CLOSE");
  session.send(tag + " OK\r\n");
}
void open_folder(PeerSession& session) {
  auto tag = session.expect("[0-9]+ LIST \"\" \"\"");
  session.send("* LIST (\\Noselect) \"/\" \"\"\r\n" + tag + " OK\r\n");
  tag = session.expect("[0-9]+ EXAMINE \"SMS\"");
  session.send("* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n" + tag + " OK [READ-ONLY] done\r\n");
  close_folder(session);
}

ErrorCode check_fails(const ImapOptions& options) {
  try {
    ImapStore(options, Access::read).check();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos);
    return error.code();
  }
  return ErrorCode::internal;
}

std::vector<Record> some_sms(int count) {
  std::vector<Record> out;
  for (int i = 0; i < count; ++i) {
    Sms sms;
    sms.address = "+491511234567" + std::to_string(i);
    sms.date = 1600000000000 + i * 1000;
    sms.type = sms_inbox;
    sms.body = "text";
    out.emplace_back(sms);
  }
  return out;
}

// Reads an APPEND command with non-synchronising literals and returns its tag and how many mails it has.
std::pair<std::string, int> read_append(PeerSession& session) {
  auto line = session.read_line();
  const auto tag = line.substr(0, line.find(' '));
  int mails = 0;
  while (!line.empty() && line.back() == '}') {
    const auto open = line.rfind('{');
    session.read(std::stoul(line.substr(open + 1)));
    ++mails;
    line = session.read_line();
  }
  return {tag, mails};
}

TEST(LogIn, AsksForTheInitialResponseWhereTheServerHasNoSaslIr) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK hello\r\n");
    auto tag = session.expect("[0-9]+ CAPABILITY");
    session.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + " OK\r\n");
    tag = session.expect("[0-9]+ AUTHENTICATE PLAIN");
    session.send("+ \r\n");
    session.expect("AG1lAHNlY3JldA==");
    session.send(tag + " NO [AUTHENTICATIONFAILED] no\r\n");
  });
  EXPECT_EQ(check_fails(options_for(peer)), ErrorCode::wrong_credentials);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(LogIn, FallsBackToLoginWithQuotesEscaped) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1] hello\r\n");
    const auto tag = session.expect(R"([0-9]+ LOGIN "me" "a\\"b\\\\c")");
    session.send(tag + " NO [ALERT] Application-specific password required\r\n");
  });
  auto options = options_for(peer);
  options.password = [](const ImapAccount&) { return std::string("a\"b\\c"); };
  EXPECT_EQ(check_fails(options), ErrorCode::app_password_needed);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(LogIn, SendsOtherPasswordsAsLiterals) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1] hello\r\n");
    const auto tag = session.expect("[0-9]+ LOGIN \"me\" \\{2\\}");
    session.send("+ go on\r\n");
    session.expect("\xc3\xa4");
    session.send(tag + " NO no\r\n");
  });
  auto options = options_for(peer);
  options.password = [](const ImapAccount&) { return std::string("\xc3\xa4"); };
  EXPECT_EQ(check_fails(options), ErrorCode::wrong_credentials);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(LogIn, AsksForANewTokenOnce) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN] hello\r\n");
    auto tag = session.expect("[0-9]+ AUTHENTICATE XOAUTH2 " + encoded("user=me\1auth=Bearer secret1\1\1"));
    session.send("+ " + encoded("{\"status\":\"400\"}") + "\r\n");
    session.expect("");
    session.send(tag + " NO [AUTHENTICATIONFAILED] Invalid credentials\r\n");
    tag = session.expect("[0-9]+ AUTHENTICATE XOAUTH2 " + encoded("user=me\1auth=Bearer secret2\1\1"));
    session.send("+ " + encoded("{\"status\":\"400\"}") + "\r\n");
    session.expect("");
    session.send(tag + " NO [AUTHENTICATIONFAILED] Invalid credentials\r\n");
  });
  auto options = options_for(peer);
  std::vector<bool> asked;
  options.token = [&](const ImapAccount&, bool refused) {
    asked.push_back(refused);
    return refused ? std::string("secret2") : std::string("secret1");
  };
  EXPECT_EQ(check_fails(options), ErrorCode::token_expired);
  EXPECT_EQ(asked, (std::vector<bool>{false, true}));
  EXPECT_EQ(peer.trouble(), "");
}

TEST(LogIn, SpeaksOauthbearer) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=OAUTHBEARER] hello\r\n");
    const auto tag =
        session.expect("[0-9]+ AUTHENTICATE OAUTHBEARER " + encoded("n,a=me,\1host=127.0.0.1\1auth=Bearer secret\1\1"));
    session.send(tag + " NO [UNAVAILABLE] later\r\n");
  });
  auto options = options_for(peer);
  options.token = [](const ImapAccount&, bool) { return std::string("secret"); };
  EXPECT_EQ(check_fails(options), ErrorCode::busy);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(LogIn, NeedsNoEncryptionOnlyWhereTheServerDoesNot) {
  ScriptedPeer peer([](PeerSession& session) {
    session.send("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hello\r\n");
    session.stay_silent();
  });
  EXPECT_EQ(check_fails(options_for(peer)), ErrorCode::tls_failed);
}

TEST(Starttls, NeverFallsBack) {
  for (const std::string greeting :
       {"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n", "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n"}) {
    ScriptedPeer peer([&](PeerSession& session) {
      session.send(greeting);
      session.stay_silent();
    });
    auto options = options_for(peer);
    options.security = ImapOptions::Security::starttls;
    EXPECT_EQ(check_fails(options), ErrorCode::tls_failed);
  }
}

TEST(Greeting, MaySayNo) {
  const std::pair<const char*, ErrorCode> greetings[] = {
      {"* BYE [ALERT] Too many simultaneous connections\r\n", ErrorCode::too_many_connections},
      {"* BYE Server shutting down\r\n", ErrorCode::connection_lost},
      {"220 smtp.example.org ESMTP\r\n", ErrorCode::protocol}};
  for (const auto& [greeting, code] : greetings) {
    ScriptedPeer peer([line = greeting](PeerSession& session) { session.send(line); });
    EXPECT_EQ(check_fails(options_for(peer)), code) << greeting;
  }
}

TEST(Uploads, ARefusedBatchGoesAgainMailByMail) {
  ScriptedPeer peer([](PeerSession& session) {
    log_in(session, "MULTIAPPEND LITERAL+");
    open_folder(session);
    auto [tag, mails] = read_append(session);
    EXPECT_EQ(mails, 3);
    session.send(tag + " NO [CANNOT] one of them is bad\r\n");
    for (const char* answer : {" OK\r\n", " NO [TOOBIG] too big\r\n", " OK\r\n"}) {
      std::tie(tag, mails) = read_append(session);
      EXPECT_EQ(mails, 1);
      session.send(tag + answer);
    }
  });
  ImapStore store(options_for(peer), Access::write);
  const auto outcomes = store.write(some_sms(3));
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_FALSE(outcomes[1].written);
  ASSERT_TRUE(outcomes[1].problem);
  EXPECT_EQ(outcomes[1].problem->code, ErrorCode::limit_exceeded);
  EXPECT_FALSE(outcomes[1].problem->raw.empty());
  EXPECT_TRUE(outcomes[2].written);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(Uploads, AFullMailboxEndsTheRunAndSaysWhatIsStored) {
  ScriptedPeer peer([](PeerSession& session) {
    log_in(session, "LITERAL+");
    open_folder(session);
    auto tag = read_append(session).first;
    session.send(tag + " OK\r\n");
    tag = read_append(session).first;
    session.send(tag + " NO [OVERQUOTA] Quota exceeded\r\n");
    tag = read_append(session).first;
    session.send(tag + " NO [OVERQUOTA] Quota exceeded\r\n");
    session.stay_silent();
  });
  ImapStore store(options_for(peer), Access::write);
  try {
    store.write(some_sms(3));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::no_space);
  }
  const auto outcomes = store.settle();
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_FALSE(outcomes[1].written);
  EXPECT_EQ(outcomes[1].problem->code, ErrorCode::no_space);
}

TEST(Uploads, ThrottlingSlowsDown) {
  int connections = 0;
  ScriptedPeer peer([&](PeerSession& session) {
    log_in(session, "LITERAL+");
    if (++connections == 1) {
      open_folder(session);
    } else {
      const auto asked = session.expect("[0-9]+ LIST \"\" \"\"");
      session.send("* LIST () \"/\" \"\"\r\n" + asked + " OK\r\n");
    }
    const auto tag = read_append(session).first;
    session.send(tag + (connections == 1 ? " NO [THROTTLED] slow down\r\n" : " OK\r\n"));
    if (connections == 1) session.stay_silent();
  });
  auto options = options_for(peer);
  options.retry_for = std::chrono::seconds(120);
  ImapStore store(options, Access::write);
  const auto outcomes = store.write(some_sms(1));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].written);
}

TEST(Uploads, MailsAboveTheLimitAreNotSent) {
  ScriptedPeer peer([](PeerSession& session) {
    log_in(session, "LITERAL+ APPENDLIMIT=10");
    session.stay_silent();
  });
  ImapStore store(options_for(peer), Access::write);
  const auto outcomes = store.write(some_sms(1));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].problem->code, ErrorCode::limit_exceeded);
}

TEST(Uploads, WaitForTheServerWhereLiteralsMust) {
  ScriptedPeer peer([](PeerSession& session) {
    log_in(session, "");
    open_folder(session);
    for (int i = 0; i < 2; ++i) {
      const auto line = session.read_line();
      session.send("* 1 EXISTS\r\n+ go\r\n");
      session.read(std::stoul(line.substr(line.rfind('{') + 1)));
      session.expect("");
      session.send(line.substr(0, line.find(' ')) + " OK done\r\n");
    }
  });
  ImapStore store(options_for(peer), Access::write);
  const auto outcomes = store.write(some_sms(2));
  EXPECT_TRUE(outcomes.at(0).written);
  EXPECT_TRUE(outcomes.at(1).written);
  EXPECT_EQ(peer.trouble(), "");
}

TEST(Uploads, WhatWasLostIsLookedForBeforeItIsSentAgain) {
  int connections = 0;
  std::string stored_id;
  ScriptedPeer peer([&](PeerSession& session) {
    log_in(session, "LITERAL+");
    if (++connections == 1) {
      open_folder(session);
      auto line = session.read_line();
      const auto mail = session.read(std::stoul(line.substr(line.rfind('{') + 1)));
      const auto at = mail.find("Message-ID: <");
      stored_id = mail.substr(at, mail.find('>', at) + 1 - at);
      return;  // it is stored, and the connection breaks before the OK
    }
    const auto tag = session.expect("[0-9]+ EXAMINE \"SMS\"|[0-9]+ LIST \"\" \"\"");
    session.send("* LIST () \"/\" \"\"\r\n" + tag + " OK\r\n");
    const auto examined = session.expect("[0-9]+ EXAMINE \"SMS\"");
    session.send("* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x\r\n" + examined + " OK done\r\n");
    const auto fetch = session.expect("[0-9]+ UID FETCH 1:\\* .*");
    const auto header = stored_id + "\r\n\r\n";
    session.send("* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] {" + std::to_string(header.size()) + "}\r\n" +
                 header + ")\r\n" + fetch + " OK done\r\n");
    close_folder(session);
    const auto again = read_append(session).first;  // the second mail only
    session.send(again + " OK\r\n");
    session.stay_silent();
  });
  auto options = options_for(peer);
  options.retry_for = std::chrono::seconds(120);
  ImapStore store(options, Access::write);
  const auto outcomes = store.write(some_sms(2));
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_TRUE(outcomes[0].written);
  EXPECT_TRUE(outcomes[1].written);
  EXPECT_EQ(connections, 2);
}

// NO, BAD and BYE to each command of a session: a clear error in bounded time.
TEST(Sessions, EndClearlyWhereverTheServerSaysNo) {
  for (const std::string no : {" NO no", " BAD bad", "BYE"}) {
    for (int step = 0; step < 3; ++step) {
      SCOPED_TRACE(no + " at " + std::to_string(step));
      ScriptedPeer peer([&](PeerSession& session) {
        const auto refuse = [&](const std::string& tag) {
          session.send(no == "BYE" ? "* BYE going\r\n" : tag + no + "\r\n");
          if (no != "BYE") session.stay_silent();
        };
        session.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n");
        auto line = session.read_line();
        if (step == 0) return refuse(line.substr(0, line.find(' ')));
        session.send(line.substr(0, line.find(' ')) + " OK [CAPABILITY IMAP4rev1 LITERAL+] in\r\n");
        if (step == 1) {
          line = session.read_line();  // LIST
          session.send(line.substr(0, line.find(' ')) + " OK\r\n");
          line = session.read_line();  // EXAMINE
          refuse(line.substr(0, line.find(' ')));
          if (no == "BYE") return;
          return;
        }
        open_folder(session);
        refuse(read_append(session).first);
      });
      auto options = options_for(peer);
      options.io_timeout = std::chrono::milliseconds(500);  // the script says nothing after its no
      ImapStore store(options, Access::write);
      try {
        const auto outcomes = store.write(some_sms(1));
        ASSERT_EQ(outcomes.size(), 1U);
        EXPECT_EQ(step, 2);
        EXPECT_FALSE(outcomes[0].written);
        EXPECT_TRUE(outcomes[0].problem);
      } catch (const Error& error) {
        EXPECT_NE(error.code(), ErrorCode::internal);
      }
    }
  }
}

}  // namespace
}  // namespace smsbackup::imap
