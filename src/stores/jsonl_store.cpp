#include "smsbackup/jsonl_store.hpp"

#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "smsbackup/error.hpp"
#include "smsbackup/jsonl.hpp"
#include "stores/emptiness.hpp"
#include "stores/growing_file.hpp"
#include "stores/jsonl_cursor.hpp"
#include "stores/line_reader.hpp"
#include "stores/output_file.hpp"
#include "stores/pieces.hpp"
#include "stores/whole_scan.hpp"

namespace smsbackup {

using stores::GrowingFile;
using stores::InputFile;
using stores::JsonShape;
using stores::OutputFile;

namespace {

// Of which a record's line is expected at the latest; a photo given by mistake has none.
constexpr std::size_t looked_at = 64 * 1024;

JsonShape shape_of(const InputFile& file) {
  std::string beginning(looked_at, '\0');
  beginning.resize(file.read_at(0, beginning));
  // The first line may be longer than that.
  return stores::json_shape(beginning);
}

bool is_stream(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

void expect_records(const InputFile& file) {
  if (!file.is_regular() || shape_of(file) != JsonShape::unknown) return;
  throw Error(ErrorCode::unknown_format, "reading " + file.path().string() + ": these are no JSON lines");
}

void end_last_line(const InputFile& old, stores::AtomicFile& added_to) {
  const auto size = old.size().value_or(0);
  char last = '\n';
  if (size > 0 && old.read_at(size - 1, std::span(&last, 1)) == 1 && last != '\n') added_to.write("\n");
}

}  // namespace

struct JsonlStore::State {
  std::filesystem::path file;
  Access access;
  StoreOptions options;
  bool standard = false;      // "-"
  bool stream = false;        // "-", a pipe or a device: written as it comes, read once
  bool read_already = false;  // a stream that open() was called for
  std::optional<GrowingFile> growing;
  std::optional<OutputFile> out;
};

JsonlStore::JsonlStore(std::filesystem::path file, Access access, StoreOptions options)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.standard = file == "-";
  state.stream = state.standard || is_stream(file);
  state.file = std::move(file);
  state.access = access;
  state.options = std::move(options);
  if (state.stream) return;
  if (access == Access::write) {
    state.growing.emplace(state.file);
    if (!state.growing->exists()) return;
  }
  const InputFile input(state.file);
  if (access == Access::read) input.refuse_empty();
  if (input.size() == 0) return;
  expect_records(input);
  if (access == Access::write && shape_of(input) == JsonShape::array) {
    throw Error(ErrorCode::unsupported, "writing " + state.file.string() + ": it is one JSON array, not JSON lines",
                "Copy it to a new .jsonl file first, and add to that one.");
  }
}

JsonlStore::~JsonlStore() = default;

bool JsonlStore::reopenable() const { return !state_->stream; }

std::unique_ptr<Cursor> JsonlStore::open(const Query& query) {
  State& state = *state_;
  if (state.stream) {
    if (std::exchange(state.read_already, true)) {
      throw Error(ErrorCode::unsupported, "reading " + name() + ": it can be read only once");
    }
  } else if (state.growing && !state.growing->exists()) {
    return std::make_unique<stores::NoRecords>();
  }
  return stores::open_json(state.standard ? InputFile::standard_input() : InputFile(state.file), query,
                           state.options.limits);
}

std::vector<std::string> JsonlStore::split(std::size_t wanted) {
  const State& state = *state_;
  if (state.stream || (state.growing && !state.growing->exists())) return {std::string()};
  InputFile input(state.file);
  if (shape_of(input) == JsonShape::array) return {std::string()};
  return stores::split_bytes(input.size().value_or(0), wanted, [&](std::uint64_t from) -> std::optional<std::uint64_t> {
    input.seek(from - 1);
    stores::LineReader lines(input);
    // The rest of the line that the byte before belongs to.
    lines.next_line();
    if (!lines.next_line()) return std::nullopt;
    return lines.offset();
  });
}

std::unique_ptr<Cursor> JsonlStore::open_piece(const Query& query, std::string_view piece) {
  if (piece.empty()) return open(query);
  const auto range = stores::parse_byte_range(piece, name());
  if (state_->stream) throw Error(ErrorCode::invalid_argument, "reading a piece of " + name() + ": it has no pieces");
  return stores::open_json_lines(InputFile(state_->file), range, query, state_->options.limits);
}

void JsonlStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  State& state = *state_;
  if (state.stream) return;
  if (state.growing) state.growing->lock();
  stores::visit_all_keys(*open(query), policy, visit);
}

Outcomes JsonlStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  const auto put = [&](auto& out) {
    const ByteSink sink = [&](std::string_view bytes) { out.write(bytes); };
    for (const Record& record : records) {
      to_json(record, sink);
      out.write("\n");
    }
  };
  if (state.stream) {
    if (!state.out) {
      state.out = state.standard ? OutputFile::standard_output() : OutputFile::open_stream(state.file);
    }
    put(*state.out);
    state.out->flush();
  } else {
    auto& out = state.growing->begin(end_last_line);
    state.growing->guard([&] { put(out); });
  }
  return Outcomes(records.size(), Outcome{true, std::nullopt});
}

void JsonlStore::finish() {
  if (state_->out) state_->out->sync();
  if (state_->growing) state_->growing->finish();
}

Durability JsonlStore::durability() const { return state_->stream ? Durability::each_write : Durability::at_finish; }

bool JsonlStore::is_empty() { return !state_->stream && stores::holds_nothing(state_->file); }

std::string JsonlStore::name() const {
  if (!state_->standard) return state_->file.string();
  return state_->access == Access::read ? "standard input" : "standard output";
}

}  // namespace smsbackup
