// The command with a mail server, as a user runs it.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "integration/imap/imap_fixture.hpp"
#include "smsbackup/jsonl_store.hpp"
#include "support/mail_server.hpp"

namespace smsbackup {
namespace {

using namespace test;

const std::string samples = SMSBACKUP_SAMPLES;

struct ToolRun {
  int code = -1;
  std::string said;  // on both streams
};

struct Kind {
  const char* name;
  std::optional<std::string> (*missing)();
  MailServer (*start)();
};

class ToolWithServer : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (const auto why = GetParam().missing()) GTEST_SKIP() << *why;
    if (server_.software != GetParam().name) server_ = GetParam().start();
    write_file(folder_.path() / "ca.pem", server_.ca_pem);
  }
  static void TearDownTestSuite() { server_ = {}; }

  std::string mailbox(const std::string& folder) const {
    return "imaps://u1@localhost:" + std::to_string(server_.tls_port) + '/' + folder;
  }
  ToolRun run(const std::string& arguments, const std::string& environment = "SMSBACKUP_PASSWORD=pass") const {
    const std::string command = "cd " + folder_.path().string() + " && env -u SMSBACKUP_PASSWORD -u SMSBACKUP_TOKEN " +
                                environment + " " SMSBACKUP_TOOL " " + arguments + " 2>&1 </dev/null";
    ToolRun out;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out.said += static_cast<char>(c);
    const int status = ::pclose(pipe);
    out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
  }
  std::string sms() const { return samples + "/sms-20240203101500.xml"; }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

  ServerFolder folder_{"tool"};
  static inline MailServer server_;  // of one kind for all tests of it
};

TEST_P(ToolWithServer, BacksUpAddsNothingTwiceAndRestores) {
  const auto backup = "backup --ca-file ca.pem --report r.json " + sms() + ' ' + mailbox("Phone");
  const auto first = run(backup);
  ASSERT_EQ(first.code, 0) << first.said;
  const auto second = run(backup);
  ASSERT_EQ(second.code, 0) << second.said;
  EXPECT_TRUE(has(read_file(folder_.path() / "r.json"), "\"written\":0")) << read_file(folder_.path() / "r.json");
  const auto restore = run("restore --ca-file ca.pem " + mailbox("Phone") + " phone.jsonl");
  ASSERT_EQ(restore.code, 0) << restore.said;
  const auto verified = run("verify --ca-file ca.pem " + mailbox("Phone") + " phone.jsonl");
  EXPECT_EQ(verified.code, 0) << verified.said;
}

TEST_P(ToolWithServer, ChecksTheServerInWords) {
  const auto checked = run("check --ca-file ca.pem " + mailbox(""));
  ASSERT_EQ(checked.code, 0) << checked.said;
  EXPECT_TRUE(has(checked.said, server_.software)) << checked.said;
  EXPECT_TRUE(has(checked.said, "TLSv1.3"));
  EXPECT_TRUE(has(checked.said, "in batches, without waiting"));
  EXPECT_TRUE(has(checked.said, "Call log"));
}

TEST_P(ToolWithServer, ClearsDuplicatesAwayOnlyWhenTold) {
  const auto write = "copy --dedup off --ca-file ca.pem " + sms() + ' ' + mailbox("Twice");
  ASSERT_EQ(run(write).code, 0);
  ASSERT_EQ(run(write).code, 0);
  const auto counted = run("dedup --ca-file ca.pem " + mailbox("Twice"));
  ASSERT_EQ(counted.code, 0) << counted.said;
  EXPECT_TRUE(has(counted.said, "90 records, 45 of them repeat another; nothing was changed")) << counted.said;
  const auto moved = run("dedup --move-to 'Twice/Old' --ca-file ca.pem " + mailbox("Twice"));
  EXPECT_TRUE(has(moved.said, "45 moved to Twice/Old")) << moved.said;
  const auto again = run("dedup --delete --ca-file ca.pem " + mailbox("Twice"));
  EXPECT_TRUE(has(again.said, "45 records, 0 of them repeat another")) << again.said;
}

