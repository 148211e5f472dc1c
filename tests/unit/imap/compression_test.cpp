// Compression that begins by itself, on a line that is slow enough for it.
#include "integration/imap/imap_fixture.hpp"
#include "integration/imap/peer_options.hpp"
#include "support/cutting_proxy.hpp"

namespace smsbackup::imap {
namespace {

using namespace test;

MailPeer::Options compressing() {
  MailPeer::Options options;
  options.capabilities += " COMPRESS=DEFLATE";
  return options;
}

// More than what the system takes in before the line is felt.
std::vector<Record> much_text() {
  std::vector<Record> out;
  for (int i = 0; i < 1600; ++i) out.emplace_back(make_sms(i, std::string(5000, 'x')));
  return out;
}

struct Run {
  std::int64_t bytes = 0;
  bool compressed = false;
};

Run back_up(std::int64_t bytes_a_second, ImapOptions::Compression compression, const MailPeer::Options& server) {
  MailPeer peer(server);
  CuttingProxy proxy(peer.port());
  auto options = options_for(peer);
  options.port = proxy.port();
  options.compression = compression;
  proxy.slow_down_to(bytes_a_second);
  const auto records = much_text();
  {
    ImapStore archive(options, Access::write);
    for (std::size_t i = 0; i < records.size(); i += 100)
      for (const auto& outcome : archive.write_ahead(std::span(records).subspan(i, 100))) EXPECT_TRUE(outcome.written);
    for (const auto& outcome : archive.settle()) EXPECT_TRUE(outcome.written);
    archive.finish();
  }
  const auto bytes = proxy.passed();
  proxy.slow_down_to(0);
  ImapStore archive(options_for(peer), Access::read);
  expect_same(read_all(archive), records);
  const auto names = peer.names();
  return {bytes, std::find(names.begin(), names.end(), "COMPRESS") != names.end()};
}

using Compression = ImapOptions::Compression;

TEST(Compression, BeginsByItselfOnASlowLine) {
  const auto run = back_up(1'500'000, Compression::automatic, compressing());
  EXPECT_TRUE(run.compressed);
  EXPECT_LT(run.bytes, 7'000'000);  // of 9 million
}

TEST(Compression, IsNotUsedWhereItMustNotBe) {
  EXPECT_FALSE(back_up(3'500'000, Compression::never, compressing()).compressed);
  EXPECT_FALSE(back_up(3'500'000, Compression::automatic, {}).compressed);
}

}  // namespace
}  // namespace smsbackup::imap
