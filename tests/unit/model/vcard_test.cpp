#include <gtest/gtest.h>

#include "model/vcard_reader.hpp"
#include "smsbackup/contacts.hpp"

namespace smsbackup {
namespace {

using Texts = std::vector<std::string>;

Contact only(std::string_view text) {
  const VcardResult result = parse_vcards(text);
  EXPECT_TRUE(result.problems.empty()) << result.problems[0].why;
  EXPECT_EQ(result.contacts.size(), 1u);
  return result.contacts.empty() ? Contact() : result.contacts[0];
}

Contact only_with(std::string_view properties) {
  return only("BEGIN:VCARD\nVERSION:3.0\n" + std::string(properties) + "\nEND:VCARD\n");
}

TEST(Vcard, ReadsWhatAndroidExports) {
  const Contact contact = only(
      "BEGIN:VCARD\r\n"
      "VERSION:2.1\r\n"
      "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=D0=98=\r\n"
      "=D0=B2=D0=B0=D0=BD;;;\r\n"
      "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=20=\r\n"
      "=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2\r\n"
      "TEL;CELL:+7 900 000-00-00\r\n"
      "TEL;HOME;PREF:8 495 000-00-00\r\n"
      "EMAIL;HOME:ivan@example.org\r\n"
      "EMAIL;WORK;PREF:ivanov@work.example\r\n"
      "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQ\r\n"
      " FxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj=\r\n"
      "\r\n"
      "NOTE;ENCODING=QUOTED-PRINTABLE:a note that ends in a soft break=\r\n"
      "TEL:12345\r\n"
      "END:VCARD\r\n");
  EXPECT_EQ(contact.name, "Иван Иванов");
  EXPECT_EQ(contact.numbers, (Texts{"+7 900 000-00-00", "8 495 000-00-00"}));
  EXPECT_EQ(contact.emails, (Texts{"ivanov@work.example", "ivan@example.org"}));
  EXPECT_EQ(contact.id, 0);
}

TEST(Vcard, ReadsWhatIphonesExport) {
  const Contact contact = only(
      "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//Apple Inc.//iPhone OS 17.0//EN\n"
      "N:Doe;John;Q.\\, Public;Dr.;\nFN:Dr. John Doe\\, Jr.\nORG:Example\\; Inc.;Sales\n"
      "item1.TEL;type=pref:+1 555 0100\nitem1.X-ABLabel:_$!<Mobile>!$_\n"
      "item2.EMAIL;type=INTERNET;type=pref:john@example.org\n"
      "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n SkZJRg==\n"
      "CATEGORIES:Friends,Work\\, old\nEND:VCARD\n");
  EXPECT_EQ(contact.name, "Dr. John Doe, Jr.");
  EXPECT_EQ(contact.numbers, Texts{"+1 555 0100"});
  EXPECT_EQ(contact.emails, Texts{"john@example.org"});
  EXPECT_EQ(contact.groups, (Texts{"Friends", "Work, old"}));
}

TEST(Vcard, ReadsVersion4) {
  const Contact contact = only(
      "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Simon Perreault\r\n"
      "TEL;VALUE=uri;TYPE=\"voice,home\";PREF=1:tel:+1-418-656-9254;ext=102\r\n"
      "EMAIL;PREF=2:second@example.org\r\nEMAIL;PREF=1:mailto:first@example.org\r\nEMAIL:last@example.org\r\n"
      "PHOTO:data:image/jpeg;base64,MIICajCCAdOgAwIBAgICBEUwDQYJKoZIhv\r\n "
      "AQEEBQAwdzELMAkGA1UEBhMCVVMxLDAqBgNVBAoTI05l\r\n"
      "END:VCARD\r\n");
  EXPECT_EQ(contact.name, "Simon Perreault");
  EXPECT_EQ(contact.numbers, Texts{"+1-418-656-9254"});
  EXPECT_EQ(contact.emails, (Texts{"first@example.org", "second@example.org", "last@example.org"}));
}

TEST(Vcard, ReadsAnyLineEnds) {
  for (const std::string_view end : {"\n", "\r\n", "\r", "\n\n", "\r\r\n"}) {
    std::string text = "\xef\xbb\xbf";
    for (const std::string_view line : {"BEGIN:VCARD", "VERSION:3.0", "FN:A", "TEL:1", "END:VCARD"}) {
      text += line;
      text += end;
    }
    const Contact contact = only(text);
    EXPECT_EQ(contact.name, "A");
    EXPECT_EQ(contact.numbers, Texts{"1"});
  }
}

TEST(Vcard, UnfoldsLinesAnywhere) {
  const Contact contact = only_with("TE\n L;TYPE=CELL:1\nTEL;TYP\n E=C\n\tELL:+49\n  151\nFN:A\n \n  B");
  EXPECT_EQ(contact.numbers, Texts{"+49 151"});  // a name can't be folded
  EXPECT_EQ(contact.name, "A B");
}

TEST(Vcard, LooksForANameInSeveralPlaces) {
  EXPECT_EQ(only_with("N:Doe;John;Q.;Dr.;Jr.\nTEL:1").name, "Dr. John Q. Doe Jr.");
  EXPECT_EQ(only_with("FN:\nN:;;;;\nNICKNAME:Johnny\nTEL:1").name, "Johnny");
  EXPECT_EQ(only_with("ORG:Example;Sales\nTEL:1").name, "Example");
  EXPECT_EQ(only_with("FN:First\nFN:Second\nTEL:1").name, "First");
  EXPECT_EQ(only_with("TEL:1").name, std::nullopt);
}

TEST(Vcard, TakesBackslashesAwayByVersion) {
  EXPECT_EQ(only_with("FN:a\\nb\\\\c\\,d\\;e\\x").name, "a\nb\\c,d;e\\x");
  EXPECT_EQ(only("BEGIN:VCARD\nVERSION:2.1\nFN:a\\nb\\\\c\\;d\nEND:VCARD").name, "a\\nb\\\\c;d");
}

TEST(Vcard, UndoesCharsets) {
  EXPECT_EQ(only_with("FN;CHARSET=ISO-8859-1:J\xf6rg").name, "Jörg");
  EXPECT_EQ(only_with("FN:J\xf6rg").name, "Jörg");
  EXPECT_EQ(only_with("FN;CHARSET=x-unknown:J\xc3\xb6rg").name, "Jörg");
  EXPECT_EQ(only_with("FN;CHARSET=UTF-8:J\xf6rg").name, "J\xef\xbf\xbdrg");
  EXPECT_EQ(only_with("FN;ENCODING=b;CHARSET=UTF-8:SsO2cmc=").name, "Jörg");
  EXPECT_EQ(only_with("FN;QUOTED-PRINTABLE;CHARSET=windows-1252:=80 =Zx=").name, "\xe2\x82\xac =Zx");
}

TEST(Vcard, TakesQuotedColonsForPartOfAParameter) {
  EXPECT_EQ(only_with("TEL;X-A=\"b:c;d\":1").numbers, Texts{"1"});
  EXPECT_EQ(only_with("TEL;X-A=\"b:1").numbers, Texts{"1"});
}

TEST(Vcard, ListsEachNumberOnce) { EXPECT_EQ(only_with("TEL:1\nTEL:2\nTEL:1\nTEL:").numbers, (Texts{"1", "2"})); }

TEST(Vcard, StepsOverTheCardOfAnAgent) {
  const Contact contact = only(
      "BEGIN:VCARD\nVERSION:2.1\nFN:Boss\nAGENT:\nBEGIN:VCARD\nVERSION:2.1\nFN:Agent\nTEL:1\nEND:VCARD\nTEL:2\nEND:"
      "VCARD\n");
  EXPECT_EQ(contact.name, "Boss");
  EXPECT_EQ(contact.numbers, Texts{"2"});
}

TEST(Vcard, GivesGroupCardsToTheirMembers) {
  const VcardResult result = parse_vcards(
      "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Family\nMEMBER:urn:uuid:1\nMEMBER:2\nMEMBER:urn:uuid:9\nMEMBER:2\nEND:"
      "VCARD\n"
      "BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:1\nFN:A\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:B\nCATEGORIES:Work\nEND:VCARD\n"
      "BEGIN:VCARD\nVERSION:3.0\nX-ADDRESSBOOKSERVER-KIND:group\nFN:Work\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2\nEND:"
      "VCARD\n");
  EXPECT_TRUE(result.problems.empty());
  ASSERT_EQ(result.contacts.size(), 2u);
  EXPECT_EQ(result.contacts[0].groups, Texts{"Family"});
  EXPECT_EQ(result.contacts[1].groups, (Texts{"Work", "Family"}));
}

TEST(Vcard, KeepsTheOthersWhenACardHasNoEnd) {
  const VcardResult result =
      parse_vcards("BEGIN:VCARD\r\nFN:A\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:C");
  ASSERT_EQ(result.contacts.size(), 3u);
  EXPECT_EQ(result.contacts[0].name, "A");
  EXPECT_EQ(result.contacts[1].name, "B");
  EXPECT_EQ(result.contacts[2].name, "C");
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(result.problems[0].code, ErrorCode::truncated_input);
  EXPECT_EQ(result.problems[0].where, "card 1, byte 0");
  EXPECT_EQ(result.problems[0].raw.bytes(), "BEGIN:VCARD\r\nFN:A\r\n");
  EXPECT_TRUE(result.problems[0].record_kept);
  EXPECT_EQ(result.problems[1].where, "card 3, byte 49");
  EXPECT_EQ(result.problems[1].offset, 49u);
  EXPECT_EQ(result.problems[1].raw.bytes(), "BEGIN:VCARD\r\nFN:C");
}

TEST(Vcard, HoldsToItsLimits) {
  Limits limits;
  limits.text_size = 100;
  limits.columns = 5;
  limits.problem_raw = 30;
  const std::string good = "BEGIN:VCARD\nFN:good\nEND:VCARD\n";
  const auto result = [&](const std::string& properties) {
    return parse_vcards("BEGIN:VCARD\nFN:bad\n" + properties + "\nEND:VCARD\n" + good, limits);
  };
  for (const std::string& properties : {"TEL:" + std::string(100, '1'), "TEL:1\n " + std::string(99, '2'),
                                        std::string("TEL:1\nTEL:2\nTEL:3\nTEL:4\nTEL:5")}) {
    const VcardResult read = result(properties);
    ASSERT_EQ(read.problems.size(), 1u) << properties;
    EXPECT_EQ(read.problems[0].code, ErrorCode::limit_exceeded);
    EXPECT_FALSE(read.problems[0].record_kept);
    EXPECT_FALSE(read.problems[0].raw_is_complete);
    EXPECT_LE(read.problems[0].raw.size(), 30u);
    ASSERT_EQ(read.contacts.size(), 1u);
    EXPECT_EQ(read.contacts[0].name, "good");
  }
  // What nobody wants may be as long as it likes.
  EXPECT_TRUE(result("PHOTO:" + std::string(10'000, 'x') + "\n " + std::string(10'000, 'x')).problems.empty());
}

TEST(Vcard, ReadsTheSameInPiecesOfAnySize) {
  const std::string text =
      "BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:=41=\r\n=42\r\nTEL:1\r\n 2\r\nEND:VCARD\r\nBEGIN:VCARD\rFN:C\r";
  const VcardResult whole = parse_vcards(text);
  for (std::size_t size = 1; size < text.size(); ++size) {
    model::VcardReader reader{Limits()};
    for (std::size_t at = 0; at < text.size(); at += size) reader.feed(std::string_view(text).substr(at, size));
    const VcardResult pieces = reader.finish();
    EXPECT_EQ(pieces.contacts, whole.contacts) << size;
    ASSERT_EQ(pieces.problems.size(), 1u);
    EXPECT_EQ(pieces.problems[0].raw.bytes(), whole.problems[0].raw.bytes());
  }
}

TEST(Vcard, FindsNothingInOtherText) {
  for (const std::string_view text :
       {"", "hello", "END:VCARD\n", "FN:A\nTEL:1\n", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"}) {
    const VcardResult result = parse_vcards(text);
    EXPECT_TRUE(result.contacts.empty()) << text;
    EXPECT_TRUE(result.problems.empty()) << text;
  }
}

}  // namespace
}  // namespace smsbackup
