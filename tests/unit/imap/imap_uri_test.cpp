#include "imap/imap_uri.hpp"

#include <gtest/gtest.h>

#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

using Security = ImapOptions::Security;

ImapOptions read(std::string_view scheme, std::string_view location) { return options_from_uri(scheme, location, {}); }

std::string refused(std::string_view location) {
  try {
    read("imaps", location);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return {};
}

TEST(ImapUri, NamesUserHostAndFolder) {
  const auto options = read("imaps", "//me@imap.example.org/SMS");
  EXPECT_EQ(options.security, Security::tls);
  EXPECT_EQ(options.user, "me");
  EXPECT_EQ(options.host, "imap.example.org");
  EXPECT_EQ(options.port, 0);
  EXPECT_EQ(options.folder, "SMS");
}

TEST(ImapUri, SchemeSaysHowTheLineIsProtected) {
  EXPECT_EQ(read("imap+starttls", "//me@host/").security, Security::starttls);
  EXPECT_EQ(read("imap", "//me@host/").security, Security::plain);
}

TEST(ImapUri, WithoutFolderTheDefaultsHold) {
  for (const auto* location : {"//me@host", "//me@host/"}) {
    const auto options = read("imaps", location);
    EXPECT_EQ(options.folder, "");
    EXPECT_EQ(options.sms_folder, "SMS");
    EXPECT_EQ(options.call_folder, "Call log");
  }
}

TEST(ImapUri, DecodesPercentSigns) {
  const auto options = read("imaps", "//me%40example.org@host/Call%20log%2f%c3%84");
  EXPECT_EQ(options.user, "me@example.org");
  EXPECT_EQ(options.folder, "Call log/\xc3\x84");
}

TEST(ImapUri, TakesTheLastAtSignForTheHost) {
  const auto options = read("imaps", "//me@example.org@host/");
  EXPECT_EQ(options.user, "me@example.org");
  EXPECT_EQ(options.host, "host");
}

TEST(ImapUri, TakesPortsAndIpv6Addresses) {
  EXPECT_EQ(read("imaps", "//me@host:1993/").port, 1993);
  const auto options = read("imaps", "//me@[2001:db8::1]:143/SMS");
  EXPECT_EQ(options.host, "2001:db8::1");
  EXPECT_EQ(options.port, 143);
}

TEST(ImapUri, KeepsWhatTheHostSetAsDefault) {
  ImapOptions base;
  base.user = "somebody";
  base.sms_folder = "Messages";
  const auto options = options_from_uri("imaps", "//host/", base);
  EXPECT_EQ(options.user, "somebody");
  EXPECT_EQ(options.sms_folder, "Messages");
}

TEST(ImapUri, RefusesPasswordsWithoutRepeatingThem) {
  const auto why = refused("//me:hunter2@host/");
  EXPECT_NE(why.find("password"), why.npos);
  EXPECT_EQ(why.find("hunter2"), why.npos);
  EXPECT_NE(refused("//me:hunt%er2@host/"), "");
}

TEST(ImapUri, RefusesWhatIsNoAddress) {
  for (const auto* location : {"",
                               "me@host/",
                               "//me@/SMS",
                               "//me@host:0/",
                               "//me@host:65536/",
                               "//me@host:/",
                               "//me@host:x/",
                               "//host/SMS",
                               "//me@[::1/",
                               "//me@[::1]x/",
                               "//me@::1/",
                               "//me%4@host/",
                               "//me%zz@host/",
                               "//me@host/a%00b",
                               "//me@host/a%0d%0ab",
                               "//me@host/%ff",
                               "//me@host/a?b",
                               "//me@host/a#b",
                               "//me;AUTH=PLAIN@host/",
                               "//me@ho st/",
                               "//me@host//"})
    EXPECT_NE(refused(location), "") << location;
}

TEST(ImapUri, LeadsBackToTheSamePlace) {
  for (const auto* location :
       {"//me@host/", "//me%40example.org@host:1993/Call%20log", "//me@[::1]/A/B", "//m%25e@host/%26"}) {
    const auto options = read("imaps", location);
    EXPECT_EQ(uri_of(options), std::string("imaps:") + location);
  }
}

}  // namespace
}  // namespace smsbackup::imap
