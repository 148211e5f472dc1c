// What every store must do, whatever it keeps its records in. A store takes part with one line in stores.cpp.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "smsbackup/store.hpp"
#include "support/repeats.hpp"

namespace smsbackup::test {

struct StoreUnderTest {
  std::string name;  // for the test's name: letters, digits and '_'

  // Opens the store somewhere in `folder`, which is empty at the start of each test. Opened again, it finds what is
  // there.
  std::function<std::unique_ptr<Store>(const std::filesystem::path& folder, Access access)> open;

  // Spoils one record in the middle of what the store wrote there. Empty where nothing can be spoiled.
  std::function<void(const std::filesystem::path& folder)> damage;

  // Whether a store that was never written is an Error(not_found) to whoever wants to read it.
  bool is_missing_at_first = true;

  // What the store makes of a record, where it can't hold just any: the tests write such records only, and compare
  // what they read in the same form.
  std::function<Record(Record)> as_kept;

  // How many records the test of many writes: fewer only for a server whose time for each grows with what it has.
  int many = repeats(10'000, 1'000);

  // Whether the store has a place for such a record at all. The tests write no others. Empty: for all of them.
  std::function<bool(const Record&)> holds;

  // Whether two records that are the same in its form are one to it.
  bool keeps_equal_ones_once = false;

  friend void PrintTo(const StoreUnderTest& store, std::ostream* out) { *out << store.name; }
};

class StoreSuite : public testing::TestWithParam<StoreUnderTest> {
 protected:
  StoreSuite();
  ~StoreSuite() override;

  std::unique_ptr<Store> open(Access access) const { return GetParam().open(folder_ / "store", access); }

  // Writes them all into the store and finishes it.
  void fill(std::span<const Record> records) const;

  // Records as this store keeps them.
  std::vector<Record> kept(std::vector<Record> records) const;
  void expect_same_records(const std::vector<Record>& expected, const std::vector<Record>& actual) const;

  std::filesystem::path folder_;
};

}  // namespace smsbackup::test
