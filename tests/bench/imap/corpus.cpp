#include "corpus.hpp"

#include <array>
#include <random>

#include "smsbackup/jsonl.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup::bench {
namespace {

constexpr std::int64_t first_date = 1'300'000'000'000;
constexpr std::size_t contacts = 200;

std::string words(std::mt19937& random) {
  static constexpr std::array list = {"ok",  "yes",   "see",    "you", "at",      "home",    "later", "on",    "my",
                                      "way", "train", "dinner", "is",  "tonight", "call me", "when",  "schön", "👍"};
  std::string text;
  for (auto count = 1 + random() % 25; count != 0; --count) {
    if (!text.empty()) text += ' ';
    text += list[random() % list.size()];
  }
  return text;
}

Record make_sms(std::mt19937& random, std::size_t number) {
  Sms sms;
  sms.id = static_cast<std::int64_t>(number);
  sms.thread_id = static_cast<std::int64_t>(1 + random() % contacts);
  sms.address = "+49170" + std::to_string(1'000'000 + *sms.thread_id);
  sms.date = first_date + static_cast<std::int64_t>(number) * 30'000 + static_cast<std::int64_t>(random() % 1000);
  sms.date_sent = *sms.date - 2000;
  sms.protocol = 0;
  sms.read = 1;
  sms.status = -1;
  sms.type = random() % 2 == 0 ? sms_inbox : sms_sent;
  sms.body = words(random);
  sms.locked = 0;
  sms.sub_id = 1;
  sms.error_code = 0;
  sms.creator = "com.android.messaging";
  sms.seen = 1;
  return sms;
}

Record make_mms(std::mt19937& random, std::size_t number) {
  Mms mms;
  mms.id = static_cast<std::int64_t>(number);
  mms.thread_id = static_cast<std::int64_t>(1 + random() % contacts);
  mms.date = first_date + static_cast<std::int64_t>(number) * 30'000;
  mms.msg_box = mms_inbox;
  mms.m_type = mms_retrieve_conf;
  mms.m_id = "id" + std::to_string(number);
  mms.read = 1;
  mms.seen = 1;
  mms.addresses.resize(2);
  mms.addresses[0].address = "+49170" + std::to_string(1'000'000 + *mms.thread_id);
  mms.addresses[0].type = mms_from;
  mms.addresses[1].address = "+491709999999";
  mms.addresses[1].type = mms_to;
  mms.parts.resize(2);
  mms.parts[0].ct = "text/plain";
  mms.parts[0].text = words(random);
  mms.parts[1].ct = "image/jpeg";
  mms.parts[1].cl = "IMG_" + std::to_string(number) + ".jpg";
  std::string picture(38'000 + random() % 113'000, '\0');
  for (char& c : picture) c = static_cast<char>(random());
  mms.parts[1].data = Blob(std::move(picture));
  return mms;
}

}  // namespace

Record make_record(Corpus::Kind kind, std::size_t number) {
  std::mt19937 random(static_cast<unsigned>(number) + 1);
  return kind == Corpus::Kind::sms ? make_sms(random, number) : make_mms(random, number);
}

Corpus make_corpus(Corpus::Kind kind, std::size_t count, const std::filesystem::path& folder, bool maildir) {
  Corpus corpus{kind, count, 0, folder / "records.jsonl", folder / "mails", folder / "maildir"};
  for (const char* sub : {"cur", "new", "tmp"}) std::filesystem::create_directories(corpus.maildir / sub);
  std::ofstream jsonl(corpus.jsonl, std::ios::binary);
  std::ofstream mails(corpus.mails, std::ios::binary);
  MimeEncoder encoder;
  std::string line, mail;
  for (std::size_t i = 0; i < count; ++i) {
    const auto record = make_record(kind, i);
    line.clear();
    to_json(record, line);
    jsonl << line << '\n';
    mail.clear();
    encoder.encode(record, mail);
    mails << mail.size() << '\n' << mail;
    corpus.bytes += mail.size();
    if (maildir) std::ofstream(corpus.maildir / "cur" / (std::to_string(i) + ".bench:2,S"), std::ios::binary) << mail;
  }
  return corpus;
}

bool MailFile::next(std::string& mail) {
  std::string size;
  if (!std::getline(file_, size)) return false;
  mail.resize(std::stoul(size));
  return static_cast<bool>(file_.read(mail.data(), static_cast<std::streamsize>(mail.size())));
}

}  // namespace smsbackup::bench
