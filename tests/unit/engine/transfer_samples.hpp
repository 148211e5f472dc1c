// Records, sources and sinks that the tests of transfer() share.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "smsbackup/memory_store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::test {

inline constexpr std::int64_t start_ms = 1600000000123;

inline Record sms(int number, std::int64_t date = start_ms) {
  Sms row;
  row.address = "+15550100";
  row.date = date + number * 1000;
  row.type = sms_inbox;
  row.body = "message " + std::to_string(number);
  return row;
}

inline std::vector<Record> many(int count) {
  std::vector<Record> records;
  for (int i = 0; i < count; ++i) records.push_back(sms(i));
  return records;
}

// Yields what it is told, batch by batch; may be read once only.
class ScriptedSource final : public Source {
 public:
  explicit ScriptedSource(std::vector<Batch> batches, bool reopenable = false)
      : batches_(std::move(batches)), reopenable_(reopenable) {}

  std::unique_ptr<Cursor> open(const Query& query) override {
    asked = query;
    ++opened;
    class Script final : public Cursor {
     public:
      explicit Script(const std::vector<Batch>& batches) : batches_(batches) {}
      bool next(Batch& out) override {
        if (at_ == batches_.size()) return false;
        out = batches_[at_++];
        return true;
      }

     private:
      const std::vector<Batch>& batches_;
      std::size_t at_ = 0;
    };
    return std::make_unique<Script>(batches_);
  }
  bool reopenable() const override { return reopenable_; }
  std::string name() const override { return "script"; }

  Query asked;
  int opened = 0;

 private:
  std::vector<Batch> batches_;
  bool reopenable_;
};

// Durable at finish only, like one file.
class StagingStore final : public Store {
 public:
  std::unique_ptr<Cursor> open(const Query& query) override { return committed.open(query); }
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override {
    committed.keys(query, policy, visit);
  }
  Outcomes write(std::span<const Record> records) override { return staged.write(records); }
  void finish() override {
    committed = MemoryStore(staged.records());
    ++finished;
  }
  Durability durability() const override { return Durability::at_finish; }
  std::string name() const override { return "staging"; }

  MemoryStore staged;
  MemoryStore committed;
  int finished = 0;
};

struct Recorder final : Observer {
  void on_progress(const Progress& progress) override { stages.push_back(progress.stage); }
  void on_problem(const Problem& problem) override { raws.push_back(problem.raw.bytes()); }
  void on_duplicate(const Record&, const Finding& finding, std::string_view position) override {
    explanations.push_back(finding.explanation);
    positions.emplace_back(position);
  }
  bool wants_explanations() const override { return true; }

  std::vector<Progress::Stage> stages;
  std::vector<std::string> raws;
  std::vector<std::string> explanations;
  std::vector<std::string> positions;
};

inline Problem broken_row() {
  Problem problem;
  problem.code = ErrorCode::corrupt_input;
  problem.where = "sms.xml, row 2";
  problem.why = "no date";
  problem.type = RecordType::sms;
  problem.raw = Blob("<sms broken>");
  return problem;
}

}  // namespace smsbackup::test
