#include "net/imap_guard.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace smsbackup::net {
namespace {

using namespace std::string_literals;

// How far the bytes pass when they come in one go; checked to be the same when they come one by one.
std::size_t look_at_all(ImapGuard& guard, std::string_view bytes) {
  std::size_t passed = 0;
  while (passed < bytes.size()) {
    const std::size_t more = guard.look_at(bytes.substr(passed));
    passed += more;
    if (more == 0) break;
  }
  return passed;
}

struct Verdict {
  std::size_t passed;
  std::optional<ErrorCode> code;
  std::optional<std::uint64_t> offset;
  bool operator==(const Verdict&) const = default;
};

Verdict verdict(ImapGuard& guard, std::size_t passed) {
  if (!guard.failure()) return {passed, std::nullopt, std::nullopt};
  return {passed, guard.failure()->code(), guard.failure()->offset()};
}

Verdict look(const std::string& bytes, GuardLimits limits = {}, ResponseBudget budget = {}) {
  ImapGuard guard(limits);
  guard.begin_response(budget);
  const Verdict at_once = verdict(guard, look_at_all(guard, bytes));

  ImapGuard bytewise(limits);
  bytewise.begin_response(budget);
  std::size_t passed = 0;
  for (const char& byte : bytes) passed += bytewise.look_at({&byte, 1});
  EXPECT_EQ(verdict(bytewise, passed), at_once) << bytes.substr(0, 200);
  return at_once;
}

Verdict all_of(const std::string& bytes) { return {bytes.size(), std::nullopt, std::nullopt}; }
Verdict stopped(ErrorCode code, std::size_t at) { return {at, code, at}; }

TEST(ImapGuard, LetsOrdinaryAnswersPass) {
  for (const std::string& answer : std::vector<std::string>{
           "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+] Dovecot ready.\r\n",
           "* PREAUTH welcome\r\n",
           "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
           "* LIST (\\HasNoChildren) \"/\" \"a \\\"b\\\" (c\"\r\n",
           "* LIST () NIL {5}\r\na\"b(c\r\n",
           "* FLAGS (\\Answered \\Seen $Forwarded)\r\n",
           "* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Answered \\*)] Flags permitted.\r\n",
           "* SEARCH\r\n* SEARCH 1 2 3\r\n",
           "* ESEARCH (TAG \"3\") UID ALL 1:5\r\n",
           "* 12 FETCH (UID 12 FLAGS (\\Seen) BODY[HEADER.FIELDS (Date \"X-y\")] {6}\r\n\"(((\r\n BODY[1]<0> \"\")\r\n",
           "* 1 FETCH (ENVELOPE (NIL \"s\" ((NIL NIL \"a\" \"b\")((NIL NIL \"c\" \"d\"))) NIL NIL NIL NIL NIL NIL "
           "NIL))\r\n",
           "* 1 FETCH (X-GM-LABELS (\"\\\\Inbox\" Work) BINARY[1] ~{3}\r\na\0b)\r\n"s,
           "* 1 FETCH (BODY[] {0}\r\n)\r\n",
           "* STATUS \"x\" (MESSAGES 3 UIDNEXT 4)\r\n",
           "* VANISHED (EARLIER) 1:10,12\r\n",
           "* ID (\"name\" \"Dovecot\")\r\n",
           "* BYE [UNAVAILABLE] he said \"{5}\r\n",
           "A1 OK [APPENDUID 1 2] done\r\nxyz. NO (((( \"\" {3}\r\n7 BAD\r\n",
           "+ \r\n+\r\n+ OK, \"go\" {1}\r\n+ dGVzdA==\r\n",
           "* OK bare line end\n1 OK\n",
           "\r\n",
       }) {
    EXPECT_EQ(look(answer), all_of(answer)) << answer;
  }
}

TEST(ImapGuard, PassesOneAnswerAtATime) {
  ImapGuard guard;
  const std::string answers = "* OK x\r\n* 1 FETCH (BODY[] {5}\r\n\r\n\r\n!)\r\n\r\n1 OK\r\n";
  std::vector<std::size_t> sizes;
  for (std::size_t at = 0; at < answers.size(); at += sizes.back()) {
    sizes.push_back(guard.look_at(std::string_view(answers).substr(at)));
    EXPECT_TRUE(guard.between_answers());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{8, 31, 2, 6}));
}

TEST(ImapGuard, KnowsWhenAnAnswerIsComplete) {
  ImapGuard guard;
  EXPECT_TRUE(guard.between_answers());
  guard.look_at("* OK x\r");
  EXPECT_FALSE(guard.between_answers());
  guard.look_at("\n");
  EXPECT_TRUE(guard.between_answers());
  guard.look_at("* 1 FETCH (BODY[] {3}\r\n");
  EXPECT_FALSE(guard.between_answers());
  guard.look_at("\r\n)");
  EXPECT_FALSE(guard.between_answers());
  guard.look_at("\r\n");  // the literal's third byte was ")"
  EXPECT_TRUE(guard.between_answers());
}

