#include "imap/scram.hpp"

#include <gtest/gtest.h>

#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

TEST(Scram, SpeaksTheExampleOfTheStandard) {
  // RFC 5802 section 5
  Scram scram(Scram::Hash::sha1, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL");
  EXPECT_EQ(scram.first(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  EXPECT_EQ(scram.final_for("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"),
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  EXPECT_NO_THROW(scram.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
}

TEST(Scram, SpeaksTheExampleForSha256) {
  // RFC 7677 section 3
  Scram scram(Scram::Hash::sha256, "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(
      scram.final_for("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_NO_THROW(scram.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

TEST(Scram, EscapesCommasAndEqualSignsOfTheUser) {
  EXPECT_EQ(Scram(Scram::Hash::sha1, "a,b=c", "x", "n").first(), "n,,n=a=2Cb=3Dc,r=n");
}

TEST(Scram, RefusesImpostors) {
  Scram scram(Scram::Hash::sha1, "user", "pencil", "fyko");
  scram.final_for("r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=4096");
  EXPECT_THROW(scram.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), Error);
  EXPECT_THROW(scram.verify("e=other-error"), Error);
  EXPECT_THROW(scram.verify(""), Error);
  EXPECT_THROW(Scram(Scram::Hash::sha1, "user", "pencil", "fyko").verify("v="), Error);
}

TEST(Scram, RefusesBrokenFirstMessages) {
  for (const auto* message : {"", "r=other,s=QSXCR+Q6sek8bf92,i=4096", "r=fyko,s=QSXCR+Q6sek8bf92,i=4096",
                              "r=fykoX,i=4096", "r=fykoX,s=!,i=4096", "r=fykoX,s=QSXCR+Q6sek8bf92,i=0",
                              "r=fykoX,s=QSXCR+Q6sek8bf92,i=4000000000", "r=fykoX,s=,i=4096"})
    EXPECT_THROW(Scram(Scram::Hash::sha1, "user", "pencil", "fyko").final_for(message), Error) << message;
}

TEST(Scram, NoncesDiffer) { EXPECT_NE(random_nonce(), random_nonce()); }

}  // namespace
}  // namespace smsbackup::imap
