#include "stores/jsonl_cursor.hpp"

#include <optional>
#include <string>
#include <utility>

#include "model/jsonl_reader.hpp"
#include "smsbackup/error.hpp"
#include "stores/batch_filler.hpp"
#include "stores/line_reader.hpp"

namespace smsbackup::stores {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view json_space = " \t\r\n";

bool is_blank(std::string_view text) { return text.find_first_not_of(json_space) == std::string_view::npos; }

// One line for the JSON reader, and its first bytes for the case that it can't be read.
class LineInput final : public model::JsonInput {
 public:
  LineInput(LineReader& line, std::string_view first_piece, std::size_t raw_limit)
      : line_(line), piece_(first_piece), raw_limit_(raw_limit) {}

  std::string_view next() override {
    if (!piece_.empty()) return keep(std::exchange(piece_, {}));
    return keep(line_.piece());
  }
  // The rest of the line, for the raw bytes only.
  void drain() {
    while (!next().empty()) {
    }
  }
  std::string raw() && { return std::move(raw_); }
  std::uint64_t size() const noexcept { return size_; }
  bool raw_is_complete() const noexcept { return size_ == raw_.size(); }

 private:
  std::string_view keep(std::string_view piece) {
    raw_.append(piece.substr(0, raw_limit_ - raw_.size()));
    size_ += piece.size();
    return piece;
  }
  LineReader& line_;
  std::string_view piece_;
  std::size_t raw_limit_;
  std::string raw_;
  std::uint64_t size_ = 0;
};

class LinesCursor final : public Cursor {
 public:
  LinesCursor(InputFile file, ByteRange range, Query query, const Limits& limits)
      : file_(std::move(file)), range_(range), lines_(file_), query_(std::move(query)), limits_(limits) {}

  bool next(Batch& out) override {
    BatchFiller filler(query_, out);
    while (!filler.full() && lines_.next_line(range_.end)) read_line(filler);
    return filler.any();
  }

  Position position() const override { return {lines_.consumed(), file_.size()}; }

 private:
  void read_line(BatchFiller& filler) {
    std::string_view text = lines_.piece();
    if (lines_.offset() == 0 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (lines_.in_one_piece() || text.empty()) {
      if (is_blank(text)) return;
      try {
        model::JsonReader reader(text, limits_);
        Record record = model::read_json_record(reader, limits_);
        reader.expect_end();
        filler.record(std::move(record), where());
      } catch (const Error& error) {
        Problem problem = problem_for(error, text.size());
        keep_raw(problem, text, limits_);
        filler.problem(std::move(problem));
      }
      return;
    }
    LineInput input(lines_, text, limits_.problem_raw);
    try {
      model::JsonReader reader(input, limits_);
      Record record = model::read_json_record(reader, limits_);
      reader.expect_end();
      filler.record(std::move(record), where());
    } catch (const Error& error) {
      input.drain();
      Problem problem = problem_for(error, input.size());
      problem.raw_is_complete = input.raw_is_complete();
      problem.raw = Blob(std::move(input).raw());
      filler.problem(std::move(problem));
    }
  }

  // Valid until the next call.
  const std::string& where() {
    where_.clear();
    append_place(where_, file_.path().native(), "line", lines_.number());
    if (range_.begin > 0) where_ += " from byte " + std::to_string(range_.begin) + " on";
    return where_;
  }

  Problem problem_for(const Error& error, std::uint64_t line_size) {
    // What concerns the machine and not the line ends the pass.
    if (error.code() == ErrorCode::no_space || error.code() == ErrorCode::io) throw error;
    Problem problem = problem_of(error, where(), lines_.offset());
    // A line that ends too early inside the file is broken; at the file's end the file is cut off.
    const bool ends_too_early = problem.code == ErrorCode::truncated_input ||
                                (problem.code == ErrorCode::corrupt_input && error.offset() == line_size);
    if (ends_too_early) problem.code = lines_.terminated() ? ErrorCode::corrupt_input : ErrorCode::truncated_input;
    return problem;
  }

  InputFile file_;
  ByteRange range_;
  LineReader lines_;
  Query query_;
  Limits limits_;
  std::string where_;
};

class ChunkInput final : public model::JsonInput {
 public:
  explicit ChunkInput(InputFile& file) : file_(file), chunk_(LineReader::default_buffer, '\0') {}
  std::string_view next() override { return std::string_view(chunk_).substr(0, file_.read_some(chunk_)); }

 private:
  InputFile& file_;
  std::string chunk_;
};

class ArrayCursor final : public Cursor {
 public:
  ArrayCursor(InputFile file, Query query, const Limits& limits)
      : file_(std::move(file)), input_(file_), reader_(input_, limits), query_(std::move(query)), limits_(limits) {}

  bool next(Batch& out) override {
    BatchFiller filler(query_, out);
    while (!ended_ && !filler.full()) {
      try {
        if (!std::exchange(entered_, true)) reader_.enter_array();
        if (!reader_.next_element()) {
          ended_ = true;
          reader_.expect_end();
          break;
        }
        ++element_;
        Record record = model::read_json_record(reader_, limits_);
        filler.record(std::move(record), where());
      } catch (const Error& error) {
        if (error.code() == ErrorCode::no_space || error.code() == ErrorCode::io) throw;
        // Inside an array there is no line end to go on from.
        ended_ = true;
        Problem problem = problem_of(error, where(), 0);
        problem.why += "; the rest of the array was not read";
        problem.raw_is_complete = false;
        filler.problem(std::move(problem));
      }
    }
    return filler.any();
  }

  Position position() const override { return {reader_.offset(), file_.size()}; }

 private:
  std::string where() const { return file_.path().string() + ", element " + std::to_string(element_); }

  InputFile file_;
  ChunkInput input_;
  model::JsonReader reader_;
  Query query_;
  Limits limits_;
  std::uint64_t element_ = 0;
  bool entered_ = false;
  bool ended_ = false;
};

}  // namespace

JsonShape json_shape(std::string_view beginning) {
  if (beginning.starts_with(byte_order_mark)) beginning.remove_prefix(byte_order_mark.size());
  const auto first = beginning.find_first_not_of(json_space);
  if (first != std::string_view::npos && beginning[first] == '[') return JsonShape::array;
  // The first line may be the damaged one: one good-looking line is enough.
  while (!beginning.empty()) {
    const auto line_end = beginning.find('\n');
    const std::string_view line = beginning.substr(0, line_end);
    const auto start = line.find_first_not_of(json_space);
    if (start != std::string_view::npos && line[start] == '{') return JsonShape::lines;
    if (line_end == std::string_view::npos) break;
    beginning.remove_prefix(line_end + 1);
  }
  return JsonShape::unknown;
}

std::unique_ptr<Cursor> open_json(InputFile file, const Query& query, const Limits& limits) {
  if (file.is_regular()) {
    std::string beginning(4096, '\0');
    beginning.resize(file.read_at(file.position(), beginning));
    if (json_shape(beginning) == JsonShape::array) {
      return std::make_unique<ArrayCursor>(std::move(file), without_group(query), limits);
    }
  }
  return std::make_unique<LinesCursor>(std::move(file), ByteRange(), without_group(query), limits);
}

std::unique_ptr<Cursor> open_json_lines(InputFile file, ByteRange range, const Query& query, const Limits& limits) {
  file.seek(range.begin);
  return std::make_unique<LinesCursor>(std::move(file), range, without_group(query), limits);
}

}  // namespace smsbackup::stores
