#include "stores/synctech_xml_file.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "model/logger.hpp"
#include "stores/xml_zip.hpp"

namespace smsbackup::stores::synctech {
namespace {

constexpr std::string_view messages_root = "smses";
constexpr std::string_view calls_root = "calls";
constexpr std::size_t longest_root_tag = 4096;
constexpr std::size_t chunk_size = 256 * 1024;

bool has_content(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(file, error) && std::filesystem::file_size(file, error) > 0 && !error;
}

bool named_zip(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension == ".zip";
}

// What stands between the name of a root's start tag and its end.
std::string_view inside_of(std::string_view tag) noexcept {
  const std::size_t name_end = tag.find_first_of(" \t\r\n");
  if (name_end == std::string_view::npos || !tag.ends_with('>')) return {};
  tag.remove_suffix(tag.ends_with("/>") ? 2 : 1);
  return tag.substr(name_end);
}

// Removes a file on every way out.
class Removed {
 public:
  explicit Removed(std::filesystem::path path) : path_(std::move(path)) {}
  ~Removed() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Reads a text from its beginning and copies spans of it, which must come in order.
class TextCopier {
 public:
  explicit TextCopier(std::unique_ptr<XmlText> text) : text_(std::move(text)), chunk_(chunk_size, '\0') {}

  void copy(Span span, const TextSink& out) {
    while (at_ < span.end) {
      const std::uint64_t to = at_ < span.begin ? span.begin : span.end;
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_.size(), to - at_));
      const std::size_t got = text_->read(std::span(chunk_).first(wanted));
      if (got == 0) throw Error(ErrorCode::truncated_input, "the file became shorter while it was copied");
      if (at_ >= span.begin) out(std::string_view(chunk_).substr(0, got));
      at_ += got;
    }
  }

 private:
  std::unique_ptr<XmlText> text_;
  std::string chunk_;
  std::uint64_t at_ = 0;
};

}  // namespace

bool is_zip_file(const InputFile& file) {
  if (!file.is_regular()) return false;
  std::string head(4, '\0');
  head.resize(file.read_at(0, head));
  return is_zip(head);
}

std::unique_ptr<XmlText> open_text(InputFile file, const StoreOptions& options) {
  std::unique_ptr<ByteInput> bytes;
  if (is_zip_file(file)) {
    bytes = open_zipped_xml(file.path());
  } else {
    bytes = std::make_unique<FileByteInput>(std::move(file));
  }
  return std::make_unique<XmlText>(std::move(bytes), options.charsets ? options.charsets() : nullptr);
}

std::string root_attributes(std::string_view tag) {
  std::string kept;
  std::string_view rest = inside_of(tag);
  const auto skip_blanks = [&] {
    while (!rest.empty() && is_xml_blank(rest.front())) rest.remove_prefix(1);
  };
  for (skip_blanks(); !rest.empty(); skip_blanks()) {
    const std::size_t name_size = static_cast<std::size_t>(
        std::find_if_not(rest.begin(), rest.end(), [](char c) { return is_xml_name(c); }) - rest.begin());
    const std::string_view name = rest.substr(0, name_size);
    rest.remove_prefix(name_size);
    skip_blanks();
    if (name.empty() || !rest.starts_with('=')) return {};
    rest.remove_prefix(1);
    skip_blanks();
    if (!rest.starts_with('"') && !rest.starts_with('\'')) return {};
    const std::size_t end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos) return {};
    if (name != "count") {
      kept += ' ';
      kept += name;
      kept += '=';
      kept += rest.substr(0, end + 1);
    }
    rest.remove_prefix(end + 1);
  }
  return kept;
}

AddedFile::AddedFile(std::filesystem::path target, FileLock lock, const StoreOptions& options)
    : target_(std::move(target)),
      name_(target_.filename().string()),
      options_(options),
      file_(target_, std::move(lock)) {
  const bool exists = has_content(target_);
  if (exists ? is_zip_file(InputFile(target_)) : named_zip(target_)) {
    zipped_rows_.emplace(target_.parent_path() / ("." + name_ + ".rows"));
    rows_ = &*zipped_rows_;
  } else {
    rows_ = &file_;
  }
  if (!exists) {
    rows_->write(prologue);
    root_offset_ = rows_->size();
    rows_->write(root_tag(messages_root, 0, {}));
    return;
  }
  Layout old;
  XmlCursor cursor(open_text(InputFile(target_), options_), name_, Query{}, options_.limits, Needs{}, &old);
  for (Batch batch; cursor.next(batch);) batch.clear();
  copy_old(old);
}

