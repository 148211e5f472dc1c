#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "smsbackup/dedup.hpp"
#include "support/repeats.hpp"

namespace smsbackup {
namespace {

Digest digest_of(std::uint64_t number) {
  Sms sms;
  sms.body = std::to_string(number);
  return content_digest(sms);
}

RecordKey sms_key(std::int64_t date, std::string party = "+15550100", std::uint64_t content = 1) {
  RecordKey key;
  key.type = RecordType::sms;
  key.direction = Direction::incoming;
  key.date = date;
  key.whole_second = date % 1000 == 0;
  key.parties = {std::move(party)};
  key.content = digest_of(content);
  return key;
}

RecordKey mms_key(std::int64_t date, std::vector<std::string> parties, std::string message_id = {},
                  std::uint64_t content = 1) {
  RecordKey key = sms_key(date, {}, content);
  key.type = RecordType::mms;
  key.parties = std::move(parties);
  key.message_id = std::move(message_id);
  return key;
}

RecordKey without_content(RecordKey key, std::string locator) {
  key.content.reset();
  key.locator = std::move(locator);
  return key;
}

Match compare(const RecordKey& there, const RecordKey& key, DedupLevel level = DedupLevel::tolerant) {
  KeyIndex index(DedupPolicy{level, {}});
  index.insert(there);
  const Match match = index.match(key);
  EXPECT_EQ(index.find(key).match, match);
  EXPECT_EQ(index.find_or_insert(key), match);
  return match;
}

TEST(KeyIndex, FindsTheSameKeyAgain) {
  EXPECT_EQ(compare(sms_key(1600000000123), sms_key(1600000000123)), Match::duplicate);
}

TEST(KeyIndex, KeepsNearMissesApart) {
  const RecordKey there = sms_key(1600000000123);
  EXPECT_EQ(compare(there, sms_key(1600000000123, "+15550100", 2)), Match::unseen) << "other text";
  EXPECT_EQ(compare(there, sms_key(1600000000124)), Match::unseen) << "other millisecond";
  EXPECT_EQ(compare(there, sms_key(1600000001123)), Match::unseen) << "other second";
  EXPECT_EQ(compare(there, sms_key(1600000000123, "+15550101")), Match::unseen) << "other number";
  EXPECT_EQ(compare(there, sms_key(1600000000123, "BANK")), Match::unseen) << "a name";
  EXPECT_EQ(compare(there, sms_key(1600000000123, "")), Match::unseen) << "unknown sender";
  RecordKey outgoing = there;
  outgoing.direction = Direction::outgoing;
  EXPECT_EQ(compare(there, outgoing), Match::unseen);
  RecordKey unknown_direction = there;
  unknown_direction.direction = Direction::unknown;
  EXPECT_EQ(compare(there, unknown_direction), Match::unseen);
  RecordKey call = there;
  call.type = RecordType::call;
  EXPECT_EQ(compare(there, call), Match::unseen);
  RecordKey undated = there;
  undated.date.reset();
  undated.whole_second = false;
  EXPECT_EQ(compare(there, undated), Match::unseen);
  EXPECT_EQ(compare(undated, undated), Match::duplicate);
}

TEST(KeyIndex, KeepsCountriesApartWhoseLastDigitsAreEqual) {
  EXPECT_EQ(compare(sms_key(1600000000123, "+445550100123"), sms_key(1600000000123, "+495550100123")), Match::unseen);
  EXPECT_EQ(compare(sms_key(1600000000123, "+14155550100"), sms_key(1600000000123, "+12125550100")), Match::unseen);
}

TEST(KeyIndex, TakesANumberWithAndWithoutItsCountryForTheSame) {
  EXPECT_EQ(compare(sms_key(1600000000123, "+44 7700 900123"), sms_key(1600000000123, "07700900123")),
            Match::duplicate);
  EXPECT_EQ(compare(sms_key(1600000000123, "My Bank"), sms_key(1600000000123, "MYBANK")), Match::duplicate);
  EXPECT_EQ(compare(sms_key(1600000000123, "-1"), sms_key(1600000000123, "")), Match::duplicate);
}

// "+1 5550100123" and "+2 5550100123" are two parties, though each equals the number without a country.
TEST(KeyIndex, DoesNotJoinTwoNumbersThroughAThird) {
  KeyIndex index;
  index.insert(sms_key(1600000000123, "5550100123"));
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123, "+15550100123")), Match::duplicate);
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123, "+25550100123")), Match::unseen);
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123, "+25550100123")), Match::duplicate);
}

