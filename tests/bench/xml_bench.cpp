// SyncTech XML to records, against bare expat and pugixml over the same file in the same run.
//
//   xml_bench [megabytes]             speed, of a file of 200 MB unless told otherwise
//   xml_bench --memory [megabytes]    peak memory while a file of 2048 MB with large attachments is read
//
// Rates are per second of the processor. The file is made for the run, in the folder for temporary files: texts of 3 to
// 45 words, one in four with an emoji as one character (expat does not read the two references that old versions of the
// app write).
#include <expat.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <pugixml.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/synctech_xml_store.hpp"

namespace {

using namespace smsbackup;

constexpr std::array words{"the",   "meeting", "is",   "at",    "nine", "tomorrow", "can",  "you",   "bring", "milk",
                           "and",   "bread",   "from", "store", "love", "see",      "soon", "great", "train", "late",
                           "phone", "call",    "me",   "back",  "when", "home",     "yes",  "no",    "maybe", "thanks"};

class TemporaryFile {
 public:
  TemporaryFile() {
    name_ = (std::filesystem::temp_directory_path() / "xml_bench-XXXXXX").string();
    const int descriptor = ::mkstemp(name_.data());
    if (descriptor < 0) throw std::runtime_error("no temporary file");
    ::close(descriptor);
  }
  ~TemporaryFile() { std::filesystem::remove(name_); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

void append_row(std::mt19937_64& random, std::int64_t date, std::string& out) {
  const std::string number = "+1" + std::to_string(2'000'000'000 + random() % 200 * 39'000'017);
  const bool received = random() % 2 == 0;
  out += "  <sms protocol=\"0\" address=\"" + number + "\" date=\"" + std::to_string(date) + "\" type=\"" +
         (received ? '1' : '2') + "\" subject=\"null\" body=\"";
  constexpr std::array lengths{3, 8, 16, 30, 45};
  for (int i = lengths[random() % lengths.size()]; i > 0; --i) {
    out += words[random() % words.size()];
    if (i > 1) out += ' ';
  }
  if (random() % 4 == 0) out += " \xF0\x9F\x98\x80";
  if (random() % 20 == 0) out += " &amp; &quot;&lt;3&quot;&#10;";
  out += "\" toa=\"null\" sc_toa=\"null\" service_center=\"";
  out += received ? "+12063130004" : "null";
  out += "\" read=\"1\" status=\"-1\" locked=\"0\" date_sent=\"" + std::to_string(received ? date - 1000 : 0) +
         "\" sub_id=\"1\" readable_date=\"Nov 21, 2023 10:00:00\" contact_name=\"Maria Lopez\" />\n";
}

void append_message_with_attachment(std::mt19937_64& random, std::int64_t date, std::uint64_t size,
                                    std::ofstream& out) {
  out << "  <mms date=\"" << date << "\" msg_box=\"1\" m_type=\"132\" m_id=\"" << random()
      << "\" address=\"+15550100\">\n    <parts>\n      <part seq=\"0\" ct=\"image/jpeg\" text=\"null\" data=\"";
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string block(64 * 1024, 'A');
  for (char& c : block) c = alphabet[random() % alphabet.size()];
  for (std::uint64_t done = 0; done < size; done += block.size()) out << block;
  out << "\" />\n    </parts>\n    <addrs>\n      <addr address=\"+15550100\" type=\"137\" charset=\"106\" />\n"
         "    </addrs>\n  </mms>\n";
}

void make_file(const std::string& name, std::uint64_t size, bool attachments) {
  std::mt19937_64 random(1);
  std::ofstream out(name, std::ios::binary);
  out << "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"1\" type=\"full\">\n";
  std::int64_t date = 1'300'000'000'000;
  std::uint64_t attached = attachments ? size / 4 : 0;  // the first one is a quarter of the file
  std::uint64_t done = 0;
  for (std::string rows; done < size;) {
    rows.clear();
    while (rows.size() < 1'000'000)
      append_row(random, date += 1000 + static_cast<std::int64_t>(random() % 60'000'000), rows);
    out << rows;
    done += rows.size();
    if (!attachments) continue;
    append_message_with_attachment(random, date, attached, out);
    done += attached;
    attached = 100'000 + random() % 4'000'000;
  }
  out << "</smses>\n";
  if (!out.flush()) throw std::runtime_error("can't write " + name);
}

std::size_t touched = 0;

void XMLCALL on_element(void*, const XML_Char*, const XML_Char** attributes) {
  for (; *attributes != nullptr; attributes += 2) touched += std::strlen(attributes[1]);
}

void read_with_expat(const std::string& name) {
  std::FILE* const file = std::fopen(name.c_str(), "rb");
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetStartElementHandler(parser, on_element);
  std::vector<char> block(64 * 1024);
  for (std::size_t got = block.size(); got == block.size();) {
    got = std::fread(block.data(), 1, block.size(), file);
    if (XML_Parse(parser, block.data(), static_cast<int>(got), got < block.size()) == XML_STATUS_ERROR) std::abort();
  }
  XML_ParserFree(parser);
  std::fclose(file);
}

void read_with_pugixml(const std::string& name) {
  pugi::xml_document document;
  if (!document.load_file(name.c_str())) std::abort();
  for (const auto& element : document.document_element().children()) {
    for (const auto& attribute : element.attributes()) touched += std::strlen(attribute.value());
  }
}

// Nothing but finding every '<': what reading alone costs.
void read_with_memchr(const std::string& name) {
  std::FILE* const file = std::fopen(name.c_str(), "rb");
  std::vector<char> block(64 * 1024);
  for (std::size_t got; (got = std::fread(block.data(), 1, block.size(), file)) > 0;) {
    const char* const end = block.data() + got;
    for (const char* at = block.data(); (at = static_cast<const char*>(std::memchr(at, '<', end - at))) != nullptr;
         ++at) {
      ++touched;
    }
  }
  std::fclose(file);
}

std::uint64_t read_records(const std::string& name) {
  SynctechXmlStore store(name, Access::read);
  const auto cursor = store.open({});
  std::uint64_t records = 0;
  for (Batch batch; cursor->next(batch); batch.clear()) {
    records += batch.records.size();
    if (!batch.problems.empty()) std::abort();
  }
  return records;
}

// Of the processor, reading the file included: a busy machine takes longer, but not more of it.
double seconds_of(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double start = now();
  work();
  return now() - start;
}

void measure_speed(std::uint64_t megabytes) {
  const TemporaryFile file;
  make_file(file.name(), megabytes * 1'000'000, false);
  const auto size = static_cast<double>(std::filesystem::file_size(file.name()));
  std::uint64_t records = 0;

  struct Contender {
    const char* name;
    std::function<void()> read;
    std::vector<double> seconds;
  };
  std::vector<Contender> contenders{
      {"find every '<' (memchr)", [&] { read_with_memchr(file.name()); }, {}},
      {"pugixml, whole document", [&] { read_with_pugixml(file.name()); }, {}},
      {"expat, blocks of 64 KiB", [&] { read_with_expat(file.name()); }, {}},
      {"smsbackup, to records", [&] { records = read_records(file.name()); }, {}},
  };
  // In turns, so that what else the machine does meets all of them.
  constexpr int runs = 5;
  for (int run = 0; run < runs; ++run) {
    for (Contender& each : contenders) each.seconds.push_back(seconds_of(each.read));
  }
  std::vector<double> rates;
  for (Contender& each : contenders) {
    std::sort(each.seconds.begin(), each.seconds.end());
    rates.push_back(size / each.seconds[runs / 2] / 1e6);
    std::printf("%-24s %8.1f MB/s  (%.1f - %.1f)\n", each.name, rates.back(), size / each.seconds.back() / 1e6,
                size / each.seconds.front() / 1e6);
  }
  std::printf("%.0f MB, %llu records; records / expat: %.2f, records / pugixml: %.2f\n", size / 1e6,
              static_cast<unsigned long long>(records), rates[3] / rates[2], rates[3] / rates[1]);

  const TemporaryFile copy;
  std::filesystem::remove(copy.name());
  const double writing = seconds_of([&] {
    SynctechXmlStore from(file.name(), Access::read);
    SynctechXmlStore to(copy.name(), Access::write);
    const auto cursor = from.open({});
    for (Batch batch; cursor->next(batch); batch.clear()) to.write(batch.records);
    to.finish();
  });
  std::printf("%-24s %8.1f MB/s  (read, written, flushed to disk, read back twice)\n", "copied", size / writing / 1e6);
}

void measure_memory(std::uint64_t megabytes) {
  const TemporaryFile file;
  make_file(file.name(), megabytes << 20, true);
  std::uint64_t records = 0;
  const double seconds = seconds_of([&] { records = read_records(file.name()); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%ju MB with %llu records and one attachment of a quarter of it: peak RSS %ld MiB, %.0f MB/s\n",
              static_cast<std::uintmax_t>(std::filesystem::file_size(file.name()) / 1'000'000),
              static_cast<unsigned long long>(records), usage.ru_maxrss / 1024,
              static_cast<double>(std::filesystem::file_size(file.name())) / seconds / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const bool memory = argc > 1 && std::string_view(argv[1]) == "--memory";
  const int at = memory ? 2 : 1;
  const std::uint64_t megabytes = argc > at ? std::strtoull(argv[at], nullptr, 10) : (memory ? 2048 : 200);
  if (megabytes == 0) {
    std::fprintf(stderr, "usage: xml_bench [--memory] [megabytes]\n");
    return 2;
  }
  memory ? measure_memory(megabytes) : measure_speed(megabytes);
  return 0;
}
