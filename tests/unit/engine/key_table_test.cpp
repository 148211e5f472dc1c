#include "engine/key_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace smsbackup::engine {
namespace {

using Model = std::multimap<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t>;

void expect_same(const KeyTable& table, const Model& model, const Fingerprint& print) {
  const KeyTable::Run run = table.find(print);
  const auto [first, last] = model.equal_range({print.high, print.low});
  ASSERT_EQ(run.size(), static_cast<std::size_t>(std::distance(first, last)));
  std::size_t slot = run.begin;
  for (auto it = first; it != last; ++it) EXPECT_EQ(table[slot++].payload, it->second);
}

TEST(KeyTable, FindsNothingWhenEmpty) {
  const KeyTable table;
  EXPECT_EQ(table.find({1, 0}).size(), 0U);
  EXPECT_EQ(table.memory_size(), 0U);
}

// Few different upper halves, so that entries are pushed far from their homes and runs are long.
TEST(KeyTable, BehavesAsASortedMapUnderInsertAndErase) {
  for (const std::uint64_t spread : {std::uint64_t{3}, std::uint64_t{200}, ~std::uint64_t{0}}) {
    std::mt19937_64 random(spread);
    KeyTable table;
    Model model;
    std::vector<Fingerprint> prints;
    for (std::uint32_t step = 0; step < 20'000; ++step) {
      if (!prints.empty() && random() % 4 == 0) {
        const std::size_t victim = random() % prints.size();
        const Fingerprint print = prints[victim];
        const KeyTable::Run run = table.find(print);
        ASSERT_GT(run.size(), 0U);
        table.erase(run.begin);
        model.erase(model.find({print.high, print.low}));
        prints[victim] = prints.back();
        prints.pop_back();
        expect_same(table, model, print);
        continue;
      }
      const Fingerprint print{(random() % spread + 1) * (spread == ~std::uint64_t{0} ? 1 : 0x0100000000000001),
                              (random() % 8) << 8};
      const KeyTable::Run run = table.find(print);
      table.insert(print, static_cast<std::uint8_t>(step), step, run);
      model.emplace(std::make_pair(print.high, print.low), step);
      prints.push_back(print);
      if (step % 16 == 0) expect_same(table, model, print);
    }
    EXPECT_EQ(table.size(), model.size());
    for (const Fingerprint& print : prints) expect_same(table, model, print);
  }
}

TEST(KeyTable, StaysDenseWhileItGrows) {
  std::mt19937_64 random(7);
  KeyTable table;
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    const Fingerprint print{random() | 1, random() & ~0xffULL};
    table.insert(print, 0, i, table.find(print));
    if (i > 100'000 && i % 1000 == 0) {
      ASSERT_LE(static_cast<double>(table.memory_size()) / static_cast<double>(table.size()), 23.5);
    }
  }
}

TEST(KeyTable, ReservesOnce) {
  std::mt19937_64 random(8);
  KeyTable table;
  table.reserve(50'000);
  const std::size_t size = table.memory_size();
  EXPECT_LE(size, 50'000U * 24);
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const Fingerprint print{random() | 1, random() & ~0xffULL};
    table.insert(print, 0, i, table.find(print));
  }
  EXPECT_EQ(table.memory_size(), size);
}

}  // namespace
}  // namespace smsbackup::engine
