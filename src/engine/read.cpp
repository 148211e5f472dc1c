#include "smsbackup/read.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "engine/newest.hpp"
#include "engine/reading.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

// Gathers what read_all() finds.
class Gatherer final : public engine::Reader {
 public:
  std::deque<Batch> batches;

  void on_record(Record record, const std::string& position) override {
    Batch& batch = open_batch();
    batch.add(std::move(record));
    batch.positions.push_back(position);
  }
  void on_filtered(RecordType) override { ++open_batch().filtered; }
  void on_skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign) override {
    Batch& batch = open_batch();
    batch.filtered += filtered;
    batch.known += known;
    batch.foreign += foreign;
  }
  void on_problem(Problem problem) override { open_batch().problems.push_back(std::move(problem)); }
  void after_batch(const Position&) override {}

 private:
  Batch& open_batch() {
    if (batches.empty() || batches.back().full()) batches.emplace_back();
    return batches.back();
  }
};

class ExactCursor final : public Cursor {
 public:
  ExactCursor(Source& source, const Query& query, std::shared_ptr<ContactBook> contacts, const CancelToken& cancel,
              std::string_view piece, const Needs& needs)
      : source_(source), needs_(needs), pushed_(engine::pushed_down(query)), cancel_(cancel) {
    options_.query = query;
    options_.contacts = std::move(contacts);
    if (query.newest && !piece.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  "reading the newest of a piece of " + source.name() + ": it doesn't know those of the others");
    }
    cursor_ = open(piece);
  }

  bool next(Batch& out) override {
    cancel_.check();
    if (options_.query.newest && !prepared_) {
      prepare();
      prepared_ = true;
    }
    if (gathered_) return next_gathered(out);
    if (!cursor_->next(out)) return false;
    leave_out_unwanted(out);
    return true;
  }

  Position position() const override { return cursor_ ? cursor_->position() : Position{}; }

 private:
  std::unique_ptr<Cursor> open(std::string_view piece) {
    if (needs_.columns || !needs_.positions) {
      if (auto* const narrow = dynamic_cast<NarrowSource*>(&source_))
        return narrow->open_narrow(pushed_, piece, needs_);
    }
    return piece.empty() ? source_.open(pushed_) : source_.open_piece(pushed_, piece);
  }

  // Which are the newest is known at the end only.
  void prepare() {
    if (!source_.reopenable()) {
      gathered_.emplace();
      Source* const source = &source_;
      engine::read_all({&source, 1}, std::move(cursor_), pushed_, options_, cancel_, *gathered_);
      return;
    }
    newest_.emplace(*options_.query.newest);
    Batch batch;
    while (cursor_->next(batch)) {
      for (const Record& record : batch.records) {
        cancel_.check();
        if (wants(record)) newest_->see(engine::age_key(date_of(record)));
      }
      batch.clear();
    }
    newest_->settle();
    cursor_ = open({});
  }

  bool next_gathered(Batch& out) {
    if (gathered_->batches.empty()) return false;
    out = std::move(gathered_->batches.front());
    gathered_->batches.pop_front();
    return true;
  }

  bool wants(const Record& record) { return matches(options_.query, record, options_.contacts.get()); }

  void leave_out_unwanted(Batch& out) {
    std::size_t kept = 0;
    Positions positions;  // of those that are kept, once there is one that isn't
    for (std::size_t i = 0; i < out.records.size(); ++i) {
      Record& record = out.records[i];
      if (!wants(record) || (newest_ && !newest_->take(engine::age_key(date_of(record))))) {
        if (kept == i && !out.positions.empty()) {
          for (std::size_t before = 0; before < kept; ++before) positions.push_back(out.positions[before]);
        }
        out.bytes -= std::min(out.bytes, memory_size(record));
        ++out.filtered;
        continue;
      }
      if (kept != i) {
        out.records[kept] = std::move(record);
        if (!out.positions.empty()) positions.push_back(out.positions[i]);
      }
      ++kept;
    }
    if (kept == out.records.size()) return;
    out.records.resize(kept);
    out.positions = std::move(positions);
  }

  Source& source_;
  Needs needs_;
  Query pushed_;
  CancelToken cancel_;
  TransferOptions options_;
  std::unique_ptr<Cursor> cursor_;
  bool prepared_ = false;
  std::optional<engine::NewestDates> newest_;
  std::optional<Gatherer> gathered_;
};

}  // namespace

NarrowSource::~NarrowSource() = default;

std::unique_ptr<Cursor> read(Source& source, const Query& query, std::shared_ptr<ContactBook> contacts,
                             const CancelToken& cancel, std::string_view piece, const Needs& needs) {
  return std::make_unique<ExactCursor>(source, query, std::move(contacts), cancel, piece, needs);
}

}  // namespace smsbackup
