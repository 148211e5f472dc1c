// The line breaks at any byte of a backup and of a restore: in the end the archive holds each record once, and the
// phone has all of them.
#include <chrono>

#include "integration/imap/imap_fixture.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"
#include "support/cutting_proxy.hpp"
#include "support/repeats.hpp"

namespace smsbackup {
namespace {

using namespace test;

// Cuts are this far apart, so that each phase of a session has some.
constexpr std::int64_t step = repeats(401, 2003);

class BrokenLine : public ImapTest {
 protected:
  static void SetUpTestSuite() {
    if (!Dovecot::missing()) server_ = std::make_unique<Dovecot>(Dovecot::Options{.mail_format = "mdbox"});
  }

  ImapOptions through(const CuttingProxy& proxy, const std::string& folder) {
    auto options = plain_options(proxy.port());
    options.folder = folder;
    return options;
  }

  static Report copy(Source& from, Sink& to) { return transfer(from, to); }

  // A backup whose line is cut after so many bytes, and one more run if that ended early.
  void back_up(CuttingProxy& proxy, const ImapOptions& options, MemoryStore& phone, std::int64_t cut) {
    proxy.cut_after(cut);
    for (int run = 0; run < 2; ++run) {
      try {
        ImapStore archive(options, Access::write);
        const auto report = copy(phone, archive);
        if (!report.error) return;
      } catch (const Error& error) {
        EXPECT_EQ(run, 0) << error.what();
      }
      proxy.cut_after(INT64_MAX);
    }
  }
};

void fill(MemoryStore& store, const std::vector<Record>& records) { store.write(records); }

struct Ways {
  const char* name;
  bool retry;
  void (*set)(ImapOptions&);
};
class BrokenLineInEveryWay : public BrokenLine, public testing::WithParamInterface<Ways> {};

TEST_P(BrokenLineInEveryWay, NothingIsLostOrDoubledInTheArchive) {
  CuttingProxy proxy(server_->port());
  const auto records = make_records(60, 2, 0, 3000);
  MemoryStore phone;
  fill(phone, records);
  auto options = through(proxy, "whole");
  GetParam().set(options);
  if (!GetParam().retry) options.retry_for = std::chrono::milliseconds(0);
  const auto before = proxy.passed();
  {
    ImapStore archive(options, Access::write);
    ASSERT_FALSE(copy(phone, archive).error);
  }
  const auto whole = proxy.passed() - before;
  for (std::int64_t cut = 1; cut < whole; cut += step * (GetParam().retry ? 5 : 1)) {
    SCOPED_TRACE(cut);
    options.folder = std::string(GetParam().name) + std::to_string(cut);
    back_up(proxy, options, phone, cut);
    auto direct = plain_options(server_->port());
    direct.folder = options.folder;
    ImapStore archive(direct, Access::write);
    expect_same(read_all(archive), records);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ways, BrokenLineInEveryWay,
    testing::Values(Ways{"AnotherRun", false, [](ImapOptions&) {}}, Ways{"TheSameRun", true, [](ImapOptions&) {}},
                    Ways{"LikeGmail", true, [](ImapOptions& o) { o.use.multiappend = o.use.literal_plus = false; }},
                    Ways{"Bare", true,
                         [](ImapOptions& o) {
                           o.use = {false, false, false, false, false, false, false, false, false, false};
                         }}),
    [](const auto& way) { return std::string(way.param.name); });

TEST_F(BrokenLine, ARestoreComesThroughEveryCut) {
  CuttingProxy proxy(server_->port());
  const auto records = make_records(300, 3);
  auto direct = plain_options(server_->port());
  direct.folder = "restore";
  {
    ImapStore archive(direct, Access::write);
    expect_all_written(archive.write(records), records.size());
  }
  const auto options = through(proxy, "restore");
  const auto before = proxy.passed();
  {
    MemoryStore phone;
    ImapStore archive(options, Access::read);
    copy(archive, phone);
  }
  const auto whole = proxy.passed() - before;
  for (const bool by_headers : {false, true}) {
    const auto between = whole / repeats(40, 8);
    for (std::int64_t cut = between; cut < whole; cut += between) {
      SCOPED_TRACE(cut);
      MemoryStore phone;
      if (by_headers) fill(phone, {records.front()});
      for (int run = 0; run < 2; ++run) {
        if (run == 0) proxy.cut_after(cut);
        try {
          ImapStore archive(options, Access::read);
          if (!copy(archive, phone).error) break;
        } catch (const Error& error) {
          EXPECT_EQ(run, 0) << error.what();
        }
        proxy.cut_after(INT64_MAX);
      }
      expect_same(read_all(phone), records);
    }
  }
}

TEST_F(BrokenLine, ARestartedServerIsWaitedFor) {
  auto options = plain_options(server_->port());
  options.folder = "restart";
  ImapStore archive(options, Access::write);
  const auto records = make_records(200);
  expect_all_written(archive.write(std::span(records).first(100)), 100);
  server_->stop();
  server_->start();
  expect_all_written(archive.write(std::span(records).subspan(100)), 100);
  expect_same(read_all(archive), records);
}

}  // namespace
}  // namespace smsbackup
