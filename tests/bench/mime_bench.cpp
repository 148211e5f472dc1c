// Records to mails and back, against GMime on the same mails in the same run:
//   build/release/tests/bench/mime_bench
#include <benchmark/benchmark.h>
#include <gmime/gmime.h>

#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "smsbackup/mime.hpp"

namespace {

using namespace smsbackup;

constexpr std::size_t corpus_size = 2000;
constexpr std::size_t picture_size = 128 * 1024;

struct Corpus {
  std::vector<Record> records;
  std::vector<std::string> mails;
  std::size_t bytes = 0;
};

std::shared_ptr<MemoryContactBook> contacts() {
  constexpr const char* names[] = {"Anna Smith", "Jürgen Müller", "Eva García", "Ben Jones", "Дмитрий Иванов"};
  auto book = std::make_shared<MemoryContactBook>();
  for (int i = 0; i < 200; ++i) {
    Contact contact;
    contact.name = std::string(names[i % 5]) + " " + std::to_string(i);
    contact.numbers.push_back("+49170" + std::to_string(1'000'000 + i));
    book->add(std::move(contact));
  }
  return book;
}

MimeOptions options() {
  static const auto book = contacts();
  MimeOptions options;
  options.user_email = "someone.somewhere@example.org";
  options.contacts = book;
  return options;
}

std::string words(std::mt19937& random) {
  constexpr const char* list[] = {"ok",  "yes",   "see",    "you",     "at",   "home", "later", "on",
                                  "my",  "way",   "dinner", "tonight", "call", "me",   "when",  "you can",
                                  "été", "schön", "привет", "😀",       "👍",    "code", "train", "is late\n"};
  std::string text;
  for (std::size_t count = 3 + random() % 25; count != 0; --count) {
    if (!text.empty()) text += ' ';
    text += list[random() % std::size(list)];
  }
  return text;
}

Sms make_sms(std::mt19937& random, std::int64_t id) {
  Sms sms;
  sms.id = id;
  sms.thread_id = 1 + static_cast<std::int64_t>(random() % 200);
  sms.address = "+49170" + std::to_string(1'000'000 + *sms.thread_id % 200);
  sms.person = null;
  sms.date = 1'300'000'000'000 + id * 30'000'000 + static_cast<std::int64_t>(random() % 1000);
  sms.date_sent = *sms.date - 2000;
  sms.protocol = 0;
  sms.read = 1;
  sms.status = -1;
  sms.type = 1 + static_cast<std::int64_t>(random() % 2);
  sms.reply_path_present = 0;
  sms.subject = null;
  sms.body = words(random);
  sms.service_center = null;
  sms.locked = 0;
  sms.sub_id = 1;
  sms.error_code = 0;
  sms.creator = "com.android.messaging";
  sms.seen = 1;
  return sms;
}

Mms make_mms(std::mt19937& random, std::int64_t id) {
  Mms mms;
  mms.id = id;
  mms.thread_id = 7;
  mms.date = 1'300'000'000'000 + id * 30'000'000;
  mms.msg_box = mms_inbox;
  mms.m_type = mms_retrieve_conf;
  mms.read = 1;
  mms.addresses.resize(2);
  mms.addresses[0].address = "+491701000007";
  mms.addresses[0].type = mms_from;
  mms.addresses[1].address = "+491709999999";
  mms.addresses[1].type = mms_to;
  mms.parts.resize(3);
  mms.parts[0].ct = "application/smil";
  mms.parts[0].text = "<smil><head/><body><par><img src=\"a.jpg\"/><text src=\"text.txt\"/></par></body></smil>";
  mms.parts[1].ct = "text/plain";
  mms.parts[1].text = words(random);
  mms.parts[2].ct = "image/jpeg";
  mms.parts[2].cl = "IMG_0001.jpg";
  std::string picture(picture_size, '\0');
  for (char& c : picture) c = static_cast<char>(random());
  mms.parts[2].data = Blob(std::move(picture));
  return mms;
}

Corpus make_corpus(bool mms) {
  std::mt19937 random(1);
  Corpus corpus;
  const std::size_t count = mms ? 20 : corpus_size;
  MimeEncoder encoder(options());
  for (std::size_t i = 0; i < count; ++i) {
    if (mms) {
      corpus.records.emplace_back(make_mms(random, static_cast<std::int64_t>(i)));
    } else {
      corpus.records.emplace_back(make_sms(random, static_cast<std::int64_t>(i)));
    }
    encoder.encode(corpus.records.back(), corpus.mails.emplace_back());
    corpus.bytes += corpus.mails.back().size();
  }
  return corpus;
}

const Corpus& corpus(bool mms) {
  static const Corpus sms_corpus = make_corpus(false);
  static const Corpus mms_corpus = make_corpus(true);
  return mms ? mms_corpus : sms_corpus;
}

// One iteration is one message.
template <class Work>
void run(benchmark::State& state, bool mms, Work&& work) {
  const Corpus& all = corpus(mms);
  std::size_t at = 0;
  for (auto _ : state) {
    work(all, at);
    if (++at == all.records.size()) at = 0;
  }
  const double per_message = static_cast<double>(all.bytes) / static_cast<double>(all.records.size());
  state.counters["MB/s"] =
      benchmark::Counter(per_message * static_cast<double>(state.iterations()) / 1e6, benchmark::Counter::kIsRate);
}

void our_decode(benchmark::State& state, bool mms) {
  MimeDecoder decoder;
  DecodedMail mail;
  run(state, mms, [&](const Corpus& all, std::size_t at) {
    decoder.decode(all.mails[at], mail);
    if (mail.kind != MailKind::record) state.SkipWithError("no record");
  });
}

void our_key(benchmark::State& state) {
  MimeDecoder decoder;
  run(state, false,
      [&](const Corpus& all, std::size_t at) { benchmark::DoNotOptimize(decoder.key_from_headers(all.mails[at])); });
}

void our_encode(benchmark::State& state, bool mms) {
  MimeEncoder encoder(options());
  std::string mail;
  run(state, mms, [&](const Corpus& all, std::size_t at) {
    mail.clear();
    if (!mms) {
      benchmark::DoNotOptimize(encoder.encode(all.records[at], mail));
      return;
    }
    // A picture that was not digested before: the digest stays beside it.
    Mms fresh = std::get<Mms>(all.records[at]);
    fresh.parts.back().data = Blob(fresh.parts.back().data->bytes());
    benchmark::DoNotOptimize(encoder.encode(std::move(fresh), mail));
  });
}

// --- GMime: every header's value and every body decoded; the same headers and bodies written.

void visit_leaves(GMimeObject* object, std::string& body) {
  if (GMIME_IS_MULTIPART(object)) {
    GMimeMultipart* const parts = GMIME_MULTIPART(object);
    for (int i = 0; i < g_mime_multipart_get_count(parts); ++i) visit_leaves(g_mime_multipart_get_part(parts, i), body);
    return;
  }
  GMimeStream* const stream = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(object)), stream);
  const GByteArray* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  body.assign(reinterpret_cast<const char*>(bytes->data), bytes->len);
  g_object_unref(stream);
}

