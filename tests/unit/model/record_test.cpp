#include "smsbackup/record.hpp"

#include <gtest/gtest.h>

namespace smsbackup {
namespace {

Sms sms_of_type(Integer type) {
  Sms sms;
  sms.type = type;
  return sms;
}

MmsAddress address_row(std::string address, std::int64_t type) {
  MmsAddress row;
  row.address = std::move(address);
  row.type = type;
  return row;
}

TEST(Record, TypesHaveNames) {
  EXPECT_EQ(to_string(RecordType::sms), "sms");
  EXPECT_EQ(to_string(RecordType::mms), "mms");
  EXPECT_EQ(to_string(RecordType::call), "call");
  EXPECT_EQ(type_of(Record(Call())), RecordType::call);
}

TEST(Record, KeepsNullEmptyAndAbsentApart) {
  Sms empty, absent, nothing;
  empty.body = std::string();
  nothing.body = null;
  EXPECT_NE(empty, absent);
  EXPECT_NE(empty, nothing);
  EXPECT_NE(absent, nothing);
}

TEST(DirectionOf, OfAnSmsIsByItsType) {
  EXPECT_EQ(direction_of(sms_of_type(1)), Direction::incoming);
  for (const int type : {2, 3, 4, 5, 6}) EXPECT_EQ(direction_of(sms_of_type(type)), Direction::outgoing) << type;
  EXPECT_EQ(direction_of(sms_of_type(0)), Direction::unknown);
  EXPECT_EQ(direction_of(sms_of_type(null)), Direction::unknown);
  EXPECT_EQ(direction_of(Sms()), Direction::unknown);
}

TEST(DirectionOf, OfAnMmsIsByBoxThenByTypeThenBySender) {
  Mms mms;
  EXPECT_EQ(direction_of(mms), Direction::unknown);
  mms.addresses = {address_row("+15550100", 151), address_row("insert-address-token", 137)};
  EXPECT_EQ(direction_of(mms), Direction::outgoing);
  mms.addresses[1].address = std::string("+15550101");
  EXPECT_EQ(direction_of(mms), Direction::incoming);
  mms.m_type = 128;
  EXPECT_EQ(direction_of(mms), Direction::outgoing);
  mms.m_type = 132;
  EXPECT_EQ(direction_of(mms), Direction::incoming);
  mms.msg_box = 4;
  EXPECT_EQ(direction_of(mms), Direction::outgoing);
  mms.msg_box = 1;
  mms.m_type = 128;
  EXPECT_EQ(direction_of(mms), Direction::incoming);
}

TEST(DirectionOf, OfACallIsByItsType) {
  Call call;
  EXPECT_EQ(direction_of(call), Direction::unknown);
  call.type = 2;
  EXPECT_EQ(direction_of(call), Direction::outgoing);
  for (const int type : {1, 3, 4, 5, 6, 7}) {
    call.type = type;
    EXPECT_EQ(direction_of(call), Direction::incoming) << type;
  }
  call.type = 8;
  EXPECT_EQ(direction_of(call), Direction::unknown);
}

TEST(DateOf, IsNothingForNullAbsentAndText) {
  Sms sms;
  EXPECT_EQ(date_of(sms), std::nullopt);
  sms.date = null;
  EXPECT_EQ(date_of(sms), std::nullopt);
  sms.date = -1;
  EXPECT_EQ(date_of(sms), -1);
  Mms mms;
  mms.date = 1'706'950'100'000;
  EXPECT_EQ(date_of(mms), 1'706'950'100'000);
  Call call;
  call.date = 5;
  EXPECT_EQ(date_of(call), 5);
}

TEST(IsRead, OnlyAZeroMeansUnread) {
  Sms sms;
  EXPECT_TRUE(is_read(sms));
  sms.read = null;
  EXPECT_TRUE(is_read(sms));
  sms.read = 0;
  EXPECT_FALSE(is_read(sms));
  Mms mms;
  mms.read = 0;
  EXPECT_FALSE(is_read(mms));
  Call call;
  call.is_read = 0;
  EXPECT_TRUE(is_read(call));
}

TEST(PartiesOf, LeavesOutTheOwnNumbersToken) {
  Mms mms;
  mms.addresses = {address_row("insert-address-token", 137), address_row("+15550100", 151), address_row("", 130),
                   MmsAddress()};
  EXPECT_EQ(parties_of(mms), (std::vector<std::string_view>{"+15550100", ""}));
  Sms sms;
  EXPECT_TRUE(parties_of(sms).empty());
  sms.address = std::string("MY BANK");
  EXPECT_EQ(parties_of(sms), std::vector<std::string_view>{"MY BANK"});
  Call call;
  call.number = std::string("-1");
  EXPECT_EQ(parties_of(call), std::vector<std::string_view>{"-1"});
}

TEST(MemorySize, CountsTextsExtrasAndPartData) {
  Sms sms;
  const std::size_t bare = memory_size(sms);
  EXPECT_GE(bare, sizeof(Record));
  sms.body = std::string(1000, 'x');
  EXPECT_EQ(memory_size(sms), bare + 1000);
  sms.extras["vendor"] = std::string(500, 'x');
  EXPECT_GE(memory_size(sms), bare + 1506);

  Mms mms;
  mms.parts.resize(1);
  const std::size_t without_data = memory_size(mms);
  mms.parts[0].data = Blob(std::string(100'000, 'x'));
  EXPECT_EQ(memory_size(mms), without_data + 100'000);
  BlobWriter writer(0);
  writer.append(std::string(100'000, 'x'));
  mms.parts[0].data = writer.finish();
  EXPECT_EQ(memory_size(mms), without_data);
}

}  // namespace
}  // namespace smsbackup