void AddedFile::copy_old(const Layout& old) {
  count_ = old.rows;
  has_messages_ = old.has_messages;
  has_calls_ = old.has_calls;
  any_kind_ = old.ours;

  const auto text = open_text(InputFile(target_), options_);
  const bool converted = text->converted();
  TextCopier copier(open_text(InputFile(target_), options_));
  const TextSink out = [&](std::string_view bytes) { rows_->write(bytes); };
  char last = '\n';
  const TextSink out_rows = [&](std::string_view bytes) {
    rows_->write(bytes);
    last = bytes.back();
  };

  const bool known_root = old.root_name == messages_root || old.root_name == calls_root;
  const bool structured =
      old.roots == 1 && known_root && !old.row_outside && old.root_tag.end - old.root_tag.begin <= longest_root_tag;
  if (old.cut || (old.damaged && !structured)) {
    model::logger().warn("{}: what can't be read in it is left out of the new file; {} rows are kept", name_, old.rows);
  }
  if (known_root && !any_kind_) root_name_ = old.root_name;
  // A converted text has another encoding than its declaration says.
  if (structured && !converted) {
    copier.copy({0, old.root_tag.begin}, out);
  } else {
    rows_->write(prologue);
  }
  if (structured) {
    std::string tag;
    copier.copy(old.root_tag, [&](std::string_view bytes) { tag += bytes; });
    root_attributes_ = root_attributes(tag);
  }
  root_offset_ = rows_->size();
  rows_->write(root_tag(messages_root, 0, root_attributes_));
  if (structured) {
    const std::uint64_t end = old.root_end ? *old.root_end : old.good.empty() ? old.root_tag.end : old.good.back().end;
    // The line end behind the tag is there already.
    bool first = true;
    copier.copy({old.root_tag.end, end}, [&](std::string_view bytes) {
      if (std::exchange(first, false) && bytes.starts_with('\n')) bytes.remove_prefix(1);
      if (!bytes.empty()) out_rows(bytes);
    });
    if (last != '\n') rows_->write("\n");
    return;
  }
  for (const Span& rows : old.good) {
    rows_->write("  ");
    copier.copy(rows, out);
    rows_->write("\n");
  }
}

std::string AddedFile::refusal(RecordType type) const {
  if (any_kind_) return {};
  const bool is_call = type == RecordType::call;
  if (is_call ? has_calls_ : has_messages_) return {};
  const bool for_calls = root_name_.empty() ? has_calls_ : root_name_ == calls_root;
  const bool for_messages = root_name_.empty() ? has_messages_ : root_name_ == messages_root;
  if (is_call && for_messages) return "the file is one of messages, which the app keeps apart from calls";
  if (!is_call && for_calls) return "the file is one of calls, which the app keeps apart from messages";
  return {};
}

Outcome AddedFile::write(const Record& record) {
  const RecordType type = type_of(record);
  const auto refused = [&](ErrorCode code, std::string why) {
    Problem problem;
    problem.code = code;
    problem.where = name_;
    problem.why = std::move(why);
    problem.type = type;
    return Outcome{false, std::move(problem)};
  };
  if (std::string why = refusal(type); !why.empty()) return refused(ErrorCode::unsupported, std::move(why));
  if (const std::string_view limit = broken_limit(record, options_.limits); !limit.empty()) {
    return refused(ErrorCode::limit_exceeded, "too much for one row: " + std::string(limit));
  }
  writer_.write(record, [this](std::string_view bytes) { rows_->write(bytes); });
  (type == RecordType::call ? has_calls_ : has_messages_) = true;
  ++count_;
  return Outcome{true, std::nullopt};
}

void AddedFile::commit() {
  std::string_view root = has_calls_ && !has_messages_ ? calls_root : messages_root;
  if (!root_name_.empty()) root = root_name_;
  rows_->write("</" + std::string(root) + ">\n");
  rows_->replace(root_offset_, root_tag(root, count_, root_attributes_));
  rows_->flush();
  if (zipped_rows_) {
    commit_zip();
  } else {
    check(file_.partial_path());
  }
  file_.commit();
}

void AddedFile::commit_zip() {
  const Removed zip(zipped_rows_->partial_path().string() + ".zip");
  write_zip(zip.path(), zipped_rows_->partial_path(), target_.stem().string() + ".xml", target_);
  check(zip.path());
  const InputFile whole(zip.path());
  file_.copy(whole, 0, whole.size().value_or(0));
}

// Reads back what is to get the name, the way everybody will.
void AddedFile::check(const std::filesystem::path& file) const {
  Layout found;
  XmlCursor cursor(open_text(InputFile(file), options_), name_, Query{}, options_.limits, Needs{}, &found);
  for (Batch batch; cursor.next(batch);) batch.clear();
  if (found.rows != count_ || found.cut) {
    throw Error(ErrorCode::io,
                "reading back " + target_.string() + ": " + std::to_string(found.rows) + " rows were found where " +
                    std::to_string(count_) + " were written",
                "The file is as it was before.");
  }
}

}  // namespace smsbackup::stores::synctech
