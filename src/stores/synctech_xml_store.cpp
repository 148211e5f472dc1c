#include "smsbackup/synctech_xml_store.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/emptiness.hpp"
#include "stores/growing_file.hpp"
#include "stores/pending_file.hpp"
#include "stores/synctech_xml_cursor.hpp"
#include "stores/synctech_xml_file.hpp"
#include "stores/synctech_xml_split.hpp"
#include "stores/whole_scan.hpp"

namespace smsbackup {

struct SynctechXmlStore::State {
  State(std::filesystem::path where, Access how, StoreOptions given)
      : file(std::move(where)), access(how), options(std::move(given)), added(file) {}

  std::filesystem::path file;  // as it was named
  Access access;
  StoreOptions options;
  bool stream = false;  // a pipe, which can be read once
  std::optional<stores::InputFile> pipe;
  stores::PendingFile<stores::synctech::AddedFile> added;

  const std::filesystem::path& target() const noexcept { return added.path(); }
  std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece, const Needs& needs) const {
    auto [range, root] = stores::synctech::parse_xml_piece(piece, file.string());
    if (stream) {
      throw Error(ErrorCode::invalid_argument, "reading a piece of " + file.string() + ": it has no pieces");
    }
    stores::InputFile input(target());
    std::string shown = file.filename().string();
    std::unique_ptr<stores::XmlText> text;
    if (range.begin == 0) {
      text = stores::synctech::open_text(std::move(input), options);
      stores::synctech::refuse_what_is_no_xml(*text, file.string());
      root.clear();
    } else {
      input.seek(range.begin);
      text = std::make_unique<stores::XmlText>(std::make_unique<stores::FileByteInput>(std::move(input)), range.begin);
      shown += " from byte " + std::to_string(range.begin) + " on";
    }
    stores::synctech::Extent extent;
    if (range.end != stores::ByteRange::no_end) extent.end = range.end - std::min(range.end, text->skipped());
    extent.root = std::move(root);
    return std::make_unique<stores::synctech::XmlCursor>(std::move(text), std::move(shown), query, options.limits,
                                                         needs, nullptr, std::move(extent));
  }
  bool has_content() const {
    std::error_code error;
    return std::filesystem::exists(target(), error) && (stream || std::filesystem::file_size(target(), error) > 0);
  }
};

SynctechXmlStore::SynctechXmlStore(std::filesystem::path file, Access access, StoreOptions options)
    : state_(std::make_unique<State>(std::move(file), access, std::move(options))) {
  State& state = *state_;
  if (access == Access::write) {
    stores::expect_writable_place(state.target());
    if (!state.has_content()) return;
  }
  stores::InputFile input(state.target());
  input.refuse_empty();
  if (!input.is_regular()) {
    if (access == Access::write) {
      throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it is there and no regular file");
    }
    state.stream = true;
    state.pipe = std::move(input);
    return;
  }
  stores::synctech::refuse_what_is_no_xml(*stores::synctech::open_text(std::move(input), state.options), name());
}

SynctechXmlStore::~SynctechXmlStore() = default;

bool SynctechXmlStore::reopenable() const { return !state_->stream; }

std::unique_ptr<Cursor> SynctechXmlStore::open(const Query& query) { return open_narrow(query, {}, {}); }

std::unique_ptr<Cursor> SynctechXmlStore::open_piece(const Query& query, std::string_view piece) {
  return open_narrow(query, piece, {});
}

std::unique_ptr<Cursor> SynctechXmlStore::open_narrow(const Query& query, std::string_view piece, const Needs& needs) {
  if (!piece.empty()) return state_->open_piece(query, piece, needs);
  State& state = *state_;
  if (state.access == Access::write && !state.has_content()) return std::make_unique<stores::NoRecords>();
  if (state.stream && !state.pipe) {
    throw Error(ErrorCode::unsupported, "reading " + name() + ": it can be read only once");
  }
  stores::InputFile input = state.stream ? *std::exchange(state.pipe, std::nullopt) : stores::InputFile(state.target());
  auto text = stores::synctech::open_text(std::move(input), state.options);
  stores::synctech::refuse_what_is_no_xml(*text, name());
  return std::make_unique<stores::synctech::XmlCursor>(std::move(text), state.file.filename().string(), query,
                                                       state.options.limits, needs);
}

std::vector<std::string> SynctechXmlStore::split(std::size_t wanted) {
  const State& state = *state_;
  if (wanted < 2 || state.stream || !state.has_content()) return {std::string()};
  stores::InputFile input(state.target());
  const std::uint64_t size = input.size().value_or(0);
  if (stores::synctech::is_zip_file(input)) return {std::string()};
  const auto text = stores::synctech::open_text(std::move(input), state.options);
  return stores::synctech::split_xml(*text, size, wanted, state.options.limits);
}

void SynctechXmlStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  // From now on nobody else adds what the caller takes for missing.
  if (state_->access == Access::write) state_->added.lock();
  stores::visit_all_keys(*open(query), policy, visit);
}

Outcomes SynctechXmlStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  Outcomes outcomes;
  outcomes.reserve(records.size());
  auto& added = state.added.begin(state.options);
  state.added.guard([&] {
    for (const Record& record : records) outcomes.push_back(added.write(record));
  });
  return outcomes;
}

void SynctechXmlStore::finish() {
  State& state = *state_;
  const bool is_new = state.access == Access::write && !state.has_content();
  if (is_new && !state.added.has_begun() && !state.added.has_failed()) state.added.begin(state.options);
  state.added.finish();
}

bool SynctechXmlStore::is_empty() { return !state_->stream && stores::holds_nothing(state_->target()); }

std::string SynctechXmlStore::name() const { return state_->file.string(); }

}  // namespace smsbackup