TEST(ImapGuard, StopsLiteralsThatAreTooLarge) {
  const std::string head = "* 1 FETCH (BODY[] {";
  EXPECT_EQ(look(head + "67108864}\r\n"), all_of(head + "67108864}\r\n"));
  EXPECT_EQ(look(head + "67108865}\r\n"), stopped(ErrorCode::limit_exceeded, head.size() + 7));
  EXPECT_EQ(look(head + "3000000000}\r\n").code, ErrorCode::limit_exceeded);
  EXPECT_EQ(look(head + "4294967396}\r\n").code, ErrorCode::limit_exceeded);
  EXPECT_EQ(look(head + "18446744073709551617}\r\n").code, ErrorCode::limit_exceeded);
  GuardLimits all;
  all.literal_size = 0xFFFFFFFF;
  ResponseBudget much;
  much.literal_bytes = 1ULL << 40;
  EXPECT_EQ(look(head + "4294967295}\r\n", all, much), all_of(head + "4294967295}\r\n"));
  EXPECT_EQ(look(head + "4294967296}\r\n", all, much), stopped(ErrorCode::limit_exceeded, head.size() + 9));
  EXPECT_EQ(look(head + "000000000000000000001}\r\n").code, ErrorCode::protocol);
}

TEST(ImapGuard, StopsLiteralsThatLibetpanWouldReadInAnotherWay) {
  const std::string head = "* 1 FETCH (BODY[] {";
  for (const std::string& tail : std::vector<std::string>{"-5}\r\n", "}\r\n", "5 }\r\n", " 5}\r\n", "5+}\r\n",
                                                          "5} \r\n", "5}x", "5\r\n", "5}\rx", "x}\r\n"}) {
    const Verdict seen = look(head + tail);
    EXPECT_EQ(seen.code, ErrorCode::protocol) << tail;
    EXPECT_LT(seen.passed, head.size() + tail.size()) << tail;
  }
}