TEST(KeyIndex, ComparesSecondsWithMilliseconds) {
  EXPECT_EQ(compare(sms_key(1600000000000), sms_key(1600000000123)), Match::duplicate);
  EXPECT_EQ(compare(sms_key(1600000000123), sms_key(1600000000000)), Match::duplicate);
  EXPECT_EQ(compare(sms_key(-1500), sms_key(-2000)), Match::duplicate);
  EXPECT_EQ(compare(sms_key(-1500), sms_key(-1000)), Match::unseen);
  constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(compare(sms_key(first), sms_key(first)), Match::duplicate);
  EXPECT_EQ(compare(sms_key(first), sms_key(first + 1)), Match::unseen);
  EXPECT_EQ(compare(sms_key(last), sms_key(first)), Match::unseen);
  RecordKey sure = sms_key(1600000000000);
  sure.whole_second = false;
  EXPECT_EQ(compare(sure, sms_key(1600000000123)), Match::unseen);
}

TEST(KeyIndex, LetsOneWholeSecondStandForOneMomentOnly) {
  KeyIndex index;
  index.insert(sms_key(1600000000000));
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123)), Match::duplicate);
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000456)), Match::unseen);

  KeyIndex twice;
  twice.insert(sms_key(1600000000000));
  twice.insert(sms_key(1600000000000));
  EXPECT_EQ(twice.find_or_insert(sms_key(1600000000123)), Match::duplicate);
  EXPECT_EQ(twice.find_or_insert(sms_key(1600000000456)), Match::duplicate);
  EXPECT_EQ(twice.find_or_insert(sms_key(1600000000789)), Match::unseen);
}

TEST(KeyIndex, PrefersTheExactMatch) {
  KeyIndex index;
  index.insert(sms_key(1600000000000));
  index.insert(sms_key(1600000000123));
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123)), Match::duplicate);
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000456)), Match::duplicate);
}

TEST(KeyIndex, ComparesMessageIdsWhereBothHaveOne) {
  const std::vector<std::string> parties = {"+15550100"};
  EXPECT_EQ(compare(mms_key(1600000000000, parties, "a@x"), mms_key(1600000000000, parties, "a@x")), Match::duplicate);
  EXPECT_EQ(compare(mms_key(1600000000000, parties, "a@x"), mms_key(1600000000000, parties, "")), Match::duplicate);
  EXPECT_EQ(compare(mms_key(1600000000000, parties, "a@x"), mms_key(1600000000000, parties, "b@x")), Match::unseen);
  KeyIndex index;
  index.insert(mms_key(1600000000000, parties));
  EXPECT_EQ(index.find_or_insert(mms_key(1600000000000, parties, "a@x")), Match::duplicate);
  EXPECT_EQ(index.find_or_insert(mms_key(1600000000000, parties, "b@x")), Match::unseen);
}

TEST(KeyIndex, ComparesThePartiesOfAnMmsInAnyOrder) {
  const RecordKey there = mms_key(1600000000000, {"+15550100", "+15550101"});
  EXPECT_EQ(compare(there, mms_key(1600000000000, {"+15550101", "+15550100", "+15550101"})), Match::duplicate);
  EXPECT_EQ(compare(there, mms_key(1600000000000, {"5550101", "insert-address-token", "5550100"})), Match::duplicate);
  EXPECT_EQ(compare(there, mms_key(1600000000000, {"+15550100"})), Match::unseen);
  EXPECT_EQ(compare(there, mms_key(1600000000000, {"+15550100", "+15550102"})), Match::unseen);
  EXPECT_EQ(compare(there, mms_key(1600000000000, {})), Match::unseen);
}

TEST(KeyIndex, LeavesOutOwnNumbersOfAnMms) {
  KeyIndex index(DedupPolicy{DedupLevel::tolerant, {"+15550199"}});
  index.insert(mms_key(1600000000000, {"+15550100", "5550199"}));
  EXPECT_EQ(index.match(mms_key(1600000000000, {"+15550100"})), Match::duplicate);
}