TEST_P(ToolWithServer, TakesThePasswordFromACommand) {
  EXPECT_EQ(run("check --ca-file ca.pem --password-command 'printf pass' " + mailbox(""), "").code, 0);
  const auto failed = run("check --ca-file ca.pem --password-command false " + mailbox(""), "");
  EXPECT_EQ(failed.code, 2);
  EXPECT_TRUE(has(failed.said, "--password-command"));
}

TEST_P(ToolWithServer, SaysWhatIsWrong) {
  const auto unknown_ca = run("check " + mailbox(""));
  EXPECT_EQ(unknown_ca.code, 3) << unknown_ca.said;
  const auto nobody = run("check imaps://me@localhost:" + std::to_string(free_port()) + "/");
  EXPECT_EQ(nobody.code, 3) << nobody.said;
  const auto plain = run("check imap://u1@localhost:" + std::to_string(server_.port) + "/");
  EXPECT_EQ(plain.code, 2);
  EXPECT_TRUE(has(plain.said, "--insecure")) << plain.said;
  EXPECT_EQ(run("check --insecure imap://u1@localhost:" + std::to_string(server_.port) + "/").code, 0);
  EXPECT_EQ(run("check maildir:x").code, 2);
}

// The peak resident memory in MiB of a child that does that. It begins with what this process has.
template <class Work>
long peak_of(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return usage.ru_maxrss / 1024;
}

long peak_of_tool(const std::vector<std::string>& arguments) {
  return peak_of([&] {
    std::vector<char*> words{const_cast<char*>(SMSBACKUP_TOOL)};
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::setenv("SMSBACKUP_PASSWORD", "pass", 1);
    return std::freopen("/dev/null", "w", stdout) != nullptr && ::execv(words.front(), words.data()) == 0;
  });
}

TEST_P(ToolWithServer, ALargeAttachmentTakesLittleMemory) {
#if defined(SMSBACKUP_SANITIZED)
  GTEST_SKIP() << "the address sanitizer takes memory of its own";
#endif
  constexpr long part = 64;
  const auto from = folder_.path() / "large.jsonl", to = folder_.path() / "back.jsonl";
  const auto records = [] {
    return std::vector<Record>{make_sms(1), make_mms(2, std::size_t{part} << 20), make_sms(3)};
  };
  peak_of([&] {
    JsonlStore store(from, Access::write);
    store.write(records());
    store.finish();
    return true;
  });
  const auto ca = folder_.path() / "ca.pem";
  EXPECT_LT(peak_of_tool({"backup", "--ca-file", ca, from, mailbox("Large")}), 64);
  EXPECT_LT(peak_of_tool({"restore", "--ca-file", ca, mailbox("Large"), to}), 64 + part);
  JsonlStore store(to, Access::read);
  expect_same(read_all(store), records());
}

// Whatever fails, and however much is logged: no secret is in it.
TEST_P(ToolWithServer, NeverPrintsASecret) {
  const std::string secret = "hunter2-swordfish";
  for (const std::string& arguments :
       {"check --ca-file ca.pem --log-level trace " + mailbox(""), "check --log-level trace " + mailbox(""),
        "backup --ca-file ca.pem --log-level trace --explain " + sms() + ' ' + mailbox("x"),
        "restore --ca-file ca.pem --log-level trace " + mailbox("x") + " out.jsonl",
        "check --log-level trace imaps://u1:" + secret + "@localhost:" + std::to_string(server_.tls_port) + "/",
        "backup --log-level trace " + sms() + " imaps://u1:" + secret + "@localhost/"}) {
    for (const char* name : {"SMSBACKUP_PASSWORD=", "SMSBACKUP_TOKEN="}) {
      const auto failed = run(arguments, name + secret);
      EXPECT_NE(failed.code, 0) << arguments;
      EXPECT_NE(failed.said, "");
      EXPECT_FALSE(has(failed.said, secret)) << arguments;
      EXPECT_FALSE(has(failed.said, "aHVudGVyMi1zd29yZGZpc2g")) << "base64 of it";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Servers, ToolWithServer,
    testing::Values(Kind{"Dovecot", Dovecot::missing, [] { return start_server<Dovecot>("Dovecot", {}); }},
                    Kind{"Cyrus", Cyrus::missing, [] { return start_server<Cyrus>("Cyrus", {}); }}),
    [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace smsbackup
