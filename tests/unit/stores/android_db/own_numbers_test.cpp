// Which number is the phone's own, out of what messages tell.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stores/android_db/own_numbers.hpp"
#include "unit/stores/android_db/messages.hpp"

namespace smsbackup::stores::android_db {
namespace {

using test::party;
using Numbers = std::vector<std::string>;

Mms from_to(const std::string& from, const std::vector<std::string>& to) {
  std::vector<MmsAddress> addresses = {party(from, mms_from)};
  for (const std::string& one : to) addresses.push_back(party(one, mms_to));
  return test::mms(1000, mms_inbox, addresses);
}

class OwnNumbersTest : public testing::Test {
 protected:
  void came_in(const std::string& from, const std::vector<std::string>& to) {
    own_.met(from_to(from, to), Direction::incoming);
  }
  void went_out(const std::string& from, const std::vector<std::string>& to) {
    own_.met(from_to(from, to), Direction::outgoing);
  }
  OwnNumbers own_;
};

TEST_F(OwnNumbersTest, KnowsNothingOfNothing) { EXPECT_EQ(own_.learnt(), Numbers{}); }

TEST_F(OwnNumbersTest, AreTheSendersOfWhatWentOut) {
  went_out("insert-address-token", {"+491601111111"});
  EXPECT_EQ(own_.learnt(), Numbers{});
  went_out("+4915199999999", {"+491601111111"});
  went_out("015199999999", {"+491601111111"});
  EXPECT_EQ(own_.learnt(), Numbers{"+4915199999999"});
}

TEST_F(OwnNumbersTest, AreTheOnlyRecipientsOfWhatCameIn) {
  came_in("+491601111111", {"+4915199999999"});
  EXPECT_EQ(own_.learnt(), Numbers{"+4915199999999"});
}

TEST_F(OwnNumbersTest, MayBeSeveralIfTwoWroteToEach) {
  came_in("+491601111111", {"+4915199999999"});
  came_in("+491601111111", {"+4915188888888"});
  EXPECT_EQ(own_.learnt(), Numbers{}) << "one of them may be a recipient that hides the others";
  came_in("+491602222222", {"+4915199999999"});
  EXPECT_EQ(own_.learnt(), Numbers{"+4915199999999"});
  came_in("+491602222222", {"015188888888"});
  EXPECT_EQ(own_.learnt(), (Numbers{"+4915199999999", "+4915188888888"}));
}

TEST_F(OwnNumbersTest, AreNotTakenFromOneOddMessageWhenOthersNameAnother) {
  went_out("+4915199999999", {"+491601111111"});
  came_in("+491601111111", {"+491605555555"});
  EXPECT_EQ(own_.learnt(), Numbers{"+4915199999999"});
}

TEST_F(OwnNumbersTest, AreInEveryGroup) {
  came_in("+491601111111", {"+491602222222", "+491603333333", "+4915199999999"});
  came_in("+491602222222", {"+491601111111", "+491603333333", "015199999999"});
  EXPECT_EQ(own_.learnt(), Numbers{}) << "one group, with somebody in it who never says a word";
  came_in("+491601111111", {"+491604444444", "+4915199999999"});
  EXPECT_EQ(own_.learnt(), Numbers{"+4915199999999"});
}

TEST_F(OwnNumbersTest, AreNotGuessedWhenTwoAreInEveryGroup) {
  came_in("+491601111111", {"+491603333333", "+4915199999999"});
  came_in("+491602222222", {"+491603333333", "+4915199999999"});
  EXPECT_EQ(own_.learnt(), Numbers{});
}

TEST_F(OwnNumbersTest, AreNotThoseWhomThisPhoneWritesToInGroups) {
  came_in("+491601111111", {"+491603333333", "+491602222222"});
  came_in("+491602222222", {"+491603333333", "+491604444444"});
  went_out("insert-address-token", {"+491601111111", "+491603333333"});
  EXPECT_EQ(own_.learnt(), Numbers{}) << "a network that leaves the own number out of the list";
}

TEST_F(OwnNumbersTest, AreNotThoseWhoWriteToThisPhone) {
  went_out("+491601111111", {"+491602222222"});
  came_in("+491601111111", {"+491603333333"});
  came_in("+491603333333", {"+491602222222", "+491601111111"});
  EXPECT_EQ(own_.learnt(), Numbers{});
}

TEST_F(OwnNumbersTest, AreNotThoseWithAConversationOfTheirOwn) {
  came_in("+491601111111", {"+4915199999999"});
  own_.met_conversation("0151 99999999");
  EXPECT_EQ(own_.learnt(), Numbers{});
}

TEST_F(OwnNumbersTest, AreNeverUnknownAddresses) {
  came_in("+491601111111", {""});
  came_in("+491601111111", {"-1"});
  went_out("-2", {"+491601111111"});
  own_.met_conversation("");
  EXPECT_EQ(own_.learnt(), Numbers{});
}

}  // namespace
}  // namespace smsbackup::stores::android_db
