#include "engine/reading.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "engine/newest.hpp"

namespace smsbackup::engine {
namespace {

// Hands a source's batches out piece by piece.
class Pass {
 public:
  Pass(Source& source, std::unique_ptr<Cursor> cursor, const TransferOptions& options, const CancelToken& cancel)
      : name_(source.name()), cursor_(std::move(cursor)), options_(options), cancel_(cancel) {}

  // Calls on_record(Record&&, position, wanted) for each record; `reader` hears of the rest, if there is one.
  template <class OnRecord>
  void run(Reader* reader, OnRecord&& on_record) {
    Batch batch;
    std::string position;
    std::uint64_t records = 0;
    for (;;) {
      cancel_.check();
      batch.clear();
      if (!cursor_->next(batch)) break;
      if (reader != nullptr) reader->on_skipped(batch.filtered, batch.known, batch.foreign);
      for (std::size_t i = 0; i < batch.records.size(); ++i) {
        cancel_.check();
        ++records;
        if (i < batch.positions.size()) {
          position = batch.positions[i];
        } else {
          position = name_ + ", record " + std::to_string(records);
        }
        const bool wanted = matches(options_.query, batch.records[i], options_.contacts.get());
        on_record(std::move(batch.records[i]), position, wanted);
      }
      if (reader == nullptr) continue;
      for (Problem& problem : batch.problems) reader->on_problem(std::move(problem));
      reader->after_batch(cursor_->position());
    }
  }

 private:
  std::string name_;
  std::unique_ptr<Cursor> cursor_;
  const TransferOptions& options_;
  const CancelToken& cancel_;
};

// The newest of a source that can be read once only, kept until it is known which are the newest of all.
class KeptRecords {
 public:
  explicit KeptRecords(std::uint64_t wanted) : wanted_(wanted) {}

  // The record that is not among the newest, if there is one now; it counts as filtered.
  std::optional<RecordType> add(Record record, const std::string& position) {
    if (wanted_ == 0) return type_of(record);
    std::optional<RecordType> left_out;
    const std::int64_t date = age_key(date_of(record));
    if (kept_.size() == wanted_) {
      if (date <= kept_.front().date) return type_of(record);
      std::pop_heap(kept_.begin(), kept_.end());
      left_out = type_of(kept_.back().record);
      kept_.pop_back();
    }
    kept_.push_back({date, order_++, std::move(record), position});
    std::push_heap(kept_.begin(), kept_.end());
    return left_out;
  }

  // Calls visit(date, Record&&, position) in the order of the source.
  template <class Visit>
  void hand_out(Visit&& visit) {
    std::sort(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) { return a.order < b.order; });
    for (Kept& one : kept_) visit(one.date, std::move(one.record), one.position);
    kept_.clear();
  }

  template <class See>
  void for_each_date(See&& see) const {
    for (const Kept& one : kept_) see(one.date);
  }

 private:
  struct Kept {
    std::int64_t date;
    std::uint64_t order;  // in the source
    Record record;
    std::string position;
    // Newer first; of those equally old, the first come.
    bool operator<(const Kept& other) const noexcept {
      return date != other.date ? date > other.date : order < other.order;
    }
  };
  std::uint64_t wanted_;
  std::uint64_t order_ = 0;
  std::vector<Kept> kept_;  // a heap: the one to leave out next in front
};

// The newest of all sources together. Each is read twice, first for its dates, so that no record need be kept.
class NewestOfAll {
 public:
  NewestOfAll(std::span<Source* const> sources, const Query& pushed, const TransferOptions& options,
              const CancelToken& cancel, Reader& reader)
      : sources_(sources),
        pushed_(pushed),
        options_(options),
        cancel_(cancel),
        reader_(reader),
        newest_(*options.query.newest) {}

  void run(std::unique_ptr<Cursor> first) {
    for (Source* source : sources_) {
      std::unique_ptr<Cursor> cursor = first ? std::move(first) : source->open(pushed_);
      if (source->reopenable()) {
        see_dates(*source, std::move(cursor));
      } else {
        keep(*source, std::move(cursor));
      }
    }
    newest_.settle();
    std::size_t next_kept = 0;
    for (Source* source : sources_) {
      reader_.on_source(*source);
      if (source->reopenable()) {
        take_newest(*source);
      } else {
        take_newest(kept_[next_kept++]);
      }
    }
  }

 private:
  void see_dates(Source& source, std::unique_ptr<Cursor> cursor) {
    Pass(source, std::move(cursor), options_, cancel_)
        .run(nullptr, [&](Record&& record, const std::string&, bool wanted) {
          if (wanted) newest_.see(age_key(date_of(record)));
        });
  }

  void keep(Source& source, std::unique_ptr<Cursor> cursor) {
    reader_.on_source(source);
    KeptRecords& kept = kept_.emplace_back(*options_.query.newest);
    Pass(source, std::move(cursor), options_, cancel_)
        .run(&reader_, [&](Record&& record, const std::string& position, bool wanted) {
          const std::optional<RecordType> left_out =
              wanted ? kept.add(std::move(record), position) : std::optional(type_of(record));
          if (left_out) reader_.on_filtered(*left_out);
        });
    kept.for_each_date([&](std::int64_t date) { newest_.see(date); });
  }

  void take_newest(Source& source) {
    Pass(source, source.open(pushed_), options_, cancel_)
        .run(&reader_, [&](Record&& record, const std::string& position, bool wanted) {
          if (wanted && newest_.take(age_key(date_of(record)))) {
            reader_.on_record(std::move(record), position);
          } else {
            reader_.on_filtered(type_of(record));
          }
        });
  }

  void take_newest(KeptRecords& kept) {
    kept.hand_out([&](std::int64_t date, Record&& record, const std::string& position) {
      cancel_.check();
      if (newest_.take(date)) {
        reader_.on_record(std::move(record), position);
      } else {
        reader_.on_filtered(type_of(record));
      }
    });
  }

  std::span<Source* const> sources_;
  const Query& pushed_;
  const TransferOptions& options_;
  const CancelToken& cancel_;
  Reader& reader_;
  NewestDates newest_;
  std::vector<KeptRecords> kept_;  // one for each source that can't be opened again
};

}  // namespace

Query pushed_down(const Query& query) {
  Query pushed = query;
  // The contact book is ours. A source that does not know it must not count which are the newest, either.
  if (!pushed.contact_group.empty()) pushed.newest.reset();
  pushed.contact_group.clear();
  return pushed;
}

void read_all(std::span<Source* const> sources, std::unique_ptr<Cursor> first, const Query& pushed,
              const TransferOptions& options, const CancelToken& cancel, Reader& reader) {
  if (options.query.newest) {
    NewestOfAll(sources, pushed, options, cancel, reader).run(std::move(first));
    return;
  }
  for (Source* source : sources) {
    reader.on_source(*source);
    std::unique_ptr<Cursor> cursor = first ? std::move(first) : source->open(pushed);
    Pass(*source, std::move(cursor), options, cancel)
        .run(&reader, [&](Record&& record, const std::string& position, bool wanted) {
          if (wanted) {
            reader.on_record(std::move(record), position);
          } else {
            reader.on_filtered(type_of(record));
          }
        });
  }
}

}  // namespace smsbackup::engine