void gmime_decode(benchmark::State& state, bool mms) {
  std::string body;
  run(state, mms, [&](const Corpus& all, std::size_t at) {
    const std::string& mail = all.mails[at];
    GMimeStream* const stream = g_mime_stream_mem_new_with_buffer(mail.data(), mail.size());
    GMimeParser* const parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage* const message = g_mime_parser_construct_message(parser, nullptr);
    GMimeHeaderList* const headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    for (int i = 0; i < g_mime_header_list_get_count(headers); ++i) {
      benchmark::DoNotOptimize(g_mime_header_get_value(g_mime_header_list_get_header_at(headers, i)));
    }
    visit_leaves(g_mime_message_get_mime_part(message), body);
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
  });
}

GMimePart* gmime_part(const char* type, const char* subtype, std::string_view content, GMimeContentEncoding encoding) {
  GMimePart* const part = g_mime_part_new_with_type(type, subtype);
  GMimeStream* const stream = g_mime_stream_mem_new_with_buffer(content.data(), content.size());
  GMimeDataWrapper* const wrapper = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
  g_mime_part_set_content(part, wrapper);
  g_mime_part_set_content_encoding(part, encoding);
  g_object_unref(wrapper);
  g_object_unref(stream);
  return part;
}

void gmime_encode(benchmark::State& state, bool mms) {
  std::string picture;
  if (mms) picture = std::get<Mms>(corpus(true).records.front()).parts.back().data->bytes();
  run(state, mms, [&](const Corpus& all, std::size_t at) {
    GMimeMessage* const message = g_mime_message_new(FALSE);
    g_mime_message_set_subject(message, "SMS with Jürgen Müller", "utf-8");
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, "Jürgen Müller", "+491701000007@unknown.email");
    g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, nullptr, "someone.somewhere@example.org");
    const auto* const sms = std::get_if<Sms>(&all.records[at]);
    const std::string number = std::to_string(at);
    constexpr const char* names[] = {"References",
                                     "Message-ID",
                                     "X-smssync-address",
                                     "X-smssync-datatype",
                                     "X-smssync-backup-time",
                                     "X-smssync-version",
                                     "Date",
                                     "X-smssync-id",
                                     "X-smssync-type",
                                     "X-smssync-date",
                                     "X-smssync-thread",
                                     "X-smssync-read",
                                     "X-smssync-status",
                                     "X-smssync-protocol",
                                     "X-smsbackup-version",
                                     "X-smsbackup-digest",
                                     "X-smsbackup-columns"};
    for (const char* name : names) g_mime_object_set_header(GMIME_OBJECT(message), name, number.c_str(), nullptr);
    const std::string& text = sms != nullptr ? *sms->body : *std::get<Mms>(all.records[at]).parts[1].text;
    GMimePart* const body = gmime_part("text", "plain", text, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(body), "charset", "utf-8");
    if (sms != nullptr) {
      g_mime_message_set_mime_part(message, GMIME_OBJECT(body));
    } else {
      GMimeMultipart* const parts = g_mime_multipart_new_with_subtype("mixed");
      GMimePart* const image = gmime_part("image", "jpeg", picture, GMIME_CONTENT_ENCODING_BASE64);
      g_mime_multipart_add(parts, GMIME_OBJECT(body));
      g_mime_multipart_add(parts, GMIME_OBJECT(image));
      g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
      g_object_unref(image);
      g_object_unref(parts);
    }
    GMimeStream* const out = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(GMIME_OBJECT(message), nullptr, out);
    benchmark::DoNotOptimize(g_mime_stream_length(out));
    g_object_unref(out);
    g_object_unref(body);
    g_object_unref(message);
  });
}