TEST(KeyIndex, IsStrictWhenExact) {
  EXPECT_EQ(compare(sms_key(1600000000000), sms_key(1600000000000), DedupLevel::exact), Match::duplicate);
  EXPECT_EQ(compare(sms_key(1600000000000), sms_key(1600000000123), DedupLevel::exact), Match::unseen);
  EXPECT_EQ(compare(sms_key(1600000000000, "+15550100"), sms_key(1600000000000, "5550100"), DedupLevel::exact),
            Match::unseen);
}

TEST(KeyIndex, FindsNothingWhenOff) {
  EXPECT_EQ(compare(sms_key(1600000000000), sms_key(1600000000000), DedupLevel::off), Match::unseen);
}

TEST(KeyIndex, AsksForWhatItDoesNotKnow) {
  KeyIndex index;
  index.insert(without_content(sms_key(1600000000123), "uid 7"));
  index.insert(without_content(sms_key(1600000000123), "uid 8"));
  EXPECT_EQ(index.size(), 2U);
  EXPECT_EQ(index.match(sms_key(1600000001123)), Match::unseen);
  EXPECT_EQ(index.match(sms_key(1600000000123, "+15550101")), Match::unseen);
  Finding finding = index.find(sms_key(1600000000456, "5550100"));
  EXPECT_EQ(finding.match, Match::undecided);
  std::sort(finding.candidates.begin(), finding.candidates.end());
  EXPECT_EQ(finding.candidates, (std::vector<std::string>{"uid 7", "uid 8"}));
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123)), Match::undecided);

  const std::vector<RecordKey> fetched = {sms_key(1600000000123), sms_key(1600000000123, "+15550100", 2)};
  index.resolve(sms_key(1600000000123), fetched);
  EXPECT_EQ(index.size(), 2U);
  EXPECT_EQ(index.match(sms_key(1600000000123)), Match::duplicate);
  EXPECT_EQ(index.match(sms_key(1600000000123, "+15550100", 2)), Match::duplicate);
  EXPECT_EQ(index.match(sms_key(1600000000123, "+15550100", 3)), Match::unseen);
}

TEST(KeyIndex, DoesNotNeedAllPartiesToAskForAnMms) {
  KeyIndex index;
  index.insert(without_content(mms_key(1600000000000, {"+15550100"}), "uid 7"));
  EXPECT_EQ(index.match(mms_key(1600000000000, {"+15550100", "+15550101"})), Match::undecided);
}

TEST(KeyIndex, IsUndecidedAboutAKeyWithoutContent) {
  KeyIndex index;
  EXPECT_EQ(index.match(without_content(sms_key(1), "")), Match::unseen);
  index.insert(sms_key(1));
  EXPECT_EQ(index.match(without_content(sms_key(1), "")), Match::undecided);
}

TEST(KeyIndex, TakesBackAKey) {
  KeyIndex index;
  EXPECT_EQ(index.find_or_insert(sms_key(1)), Match::unseen);
  EXPECT_TRUE(index.erase(sms_key(1)));
  EXPECT_FALSE(index.erase(sms_key(1)));
  EXPECT_EQ(index.size(), 0U);
  EXPECT_EQ(index.find_or_insert(sms_key(1)), Match::unseen);
}

// The first was inserted, the second taken for the same, then the first could not be written: the second must be.
TEST(KeyIndex, TakesBackAKeyThatStandsForAnother) {
  KeyIndex index;
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000000)), Match::unseen);
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123)), Match::duplicate);
  EXPECT_TRUE(index.erase(sms_key(1600000000000)));
  EXPECT_EQ(index.find_or_insert(sms_key(1600000000123)), Match::unseen);
}

TEST(KeyIndex, ExplainsWithoutPrivateData) {
  KeyIndex index;
  index.insert(sms_key(1600000000000, "+15550100"));
  EXPECT_EQ(index.find(sms_key(1600000000123, "5550100"), true).explanation,
            "same type and direction; same second, known to the millisecond on one side only; same number or sender, "
            "spelled differently; same text (but for white space)");
  EXPECT_EQ(index.find(sms_key(1600000000000, "+15550100"), true).explanation,
            "same type and direction; same second; same number or sender; same text (but for white space)");
  EXPECT_EQ(index.find(sms_key(7), true).explanation, "nothing like it is there");
  EXPECT_EQ(index.find(sms_key(1600000000000)).explanation, "");
  KeyIndex exact(DedupPolicy{DedupLevel::exact, {}});
  exact.insert(mms_key(1600000000000, {"+15550100"}, "a@x"));
  EXPECT_EQ(exact.find(mms_key(1600000000000, {"+15550100"}, "a@x"), true).explanation,
            "same type and direction; same millisecond; same parties; same subject and parts to the last byte; same "
            "message id");
}

