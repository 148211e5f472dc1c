// How fast a phone's databases are backed up to and restored from jsonl, and in how much memory.
//
//   android_db_bench [FOLDER [SMS MMS CALLS]]
//
// Each stage runs in a process of its own, so that its peak memory is its own. Without numbers: 200,000 SMS, 2,000 MMS
// and 20,000 calls, then SMS alone from 10,000 to 1,000,000 to see whether the time for one grows.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <utility>

#include "smsbackup/android_db_store.hpp"
#include "smsbackup/jsonl_store.hpp"
#include "smsbackup/transfer.hpp"

namespace {

namespace fs = std::filesystem;
using namespace smsbackup;

struct Counts {
  std::uint64_t sms = 0;
  std::uint64_t mms = 0;
  std::uint64_t calls = 0;
  std::uint64_t all() const { return sms + mms + calls; }
};

constexpr std::size_t picture_size = 60'000;
constexpr std::uint64_t parties = 500;

// Records made while they are asked for, the same for the same seed.
class Generated final : public Source {
 public:
  Generated(Counts counts, std::uint64_t seed) : counts_(counts), seed_(seed) {}
  std::unique_ptr<smsbackup::Cursor> open(const Query&) override;
  std::string name() const override { return "generated"; }

 private:
  Counts counts_;
  std::uint64_t seed_;
};

class GeneratedCursor final : public smsbackup::Cursor {
 public:
  GeneratedCursor(Counts counts, std::uint64_t seed) : counts_(counts), random_(seed), date_(1'300'000'000'000) {
    date_ += static_cast<std::int64_t>(seed);
  }

  bool next(Batch& out) override {
    if (at_ == counts_.all()) return false;
    for (; at_ < counts_.all() && !out.full(); ++at_) {
      date_ += 1000 + static_cast<std::int64_t>(random_() % 2'000'000);
      if (at_ < counts_.sms) {
        out.add(sms());
      } else if (at_ < counts_.sms + counts_.mms) {
        out.add(mms());
      } else {
        out.add(call());
      }
    }
    return true;
  }

 private:
  std::string number() { return "+4915" + std::to_string(10'000'000 + random_() % parties * 7919); }

  Sms sms() {
    static constexpr const char* words[] = {"see",   "you", "at",   "seven", "where",    "are",    "thanks", "the",
                                            "train", "is",  "late", "ok",    "tomorrow", "lunch?", "grüße",  "😀"};
    Sms sms;
    sms.address = number();
    sms.date = date_;
    sms.date_sent = date_ - 1500;
    sms.protocol = 0;
    sms.read = 1;
    sms.status = -1;
    sms.type = random_() % 3 == 0 ? sms_sent : sms_inbox;
    std::string& body = sms.body.emplace();
    for (std::uint64_t i = 4 + random_() % 16; i > 0; --i) (body += words[random_() % 16]) += ' ';
    sms.service_center = "+491710760000";
    sms.locked = 0;
    sms.sub_id = 1;
    sms.error_code = 0;
    sms.creator = "com.android.messaging";
    sms.seen = 1;
    return sms;
  }

  Mms mms() {
    Mms mms;
    mms.date = date_ / 1000 * 1000;
    mms.date_sent = mms.date;
    mms.msg_box = mms_inbox;
    mms.read = 1;
    mms.m_id = "id" + std::to_string(random_()) + "@mms.example";
    mms.ct_t = "application/vnd.wap.multipart.related";
    mms.m_type = mms_retrieve_conf;
    mms.v = 18;
    MmsAddress from;
    from.address = number();
    from.type = mms_from;
    from.charset = 106;
    MmsAddress to = from;
    to.address = "+4915199999999";
    to.type = mms_to;
    mms.addresses = {from, to};
    MmsPart text;
    text.seq = 0;
    text.ct = "text/plain";
    text.chset = 106;
    text.text = "a picture of number " + std::to_string(random_() % 1000);
    MmsPart picture;
    picture.seq = 0;
    picture.ct = "image/jpeg";
    picture.cl = "picture.jpg";
    std::string bytes(picture_size, '\0');
    for (char& c : bytes) c = static_cast<char>(random_());
    picture.data = Blob(std::move(bytes));
    mms.parts = {text, picture};
    return mms;
  }

