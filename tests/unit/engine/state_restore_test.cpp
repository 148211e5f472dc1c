#include <gtest/gtest.h>

#include "unit/engine/state_samples.hpp"

namespace smsbackup::test {
namespace {

RestoreOptions restoring_with(StateStore& state) {
  RestoreOptions options;
  options.state = &state;
  return options;
}

// The phone gives what it was given numbers of its own.
std::vector<Record> renumbered(std::vector<Record> records) {
  std::int64_t id = 9000;
  for (Record& record : records) {
    std::visit(
        [&](auto& row) {
          row.id = ++id;
          row.sub_id = -1;
        },
        record);
  }
  return records;
}

TEST(StateOfARestore, WhatWasRestoredIsNotBackedUpAgain) {
  CountingStore archive(Durability::each_write, many(700));
  for (const Durability durability : {Durability::each_write, Durability::at_finish}) {
    CountingStore phone(durability);
    MemoryStateStore state;
    EXPECT_EQ(restore(archive, phone, restoring_with(state)).sms, (Counts{700, 0, 0, 700, 0}));
    const int touched = archive.touched();
    const Report report = back_up(renumbered(phone.records()), archive, with(state));
    EXPECT_EQ(report.remembered, 700U);
    EXPECT_EQ(archive.touched(), touched);
  }
}

TEST(StateOfARestore, MarksNothingTwice) {
  CountingStore archive(Durability::each_write, many(10));
  CountingStore phone;
  MemoryStateStore state;
  back_up(many(10), archive, with(state));
  EXPECT_EQ(state.done().size(), 10U);
  restore(archive, phone, restoring_with(state));
  EXPECT_EQ(phone.records().size(), 10U) << "a state says nothing about what is on the phone";
  EXPECT_EQ(state.done().size(), 10U);
  restore(archive, phone, restoring_with(state));
  EXPECT_EQ(phone.records().size(), 10U);
  EXPECT_EQ(state.done().size(), 10U);
}

TEST(StateOfARestore, KnowsMessagesAsTheyAreOnThePhone) {
  Sms queued = std::get<Sms>(sms(1));
  queued.type = sms_queued;
  CountingStore archive(Durability::each_write, {queued});
  CountingStore phone;
  MemoryStateStore state;
  restore(archive, phone, restoring_with(state));
  EXPECT_EQ(std::get<Sms>(phone.records().front()).type, Integer(sms_failed));
  EXPECT_EQ(back_up(phone.records(), archive, with(state)).remembered, 1U);
}

TEST(StateOfARestore, NothingIsDoneThatDidNotArrive) {
  CountingStore archive(Durability::each_write, many(10));
  MemoryStateStore state;
  CountingStore full(Durability::at_finish);
  full.finish_fails = true;
  EXPECT_TRUE(restore(archive, full, restoring_with(state)).error);
  EXPECT_TRUE(state.done().empty());
  CountingStore picky;
  picky.refuse = [](const Record& record) { return record == sms(4); };
  restore(archive, picky, restoring_with(state));
  EXPECT_EQ(state.done().size(), 9U);
}

TEST(StateOfARestore, MayBeLimited) {
  CountingStore archive(Durability::each_write, many(10));
  CountingStore phone;
  MemoryStateStore state;
  RestoreOptions options = restoring_with(state);
  options.limit = 4;
  EXPECT_TRUE(restore(archive, phone, options).limited);
  EXPECT_EQ(phone.records(), many(4));
  EXPECT_EQ(state.done().size(), 4U);
}

}  // namespace
}  // namespace smsbackup::test
