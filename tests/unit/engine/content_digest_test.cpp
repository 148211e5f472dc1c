// The literal digests were made by an independent script from the layout in docs/dedup.md.
#include <gtest/gtest.h>

#include <string>

#include "smsbackup/key.hpp"

namespace smsbackup {
namespace {

using namespace std::string_literals;

Record sms(Text body) {
  Sms row;
  row.body = std::move(body);
  return row;
}

std::string tolerant(const Record& record) { return content_digest(record).hex(); }
std::string exact(const Record& record) { return content_digest(record, DedupLevel::exact).hex(); }

MmsPart part(std::string type, Text text) {
  MmsPart row;
  row.ct = std::move(type);
  row.text = std::move(text);
  return row;
}

MmsPart data_part(std::string type, std::string bytes) {
  MmsPart row;
  row.ct = std::move(type);
  row.data = Blob(std::move(bytes));
  return row;
}

Record mms(std::vector<MmsPart> parts, Text subject = {}) {
  Mms row;
  row.parts = std::move(parts);
  row.sub = std::move(subject);
  return row;
}

Blob spilled(std::string_view bytes) {
  BlobWriter writer(1);
  writer.append(bytes);
  return writer.finish();
}

TEST(ContentDigest, HasTheDocumentedLayout) {
  EXPECT_EQ(tolerant(sms("Hello  world "s)), "a9a5bd554420781559917f928c38df50");
  EXPECT_EQ(exact(sms("Hello  world "s)), "a70b32c38181d49c68524f6db854b01b");
  Call call;
  call.type = call_incoming;
  call.duration = 267;
  EXPECT_EQ(tolerant(call), "08dc048315f2fab5ee184ea443bb0b77");
  EXPECT_EQ(tolerant(mms({part("text/plain", "Hi"s), data_part("image/jpeg", "\xff\xd8\xff")}, " Subject"s)),
            "1e1ad4c9d81fbd90adc5ba30663783b1");
}

// What was computed once is kept beside the bytes, for the same question only.
TEST(ContentDigest, IsTheSameForBytesThatWereDigestedBefore) {
  const std::string picture(100'000, 'p');
  MmsPart shared = data_part("image/jpeg", picture);
  const auto first = tolerant(mms({shared}));
  EXPECT_EQ(tolerant(mms({shared})), first);
  EXPECT_EQ(tolerant(mms({data_part("image/jpeg", picture)})), first);
  shared.ct = "image/png"s;
  EXPECT_NE(tolerant(mms({shared})), first);
  EXPECT_EQ(tolerant(mms({shared})), tolerant(mms({data_part("image/png", picture)})));
  shared.text = "caption"s;
  const auto captioned = tolerant(mms({shared}));
  MmsPart fresh = data_part("image/png", picture);
  fresh.text = "caption"s;
  EXPECT_EQ(captioned, tolerant(mms({fresh})));
  fresh.ct = "text/plain"s;
  shared.ct = "text/plain"s;
  EXPECT_EQ(tolerant(mms({shared})), tolerant(mms({fresh})));
}

TEST(ContentDigest, KeepsRecordsApartWhoseDateIsNoNumber) {
  Sms row;
  row.body = "Hello world";
  row.extras["date"] = "yesterday";
  EXPECT_EQ(tolerant(row), "5a27ad0c6c6fa6063454520f22cfedeb");
  row.extras["date"] = "today";
  EXPECT_NE(tolerant(row), "5a27ad0c6c6fa6063454520f22cfedeb");
}

TEST(ContentDigest, FoldsRunsOfWhiteSpace) {
  const std::string plain = tolerant(sms("Line 1 Line 2"s));
  EXPECT_EQ(tolerant(sms("Line 1\nLine 2"s)), plain);
  EXPECT_EQ(tolerant(sms("Line  1\r\nLine\t\t2"s)), plain);
  EXPECT_EQ(tolerant(sms(" Line 1 Line 2 \r"s)), plain);
  EXPECT_EQ(tolerant(sms("\xc2\xa0Line\xc2\xa0 1\xc2\xa0\xc2\xa0Line 2"s)), plain);
  EXPECT_NE(tolerant(sms("Line 1Line 2"s)), plain);
  EXPECT_NE(tolerant(sms("line 1 line 2"s)), plain);
  EXPECT_NE(tolerant(sms("Line 1 Line 2\0"s)), plain);
}

TEST(ContentDigest, FoldsRunsOfWhiteSpaceAnywhereInALongText) {
  const std::string text =
      "Words with one blank between them go through many at a time, up to where something else stands.";
  const std::string digest = tolerant(sms(text));
  for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
    for (const std::string& run : {"  "s, "\t"s, " \n"s, "\r\n"s, "\xc2\xa0"s, " \xc2\xa0"s, "\n "s}) {
      std::string changed = text;
      changed.replace(at, 1, run);
      EXPECT_EQ(tolerant(sms(changed)), digest) << at;
    }
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed.replace(at, 1, "\xc2\xa1");  // the first byte of U+00A0 alone is no white space
    EXPECT_NE(tolerant(sms(changed)), digest) << at;
  }
}

TEST(ContentDigest, TakesOtherCharactersWithTheSameFirstByteAsText) {
  EXPECT_NE(tolerant(sms("a \xc2\xa1"s)), tolerant(sms("a \xc2\xa2"s)));
  EXPECT_NE(tolerant(sms("a\xc2"s)), tolerant(sms("a"s)));
  EXPECT_NE(tolerant(sms("a\xc2"s)), tolerant(sms("a\xc2\xa0"s)));
}

TEST(ContentDigest, KeepsTextsOfWhiteSpaceOnlyApart) {
  EXPECT_NE(tolerant(sms(" "s)), tolerant(sms(""s)));
  EXPECT_NE(tolerant(sms(" "s)), tolerant(sms("  "s)));
  EXPECT_NE(tolerant(sms("\n"s)), tolerant(sms("\xc2\xa0"s)));
}

TEST(ContentDigest, TakesNullAndAbsentAndEmptyForTheSameWhenTolerant) {
  EXPECT_EQ(tolerant(sms({})), tolerant(sms(null)));
  EXPECT_EQ(tolerant(sms({})), tolerant(sms(""s)));
  EXPECT_EQ(tolerant(mms({}, null)), tolerant(mms({}, ""s)));
  EXPECT_NE(tolerant(sms({})), tolerant(mms({})));
}

TEST(ContentDigest, TakesOnlyNullAndAbsentForTheSameWhenExact) {
  EXPECT_EQ(exact(sms({})), exact(sms(null)));
  EXPECT_NE(exact(sms({})), exact(sms(""s)));
  EXPECT_NE(exact(sms("a b"s)), exact(sms("a  b"s)));
}

TEST(ContentDigest, DoesNotMistakeNeighbouringFieldsForOneAnother) {
  Sms a;
  a.subject = "ab";
  a.body = "c";
  Sms b;
  b.subject = "a";
  b.body = "bc";
  EXPECT_NE(tolerant(a), tolerant(b));
  EXPECT_NE(exact(a), exact(b));
  EXPECT_NE(tolerant(mms({part("text/plain", "ab"s)})),
            tolerant(mms({part("text/plain", "a"s), part("text/plain", "b"s)})));
}

TEST(ContentDigest, LeavesOutSmil) {
  const std::string text_only = tolerant(mms({part("text/plain", "Hi"s)}));
  EXPECT_EQ(tolerant(mms({part("application/smil", "<smil>1</smil>"s), part("text/plain", "Hi"s)})), text_only);
  EXPECT_EQ(tolerant(mms({part("Application/SMIL; charset=utf-8", "x"s), part("text/plain", "Hi"s)})), text_only);
  MmsPart odd = part("text/xml", "<?xml version=\"1.0\"?>\n<smil/>"s);
  EXPECT_NE(tolerant(mms({odd, part("text/plain", "Hi"s)})), text_only);
  odd.seq = -1;
  EXPECT_EQ(tolerant(mms({odd, part("text/plain", "Hi"s)})), text_only);
}

TEST(ContentDigest, IgnoresOrderAndNamesOfPartsOnlyWhenTolerant) {
  MmsPart named = part("text/plain; charset=utf-8", "Hi"s);
  named.seq = 7;
  named.name = "text_0.txt";
  named.cl = "text_0.txt";
  named.cid = "<text_0>";
  const Record a = mms({part("text/plain", "Hi"s), data_part("image/jpeg", "\xff\xd8")});
  const Record b = mms({data_part("IMAGE/JPEG", "\xff\xd8"), named});
  EXPECT_EQ(tolerant(a), tolerant(b));
  EXPECT_NE(exact(a), exact(b));
}

TEST(ContentDigest, ReadsTextFromTheColumnOrTheFile) {
  const std::string column = tolerant(mms({part("text/plain", "Hi  there "s)}));
  EXPECT_EQ(tolerant(mms({data_part("text/plain", "Hi there")})), column);
  MmsPart file = part("text/plain", null);
  file.data = spilled("\xc2\xa0Hi\r\nthere\r\n");
  EXPECT_EQ(tolerant(mms({file})), column);
}

TEST(ContentDigest, ComparesOtherDataByteForByte) {
  EXPECT_NE(tolerant(mms({data_part("image/gif", "a b")})), tolerant(mms({data_part("image/gif", "a  b")})));
  EXPECT_NE(tolerant(mms({data_part("image/gif", "a")})), tolerant(mms({data_part("image/png", "a")})));
}

// An NBSP that lies across the border of two pieces is one all the same.
TEST(ContentDigest, DoesNotDependOnHowLargeDataIsStored) {
  std::string text(64 * 1024 - 1, 'x');
  text += "\xc2\xa0y";
  MmsPart small = data_part("text/plain", text);
  MmsPart large = part("text/plain", null);
  large.data = spilled(text);
  ASSERT_FALSE(large.data->in_memory());
  EXPECT_EQ(tolerant(mms({large})), tolerant(mms({small})));
  EXPECT_EQ(exact(mms({data_part("a/b", text)})).size(), 32U);

  MmsPart blank = part("text/plain", null);
  blank.data = spilled(std::string(100'000, ' '));
  EXPECT_EQ(tolerant(mms({blank})), tolerant(mms({part("text/plain", std::string(100'000, ' '))})));
  EXPECT_NE(tolerant(mms({blank})), tolerant(mms({part("text/plain", std::string(100'001, ' '))})));
}

TEST(ContentDigest, KeepsEmptyDataAndNoDataApartWhenExact) {
  EXPECT_EQ(tolerant(mms({data_part("image/gif", "")})), tolerant(mms({part("image/gif", null)})));
  EXPECT_NE(exact(mms({data_part("image/gif", "")})), exact(mms({part("image/gif", null)})));
}

TEST(ContentDigest, CountsAnUnknownPartColumnWhenExact) {
  MmsPart plain = part("text/plain", "Hi"s);
  MmsPart more = plain;
  more.extras["sef_type"] = "2";
  EXPECT_NE(exact(mms({plain})), exact(mms({more})));
  MmsPart renumbered = plain;
  renumbered.id = 17;
  renumbered.mid = 4;
  renumbered.data_path = "/data/user/0/x/PART_1";
  EXPECT_EQ(exact(mms({plain})), exact(mms({renumbered})));
}

TEST(Digest, ReadsBackItsHexadecimalForm) {
  const Digest digest = content_digest(sms("a"s));
  EXPECT_EQ(Digest::from_hex(digest.hex()), digest);
  EXPECT_EQ(Digest::from_hex("A9A5BD554420781559917F928C38DF50"), content_digest(sms("Hello world"s)));
  EXPECT_FALSE(Digest::from_hex("a9a5bd554420781559917f928c38df5"));
  EXPECT_FALSE(Digest::from_hex("a9a5bd554420781559917f928c38df5g"));
  EXPECT_FALSE(Digest::from_hex(""));
}

}  // namespace
}  // namespace smsbackup
