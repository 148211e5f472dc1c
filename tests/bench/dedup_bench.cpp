// How much memory and time ten million keys take, against a hash set of bare 128-bit digests in the same run.
//
//   dedup_bench [keys]
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "smsbackup/dedup.hpp"

namespace {

using namespace smsbackup;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The same number always gives the same key. One in five thousand is not what anybody has, but what an archive of ten
// million messages may have: five thousand different parties.
class Keys {
 public:
  Keys() {
    for (int i = 0; i < 5000; ++i) parties_.push_back("+1415" + std::to_string(5550000 + i));
    key_.type = RecordType::sms;
    key_.direction = Direction::incoming;
    key_.parties.resize(1);
    key_.content.emplace();
  }

  // Not inlined, so that whoever uses less of the key pays for all of it, too.
  [[gnu::noinline]] const RecordKey& operator[](std::uint64_t number) {
    std::uint64_t halves[2] = {scramble(number), scramble(number ^ 0x5555555555555555)};
    std::memcpy(key_.content->bytes.data(), halves, sizeof halves);
    key_.date = static_cast<std::int64_t>(1600000000123 + halves[0] % 300'000'000'000);
    key_.whole_second = *key_.date % 1000 == 0;
    key_.parties.front() = parties_[halves[1] % parties_.size()];
    return key_;
  }

 private:
  static std::uint64_t scramble(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
  }

  std::vector<std::string> parties_;
  RecordKey key_;
};

struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};

struct Timing {
  double build = 0, hits = 0, misses = 0;
};

void print(const char* name, const Timing& timing, std::uint64_t keys, double bytes_per_key) {
  const auto rate = [&](double seconds) { return static_cast<double>(keys) / seconds / 1e6; };
  std::printf("%-20s %6.1f B/key   build %6.2f s (%5.2f M/s)   found %5.2f M/s   not found %5.2f M/s\n", name,
              bytes_per_key, timing.build, rate(timing.build), rate(timing.hits), rate(timing.misses));
}

template <class Insert, class Find>
Timing measure(std::uint64_t count, Insert&& insert, Find&& find) {
  Keys keys;
  Timing timing;
  auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i) insert(keys[i]);
  timing.build = seconds_since(start);
  start = std::chrono::steady_clock::now();
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < count; ++i) found += find(keys[i]);
  timing.hits = seconds_since(start);
  start = std::chrono::steady_clock::now();
  for (std::uint64_t i = count; i < 2 * count; ++i) found += find(keys[i]);
  timing.misses = seconds_since(start);
  if (found != count) {
    std::fprintf(stderr, "found %llu of %llu\n", static_cast<unsigned long long>(found),
                 static_cast<unsigned long long>(count));
    std::exit(1);
  }
  return timing;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const auto per_key = [&](double bytes) { return bytes / static_cast<double>(count); };
  std::printf("%llu keys of 5000 parties\n", static_cast<unsigned long long>(count));

  const Timing nothing = measure(
      count, [](const RecordKey&) {}, [i = std::uint64_t{0}, count](const RecordKey&) mutable { return i++ < count; });
  std::printf("(making the keys alone: %.2f s a pass, contained in all that follows)\n", nothing.build);

  Timing ours;
  {
    KeyIndex index;
    ours = measure(
        count, [&](const RecordKey& key) { index.find_or_insert(key); },
        [&](const RecordKey& key) { return index.match(key) == Match::duplicate; });
    print("KeyIndex", ours, count, per_key(static_cast<double>(index.memory_size())));
    std::printf("peak RSS so far %.0f MiB\n", peak_mib());
  }
  {
    KeyIndex index;
    index.reserve(count);
    const Timing reserved = measure(
        count, [&](const RecordKey& key) { index.find_or_insert(key); },
        [&](const RecordKey& key) { return index.match(key) == Match::duplicate; });
    print("KeyIndex, reserved", reserved, count, per_key(static_cast<double>(index.memory_size())));
  }
  Timing theirs;
  {
    std::unordered_set<Digest, DigestHash> set;
    theirs = measure(
        count, [&](const RecordKey& key) { set.insert(*key.content); },
        [&](const RecordKey& key) { return set.count(*key.content) != 0; });
    // A node holds the digest and a link, and malloc a word more, in steps of 16 bytes; the hash is not kept.
    const double bytes = static_cast<double>(set.size()) * 32 + static_cast<double>(set.bucket_count()) * sizeof(void*);
    print("std::unordered_set", theirs, count, per_key(bytes));
  }
  std::printf("KeyIndex / unordered_set: build %.2f, found %.2f, not found %.2f (rates; above 1 is faster)\n",
              theirs.build / ours.build, theirs.hits / ours.hits, theirs.misses / ours.misses);
  return 0;
}
