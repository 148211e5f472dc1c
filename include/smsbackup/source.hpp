// Where records come from. A Source is opened for one pass at a time; the Cursor hands out batches that are bounded in
// records and bytes, with the problems met on the way beside them.
//
// Used by one thread at a time. A Cursor must not outlive its Source. The input is never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/problem.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

// Texts for people, one for each of many records, in one piece of memory.
class Positions {
 public:
  std::size_t size() const noexcept { return ends_.size(); }
  bool empty() const noexcept { return ends_.empty(); }
  // Valid until the next change.
  std::string_view operator[](std::size_t index) const noexcept {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(texts_).substr(begin, ends_[index] - begin);
  }
  void push_back(std::string_view text) {
    texts_ += text;
    ends_.push_back(texts_.size());
  }
  void clear() noexcept {
    texts_.clear();
    ends_.clear();
  }

 private:
  std::string texts_;
  std::vector<std::size_t> ends_;
};

struct Batch {
  // A source ends a batch when either is reached; one record may be larger.
  static constexpr std::size_t max_records = 512;
  static constexpr std::size_t max_bytes = 4 << 20;

  std::vector<Record> records;
  Positions positions;  // for people, where records[i] was: "sms.xml, row 12"; empty or one a record
  std::vector<Problem> problems;
  std::uint64_t filtered = 0;  // left out because of the query
  std::uint64_t known = 0;     // left out because Query::known said so
  std::uint64_t foreign = 0;   // not ours and no record: other people's mail in the folder

  bool full() const noexcept { return records.size() >= max_records || bytes >= max_bytes; }
  void add(Record record) {
    bytes += memory_size(record);
    records.push_back(std::move(record));
  }
  void clear() {
    records.clear();
    positions.clear();
    problems.clear();
    filtered = known = foreign = 0;
    bytes = 0;
  }

  std::size_t bytes = 0;  // memory_size() of the records; kept by add()
};

// How far a pass is, in whatever the source can count (bytes of a file, mails of a folder).
struct Position {
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;  // a hint, never trusted
};

class SMSBACKUP_EXPORT Cursor {
 public:
  virtual ~Cursor();

  // Fills the batch, which the caller has cleared. False at the end, when nothing was added. Throws Error when going on
  // is impossible; what earlier batches held stays good. An input cut off in the middle is a Problem
  // (ErrorCode::truncated_input) after the records before the cut, not an exception.
  virtual bool next(Batch& out) = 0;

  virtual Position position() const { return {}; }
};

class SMSBACKUP_EXPORT Source {
 public:
  virtual ~Source();

  // Starts a pass. Throws Error when the input can't be read at all. The order of the records is the source's own, and
  // the same in every pass as long as nothing is changed.
  virtual std::unique_ptr<Cursor> open(const Query& query) = 0;

  // The names of at most `wanted` pieces that together are the whole source, in order and no record in two of them, for
  // readers that work side by side: each opens the same store, perhaps in another process, and reads its piece. Only
  // the source understands a name. Problems may come once for each piece where a pass over everything tells them once.
  // What comes without it: one piece, "", which is everything.
  virtual std::vector<std::string> split(std::size_t wanted);
  // Starts a pass over one piece. Throws as open() does, and Error(invalid_argument) for a name that split() doesn't
  // give. What comes without it: "" only.
  virtual std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece);

  // Whether open() may be called again for another pass. False for standard input.
  virtual bool reopenable() const { return true; }

  // For people: "sms.xml", "imaps://me@host/SMS". Never holds a secret.
  virtual std::string name() const = 0;
};

}  // namespace smsbackup
