// Made-up messages, the same each time, in the forms that the clients take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "smsbackup/record.hpp"

namespace smsbackup::bench {

struct Corpus {
  enum class Kind : std::uint8_t { sms, mms } kind = Kind::sms;
  std::size_t count = 0;
  std::uint64_t bytes = 0;        // of all mails
  std::filesystem::path jsonl;    // the records
  std::filesystem::path mails;    // as MailFile reads them
  std::filesystem::path maildir;  // the mails once more
};

// An SMS has one to 160 characters, which gives a mail of about a kilobyte. An MMS has a picture that can't be
// compressed, which gives a mail of 52 to 206 KB.
Record make_record(Corpus::Kind kind, std::size_t number);

// With the maildir only where it is asked for: it has a file for each mail.
Corpus make_corpus(Corpus::Kind kind, std::size_t count, const std::filesystem::path& folder, bool maildir);

// Mails one behind the other, each after a line with its size.
class MailFile {
 public:
  explicit MailFile(const std::string& path) : file_(path, std::ios::binary) {}
  bool next(std::string& mail);

 private:
  std::ifstream file_;
};

}  // namespace smsbackup::bench