// Remembers the times, to set them against each other at the end.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const bool plain = run.run_type == Run::RT_Iteration || run.aggregate_name == "median";
      if (plain) times_[run.run_name.function_name] = run.GetAdjustedCPUTime();
    }
  }
  void print_ratios() const {
    std::printf("\n%-12s %12s %12s %8s\n", "", "ours ns", "GMime ns", "ratio");
    for (const char* what : {"decode/sms", "encode/sms", "decode/mms", "encode/mms"}) {
      const auto ours = times_.find(std::string("smsbackup/") + what);
      const auto theirs = times_.find(std::string("gmime/") + what);
      if (ours == times_.end() || theirs == times_.end()) continue;
      std::printf("%-12s %12.0f %12.0f %7.1fx\n", what, ours->second, theirs->second, theirs->second / ours->second);
    }
  }

 private:
  std::map<std::string, double> times_;
};

}  // namespace

int main(int argc, char** argv) {
  g_mime_init();
  benchmark::Initialize(&argc, argv);
  for (const bool mms : {false, true}) {
    const std::string kind = mms ? "/mms" : "/sms";
    benchmark::RegisterBenchmark(("smsbackup/decode" + kind).c_str(), our_decode, mms);
    benchmark::RegisterBenchmark(("gmime/decode" + kind).c_str(), gmime_decode, mms);
    benchmark::RegisterBenchmark(("smsbackup/encode" + kind).c_str(), our_encode, mms);
    benchmark::RegisterBenchmark(("gmime/encode" + kind).c_str(), gmime_encode, mms);
  }
  benchmark::RegisterBenchmark("smsbackup/key_from_headers", our_key);
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print_ratios();
  benchmark::Shutdown();
  g_mime_shutdown();
  return 0;
}