TEST(ImapGuard, CountsTheBytesOfAllLiteralsOfAResponse) {
  ImapGuard guard;
  ResponseBudget budget;
  budget.literal_bytes = 10;
  guard.begin_response(budget);
  EXPECT_EQ(guard.look_at("* 1 FETCH (BODY[] {6}\r\nabcdef)\r\n"), 32u);
  EXPECT_EQ(guard.look_at("* 2 FETCH (BODY[] {4}\r\nabcd)\r\n"), 30u);
  guard.begin_response(budget);
  EXPECT_EQ(guard.look_at("* 3 FETCH (BODY[] {10}\r\n0123456789)\r\n"), 37u);
  EXPECT_FALSE(guard.failure());
  guard.look_at("* 4 FETCH (BODY[] {1}\r\n");
  ASSERT_TRUE(guard.failure());
  EXPECT_EQ(guard.failure()->code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(guard.failure()->offset(), 32u + 30 + 37 + 22);
}

TEST(ImapGuard, StopsNesting) {
  const std::string head = "* 1 FETCH (BODYSTRUCTURE ";
  EXPECT_EQ(look(head + std::string(63, '(')), all_of(head + std::string(63, '(')));
  EXPECT_EQ(look(head + std::string(20'000, '(')), stopped(ErrorCode::limit_exceeded, head.size() + 63));
  // Neither a literal nor a quoted string in between makes it less deep.
  const std::string deep = head + std::string(62, '(');
  EXPECT_EQ(look(deep + "{3}\r\n)))(("), stopped(ErrorCode::limit_exceeded, deep.size() + 5 + 3 + 1));
  EXPECT_EQ(look(deep + "\")))\" (("), stopped(ErrorCode::limit_exceeded, deep.size() + 5 + 2));
  const std::string wide = "* LIST " + [] {
    std::string pairs;
    for (int i = 0; i < 10'000; ++i) pairs += "(a)";
    return pairs;
  }() + "\r\n";
  EXPECT_EQ(look(wide), all_of(wide));
}

TEST(ImapGuard, StopsStatusAnswersThatLibetpanWouldNotTakeForOnes) {
  // In free text a literal means nothing to libetpan. If the guard took it for one, its bytes would pass unseen.
  for (const std::string& answer : std::vector<std::string>{
           "*OK x {1000}\r\n",
           "*  OK x {1000}\r\n",
           "* OKAY {1000}\r\n",
           "* OK\tx {1000}\r\n",
           "* NO{1000}\r\n",
           "* BYEBYE\r\n",
           " * OK\r\n",
           "* \"OK\" {9}\r\n",
           "+x {9}\r\n",
           "A1 FETCH {9}\r\n",
           "A1 OK{9}\r\n",
           "A\1 OK\r\n",
           "* OK [BADCHARSET ({1000}\r\n",

           "+ [X {1000}\r\n",

       }) {
    EXPECT_EQ(look(answer).code, ErrorCode::protocol) << answer;
  }
}

TEST(ImapGuard, StopsResponseCodesThatLibetpanFollowsANullPointerFor) {
  EXPECT_EQ(look("* OK [BADCHARSET (\n"), stopped(ErrorCode::protocol, 16));
  EXPECT_EQ(look("1 NO [ badcharset(\"a\r\n").code, ErrorCode::protocol);
  EXPECT_EQ(look("* OK [BADCHAR] BADCHARSET (\r\n"), all_of("* OK [BADCHAR] BADCHARSET (\r\n"));

  // In the greeting no flags at all: it is not where they belong.
  EXPECT_EQ(look("* OK [PERMANENTFLAGS (\\*)] x\r\n").code, ErrorCode::protocol);
  const std::string greeting = "* OK hello\r\n* OK [";
  for (const std::string& code : std::vector<std::string>{
           "PERMANENTFLAGS ()] no", "PermanentFlags (\\*)]", "PERMANENTFLAGS (\\Seen $Junk a/b-c \xC3\xA4 \\*)] yes",
           "PERMANENTFLAGS ( \\Seen  x )]", "UIDVALIDITY 1] x", "Error=\"AuthFailed\" a=b] x"}) {
    EXPECT_EQ(look(greeting + code + "\r\n"), all_of(greeting + code + "\r\n")) << code;
  }
  for (const std::string& code : std::vector<std::string>{
           "PERMANENTFLAGS (", "PERMANENTFLAGS(x)]", "PERMANENTFLAGS]", "PERMANENTFLAGS (x", "PERMANENTFLAGS (x]",
           "PERMANENTFLAGS ((x))]", "PERMANENTFLAGS (\\)]", "PERMANENTFLAGS (\"x\")]", "PERMANENTFLAGS ({1}",
           "PERMANENTFLAGS (\\*x)]", "PERMANENTFLAGS (x*)]", "PERMANENTFLAGS (x) y]", "PERMANENTFLAGSX (x)]",
           "\tpermanentflags (\"a"}) {
    EXPECT_EQ(look(greeting + code + "\r\n").code, ErrorCode::protocol) << code;
  }
}

TEST(ImapGuard, KeepsLiteralsAndParenthesesInQuotedStringsApart) {
  const std::string answer = "* LIST () \"/\" \"{1000}\"\r\n* LIST () \"/\" \"((((\\\\\"\r\n";
  EXPECT_EQ(look(answer, {.nesting = 2}), all_of(answer));
  EXPECT_EQ(look("* LIST () \"/\" \"not closed\r\n").code, ErrorCode::protocol);
  EXPECT_EQ(look("* LIST () \"/\" \"not closed\\\r\n").code, ErrorCode::protocol);
  // Where one view would see a string and another an atom.
  EXPECT_EQ(look("* 1 FETCH (FLAGS (x\"y) BODYSTRUCTURE ((((").code, ErrorCode::protocol);
}

TEST(ImapGuard, StopsNulBytesOutsideOfLiterals) {
  EXPECT_EQ(look("* OK a\0b\r\n"s), stopped(ErrorCode::protocol, 6));
  EXPECT_EQ(look("* LIST () \"/\" \"a\0\"\r\n"s), stopped(ErrorCode::protocol, 16));
  EXPECT_EQ(look("\0"s), stopped(ErrorCode::protocol, 0));
}

TEST(ImapGuard, StopsEndlessLines) {
  const GuardLimits limits{.line_size = 100};
  EXPECT_EQ(look("* OK " + std::string(1000, 'a'), limits), stopped(ErrorCode::limit_exceeded, 100));
  // What is in literals does not count, what is around them does.
  std::string literals = "* 1 FETCH (";
  for (int i = 0; i < 8; ++i) literals += "X {50}\r\n" + std::string(50, 'b');
  EXPECT_EQ(look(literals + ")\r\n", limits), all_of(literals + ")\r\n"));
  for (int i = 0; i < 8; ++i) literals += "X {50}\r\n" + std::string(50, 'b');
  EXPECT_EQ(look(literals, limits).code, ErrorCode::limit_exceeded);
}

TEST(ImapGuard, StopsAnswersWithoutEnd) {
  std::string answers;
  for (int i = 0; i < 20; ++i) answers += "* OK x\r\n";
  EXPECT_EQ(look(answers, {}, {.lines = 10}), stopped(ErrorCode::limit_exceeded, 11 * 8 - 1));
  EXPECT_EQ(look(answers, {}, {.line_bytes = 100}), stopped(ErrorCode::limit_exceeded, 100));
}

TEST(ImapGuard, StaysStopped) {
  ImapGuard guard;
  guard.look_at("x\r\n");
  ASSERT_TRUE(guard.failure());
  guard.begin_response({});
  EXPECT_EQ(guard.look_at("* OK fine\r\n"), 0u);
  EXPECT_TRUE(guard.failure());
}

TEST(ImapGuard, SaysNothingOfWhatTheServerSent) {
  ImapGuard guard;
  guard.look_at("secret\" thing\r\n");
  ASSERT_TRUE(guard.failure());
  EXPECT_EQ(std::string(guard.failure()->what()).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace smsbackup::net
