// A mail server whose disk is full, and one whose user has used up what he may: what fits is there, the run says why
// the rest is not, and once there is room the next run completes it.
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "integration/imap/imap_fixture.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {
namespace {

using namespace test;

ImapOptions options_of(Dovecot& server) {
  ImapOptions options;
  options.host = "localhost";
  options.port = server.tls_port();
  options.tls.ca_pem = server.ca_pem();
  options.user = "u1";
  options.password = [](const ImapAccount&) { return std::string(Dovecot::password); };
  options.retry_for = std::chrono::seconds(5);
  return options;
}

// How many of the records are there after the run that has no room for all.
std::size_t run_out_of_room(ImapStore& archive, const std::vector<Record>& records, ErrorCode code) {
  Outcomes outcomes;
  try {
    archive.write(records);
    ADD_FAILURE() << "there was room for all";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what() << ": " << error.detail();
    outcomes = archive.settle();
  }
  EXPECT_EQ(outcomes.size(), records.size());
  const auto written = std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.written; });
  EXPECT_GT(written, 50);
  EXPECT_EQ(read_all(archive).size(), static_cast<std::size_t>(written));
  return static_cast<std::size_t>(written);
}

void complete(Dovecot& server, const std::vector<Record>& records, std::size_t there) {
  MemoryStore phone;
  phone.write(records);
  ImapStore archive(options_of(server), Access::write);
  const auto report = transfer(phone, archive);
  EXPECT_TRUE(report.complete()) << report.error.value_or("");
  EXPECT_EQ(report.sms.duplicate, there);
  expect_same(read_all(archive), records);
}

TEST(Quota, EndsTheRunWithItsOwnCode) {
  if (const auto why = Dovecot::missing()) GTEST_SKIP() << *why;
  Dovecot server(Dovecot::Options{.quota_bytes = 200'000});
  const auto records = make_records(1000);
  std::size_t there = 0;
  {
    ImapStore archive(options_of(server), Access::write);
    there = run_out_of_room(archive, records, ErrorCode::no_space);
  }
  server.set_quota(10'000'000);
  complete(server, records, there);
}

// A small file system of its own, if the system lets us have one.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path path, const char* size) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, (std::string("mode=0777,size=") + size).c_str()) != 0)
      why_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (why_.empty()) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::string& why_not() const { return why_; }
  bool grow(const char* size) const {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, (std::string("mode=0777,size=") + size).c_str()) == 0;
  }

 private:
  std::filesystem::path path_;
  std::string why_;
};

class FullDisk : public testing::TestWithParam<const char*> {};

TEST_P(FullDisk, EndsTheRunWithItsOwnCode) {
  if (const auto why = Dovecot::missing()) GTEST_SKIP() << *why;
  Dovecot server(Dovecot::Options{.mail_format = GetParam()});
  SmallDisk disk(server.mail_of("u1"), "2m");
  if (!disk.why_not().empty()) GTEST_SKIP() << "a small file system can't be mounted here: " << disk.why_not();
  const auto records = make_records(3000);
  std::size_t there = 0;
  {
    ImapStore archive(options_of(server), Access::write);
    // Dovecot says "[SERVERBUG] Internal error occurred" when its disk is full.
    there = run_out_of_room(archive, records, ErrorCode::server_refused);
  }
  ASSERT_TRUE(disk.grow("64m"));
  complete(server, records, there);
  server.stop();
}

INSTANTIATE_TEST_SUITE_P(Formats, FullDisk, testing::Values("maildir", "mdbox"),
                         [](const auto& format) { return std::string(format.param); });

}  // namespace
}  // namespace smsbackup