  Call call() {
    Call call;
    call.number = number();
    call.presentation = 1;
    call.date = date_;
    call.duration = static_cast<std::int64_t>(random_() % 600);
    call.type = static_cast<std::int64_t>(random_() % 3 + 1);
    call.is_new = 0;
    call.countryiso = "DE";
    return call;
  }

  Counts counts_;
  std::uint64_t at_ = 0;
  std::mt19937_64 random_;
  std::int64_t date_;
};

std::unique_ptr<smsbackup::Cursor> Generated::open(const Query&) {
  return std::make_unique<GeneratedCursor>(counts_, seed_);
}

// Runs it in a child and prints how long it took and how much memory it needed.
void stage(const char* name, std::uint64_t records, const std::function<Report()>& run) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const Report report = run();
    const bool good = report.complete() && report.adds_up() && report.total().read == records;
    if (!good) std::fprintf(stderr, "%s\n", report.to_json().c_str());
    _exit(good ? 0 : 1);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (status != 0) {
    std::fprintf(stderr, "%s failed\n", name);
    std::exit(1);
  }
  const double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                     static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  const double count = static_cast<double>(records);
  std::printf("%-44s %9llu  %7.2f s  %9.0f /s  %6.2f us each  cpu %6.2f s  %4ld MiB\n", name,
              static_cast<unsigned long long>(records), took.count(), count / took.count(), took.count() / count * 1e6,
              cpu, used.ru_maxrss / 1024);
  std::fflush(stdout);
}

Report copy(Source&& from, Sink&& to) { return transfer(from, to); }

void measure(const fs::path& folder, Counts counts) {
  const fs::path mine = folder / "mine.jsonl";
  const fs::path others = folder / "others.jsonl";
  const fs::path empty = folder / "empty";
  const fs::path full = folder / "full";
  for (const fs::path& path : {mine, others, empty, full, folder / "backup.jsonl"}) fs::remove_all(path);
  const std::uint64_t all = counts.all();
  stage("generate -> jsonl", all, [&] { return copy(Generated(counts, 1), JsonlStore(mine, Access::write)); });
  stage("restore jsonl -> empty database", all, [&] {
    JsonlStore from(mine, Access::read);
    AndroidDbStore to(empty, Access::write);
    return restore(from, to);
  });
  stage("restore again (all there)", all, [&] {
    JsonlStore from(mine, Access::read);
    AndroidDbStore to(empty, Access::write);
    return restore(from, to);
  });
  stage("backup database -> jsonl", all, [&] {
    AndroidDbStore from(empty, Access::read);
    JsonlStore to(folder / "backup.jsonl", Access::write);
    return backup(from, to);
  });
  stage("generate -> another phone", all,
        [&] { return copy(Generated(counts, 500'000'000), AndroidDbStore(full, Access::write)); });
  stage("restore jsonl -> that full database", all, [&] {
    JsonlStore from(mine, Access::read);
    AndroidDbStore to(full, Access::write);
    return restore(from, to);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path folder = (argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path()) / "smsbackup-android-db-bench";
  fs::create_directories(folder);
  if (argc > 4) {
    measure(folder, {std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10),
                     std::strtoull(argv[4], nullptr, 10)});
  } else {
    measure(folder, {200'000, 2'000, 20'000});
    for (const std::uint64_t sms : {10'000U, 100'000U, 1'000'000U}) {
      std::printf("\n%llu SMS\n", static_cast<unsigned long long>(sms));
      measure(folder, {sms, 0, 0});
    }
  }
  fs::remove_all(folder);
}
