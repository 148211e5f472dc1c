// A Dovecot for a suite of tests, stores on it, and records to put into them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "smsbackup/imap_store.hpp"
#include "support/dovecot.hpp"

namespace smsbackup::test {

inline Sms make_sms(int n, const std::string& body = "Hello") {
  Sms sms;
  sms.address = "+49151123" + std::to_string(10000 + n);
  sms.date = 1600000000000 + std::int64_t{n} * 61'001;
  sms.type = n % 2 == 0 ? sms_inbox : sms_sent;
  sms.body = body + " " + std::to_string(n);
  sms.read = 1;
  sms.thread_id = n % 7;
  return sms;
}

inline Mms make_mms(int n, std::size_t size = 5000) {
  Mms mms;
  mms.date = 1600000000000 + std::int64_t{n} * 61'000;
  mms.msg_box = mms_inbox;
  mms.m_type = mms_retrieve_conf;
  mms.m_id = "mid" + std::to_string(n);
  mms.thread_id = 3;
  mms.read = 1;
  MmsAddress from;
  from.address = "+4915112345678";
  from.type = mms_from;
  mms.addresses.push_back(from);
  MmsPart part;
  part.seq = 0;
  part.ct = "image/jpeg";
  part.name = "picture.jpg";
  std::string bytes(size, '\0');
  std::uint32_t state = static_cast<std::uint32_t>(n) + 1;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  part.data = Blob(bytes);
  mms.parts.push_back(part);
  return mms;
}

inline Call make_call(int n) {
  Call call;
  call.number = "+49170" + std::to_string(1000000 + n);
  call.date = 1600000000000 + std::int64_t{n} * 60'007;
  call.duration = n;
  call.type = call_incoming;
  return call;
}

inline std::vector<Record> make_records(int sms, int mms = 0, int calls = 0, std::size_t mms_size = 5000) {
  std::vector<Record> out;
  for (int i = 0; i < sms; ++i) out.emplace_back(make_sms(i));
  for (int i = 0; i < mms; ++i) out.emplace_back(make_mms(i, mms_size));
  for (int i = 0; i < calls; ++i) out.emplace_back(make_call(i));
  return out;
}

inline std::vector<Record> read_all(Source& source, const Query& query = {}, std::uint64_t* foreign = nullptr) {
  std::vector<Record> out;
  const auto cursor = source.open(query);
  for (Batch batch; batch.clear(), cursor->next(batch);) {
    for (auto& record : batch.records) out.push_back(std::move(record));
    if (foreign != nullptr) *foreign += batch.foreign;
    for (const auto& problem : batch.problems) ADD_FAILURE() << problem.where << ": " << problem.why;
  }
  return out;
}

// The same records, in any order: Dovecot numbers mails in Maildirs as it likes. Prints no records.
inline void expect_same(std::vector<Record> got, const std::vector<Record>& want) {
  EXPECT_EQ(got.size(), want.size());
  std::size_t missing = 0;
  for (const auto& record : want) {
    const auto found = std::find(got.begin(), got.end(), record);
    if (found == got.end())
      ++missing;
    else
      got.erase(found);
  }
  EXPECT_EQ(missing, 0U);
}

inline std::vector<RecordKey> read_keys(Sink& sink) {
  std::vector<RecordKey> out;
  sink.keys({}, {}, [&](const RecordKey& key) { out.push_back(key); });
  return out;
}

inline void expect_all_written(const Outcomes& outcomes, std::size_t count) {
  EXPECT_EQ(outcomes.size(), count);
  for (const auto& outcome : outcomes)
    if (!outcome.written) {
      ADD_FAILURE() << (outcome.problem ? outcome.problem->why : "no problem");
      return;
    }
}

// One server for all tests of a suite; each test has folders of its own.
class ImapTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!Dovecot::missing()) server_ = std::make_unique<Dovecot>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (const auto why = Dovecot::missing()) GTEST_SKIP() << *why;
  }

  static ImapOptions options_for(Dovecot& server, const std::string& user = "u1") {
    ImapOptions options;
    options.host = "localhost";
    options.port = server.tls_port();
    options.user = user;
    options.password = [](const ImapAccount&) { return std::string(Dovecot::password); };
    options.tls.ca_pem = server.ca_pem();
    options.io_timeout = std::chrono::seconds(120);
    options.retry_for = std::chrono::seconds(120);
    return options;
  }
  static ImapOptions plain_options(std::uint16_t port) {
    ImapOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    options.security = ImapOptions::Security::plain;
    options.allow_plain = true;
    options.user = "u1";
    options.password = [](const ImapAccount&) { return std::string(Dovecot::password); };
    options.io_timeout = std::chrono::seconds(120);
    options.retry_for = std::chrono::seconds(120);
    return options;
  }

  ImapOptions options() {
    auto options = options_for(*server_);
    options.sms_folder = options.mms_folder = unique("SMS");
    options.call_folder = unique("Call log");
    return options;
  }
  std::string unique(const std::string& name) {
    return name + ' ' + testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  static std::unique_ptr<ImapStore> store(const ImapOptions& options, Access access = Access::write) {
    return std::make_unique<ImapStore>(options, access);
  }

  static inline std::unique_ptr<Dovecot> server_;
};

}  // namespace smsbackup::test
