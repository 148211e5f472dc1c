#include "engine/reading.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

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
    std::uint64_t records = 0;
    for (;;) {
      cancel_.check();
      batch.clear();
      if (!cursor_->next(batch)) break;
      if (reader != nullptr) reader->on_skipped(batch.filtered, batch.known, batch.foreign);
      for (std::size_t i = 0; i < batch.records.size(); ++i) {
        cancel_.check();
        ++records;
        const std::string position =
            i < batch.positions.size() ? batch.positions[i] : name_ + ", record " + std::to_string(records);
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

void read_newest_in_two_passes(Source& source, std::unique_ptr<Cursor> cursor, const Query& pushed,
                               const TransferOptions& options, const CancelToken& cancel, Reader& reader) {
  NewestDates newest(*options.query.newest);
  Pass(source, std::move(cursor), options, cancel).run(nullptr, [&](Record&& record, const std::string&, bool wanted) {
    if (wanted) newest.see(age_key(date_of(record)));
  });
  Pass(source, source.open(pushed), options, cancel)
      .run(&reader, [&](Record&& record, const std::string& position, bool wanted) {
        if (wanted && newest.take(age_key(date_of(record)))) {
          reader.on_record(std::move(record), position);
        } else {
          reader.on_filtered(type_of(record));
        }
      });
}

// Keeps the wanted records of a source that can be read once only.
void read_newest_in_one_pass(Source& source, std::unique_ptr<Cursor> cursor, const TransferOptions& options,
                             const CancelToken& cancel, Reader& reader) {
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
  const std::uint64_t wanted_count = *options.query.newest;
  std::vector<Kept> kept;  // a heap: the one to leave out next in front
  std::uint64_t order = 0;
  Pass(source, std::move(cursor), options, cancel)
      .run(&reader, [&](Record&& record, const std::string& position, bool wanted) {
        if (!wanted || wanted_count == 0) {
          reader.on_filtered(type_of(record));
          return;
        }
        const std::int64_t date = age_key(date_of(record));
        if (kept.size() == wanted_count) {
          if (date <= kept.front().date) {
            reader.on_filtered(type_of(record));
            return;
          }
          std::pop_heap(kept.begin(), kept.end());
          reader.on_filtered(type_of(kept.back().record));
          kept.pop_back();
        }
        kept.push_back({date, order++, std::move(record), position});
        std::push_heap(kept.begin(), kept.end());
      });
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.order < b.order; });
  for (Kept& one : kept) {
    cancel.check();
    reader.on_record(std::move(one.record), one.position);
  }
}

}  // namespace

Query pushed_down(const Query& query) {
  Query pushed = query;
  // The contact book is ours. A source that does not know it must not count which are the newest, either.
  if (!pushed.contact_group.empty()) pushed.newest.reset();
  pushed.contact_group.clear();
  return pushed;
}

void read_all(Source& source, std::unique_ptr<Cursor> cursor, const Query& pushed, const TransferOptions& options,
              const CancelToken& cancel, Reader& reader) {
  if (options.query.newest) {
    if (source.reopenable()) {
      read_newest_in_two_passes(source, std::move(cursor), pushed, options, cancel, reader);
    } else {
      read_newest_in_one_pass(source, std::move(cursor), options, cancel, reader);
    }
    return;
  }
  Pass(source, std::move(cursor), options, cancel)
      .run(&reader, [&](Record&& record, const std::string& position, bool wanted) {
        if (wanted) {
          reader.on_record(std::move(record), position);
        } else {
          reader.on_filtered(type_of(record));
        }
      });
}

}  // namespace smsbackup::engine