// All in one second, from one party: what hash tables by second and party would choke on.
TEST(KeyIndex, TakesAnArchiveWhoseRecordsAllHaveTheSameSecond) {
  KeyIndex index;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    ASSERT_EQ(index.find_or_insert(sms_key(0, "+15550100", i)), Match::unseen);
  }
  for (std::uint64_t i = 0; i < 100'000; i += 97) EXPECT_EQ(index.match(sms_key(0, "+15550100", i)), Match::duplicate);
  EXPECT_EQ(index.match(sms_key(0, "+15550100", 100'000)), Match::unseen);
}

// Parts lost, date lost: nothing but the message id tells them apart.
TEST(KeyIndex, TakesACrowdThatDiffersInMessageIdsOnly) {
  KeyIndex index;
  const auto key = [](int i) { return mms_key(0, {"+15550100"}, "id" + std::to_string(i)); };
  for (int i = 0; i < 5000; ++i) index.find_or_insert(key(i));
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(index.match(key(i)), Match::duplicate) << i;
  EXPECT_EQ(index.match(key(5000)), Match::unseen);
  EXPECT_TRUE(index.erase(key(4999)));
  EXPECT_EQ(index.match(key(4999)), Match::unseen);
}

TEST(KeyIndex, TakesManySpellingsOfOneBucket) {
  KeyIndex index;
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(index.find_or_insert(sms_key(0, "+" + std::to_string(10'000 + i) + "5550100")), Match::unseen) << i;
  }
}

// Two different keys must never be taken for one. A key here is one number, spread over its fields so that neighbours
// differ in one of them only.
TEST(KeyIndex, NeverMergesDifferentKeys) {
  std::vector<Digest> contents;
  for (std::uint64_t i = 0; i < 16; ++i) contents.push_back(digest_of(i));
  const std::vector<std::string> parties = {"+14155550100", "+12125550100", "+445550100",  "5550199",
                                            "BANK",         "BANK 2",       "a@b.example", ""};
  KeyIndex index;
  std::unordered_set<std::uint64_t> there;
  std::mt19937_64 random(42);
  for (int step = 0; step < test::repeats(1'000'000, 100'000); ++step) {
    const std::uint64_t number = random() & 0x3fffff;
    RecordKey key;
    key.type = static_cast<RecordType>((number & 3) % 3);
    key.direction = static_cast<Direction>((number >> 2 & 3) % 3);
    key.parties = {parties[number >> 4 & 7]};
    key.content = contents[number >> 7 & 15];
    key.date = 1600000000000 + static_cast<std::int64_t>(number >> 11 & 31) * 1000 +
               static_cast<std::int64_t>(number >> 16 & 63) * 15 + 1;
    const std::uint64_t canonical = (number & ~std::uint64_t{15}) | static_cast<std::uint64_t>(key.type) |
                                    static_cast<std::uint64_t>(key.direction) << 2;
    const bool is_new = there.insert(canonical).second;
    ASSERT_EQ(index.find_or_insert(key), is_new ? Match::unseen : Match::duplicate) << number;
  }
  EXPECT_EQ(index.size(), there.size());
}

TEST(KeyIndex, TakesAtMost24BytesAKey) {
  KeyIndex index;
  std::mt19937_64 random(3);
  Digest content;
  for (int i = 0; i < test::repeats(1'000'000, 250'000); ++i) {
    for (std::size_t byte = 0; byte < content.bytes.size(); byte += 8) {
      const std::uint64_t value = random();
      for (std::size_t k = 0; k < 8; ++k) content.bytes[byte + k] = static_cast<std::uint8_t>(value >> (8 * k));
    }
    RecordKey key = sms_key(0, "+1415555" + std::to_string(1000 + i % 1000), 0);
    key.content = content;
    index.insert(key);
    if (i > 200'000 && i % 10'000 == 0) {
      ASSERT_LE(static_cast<double>(index.memory_size()) / static_cast<double>(index.size()), 24.0) << i;
    }
  }
}

}  // namespace
}  // namespace smsbackup
