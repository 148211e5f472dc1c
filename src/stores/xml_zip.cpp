#include "stores/xml_zip.hpp"

#include <zip.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup::stores {
namespace {

using namespace std::string_view_literals;

struct ZipDiscarder {
  void operator()(zip_t* zip) const noexcept { zip_discard(zip); }
};
using ZipHandle = std::unique_ptr<zip_t, ZipDiscarder>;

struct ZipFileCloser {
  void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};
using ZipFileHandle = std::unique_ptr<zip_file_t, ZipFileCloser>;

ErrorCode code_of(int zip_error) noexcept {
  switch (zip_error) {
    case ZIP_ER_EOF:
      return ErrorCode::truncated_input;
    case ZIP_ER_CRC:
    case ZIP_ER_NOZIP:
    case ZIP_ER_ZLIB:
    case ZIP_ER_INCONS:
    case ZIP_ER_COMPRESSED_DATA:
      return ErrorCode::corrupt_input;
    case ZIP_ER_COMPNOTSUPP:
    case ZIP_ER_ENCRNOTSUPP:
    case ZIP_ER_MULTIDISK:
      return ErrorCode::unsupported;
    default:
      return ErrorCode::io;
  }
}

// What libzip says is about the archive, never about what is in it.
[[noreturn]] void fail(zip_error_t& error, std::string_view doing, const std::filesystem::path& path) {
  const int zip_error = zip_error_code_zip(&error);
  const int system_error = zip_error_code_system(&error);
  if (zip_error_system_type(&error) == ZIP_ET_SYS && system_error != 0) {
    throw system_failure(system_error, doing, path);
  }
  throw Error(code_of(zip_error), std::string(doing) + " " + path.string() + ": " + zip_error_strerror(&error));
}

bool is_xml_name(std::string_view name) noexcept {
  constexpr std::string_view suffix = ".xml";
  if (name.size() < suffix.size()) return false;
  name.remove_prefix(name.size() - suffix.size());
  for (std::size_t i = 0; i < suffix.size(); ++i) {
    const char lower = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    if (lower != suffix[i]) return false;
  }
  return true;
}

ZipHandle open_zip(const std::filesystem::path& path) {
  int code = 0;
  ZipHandle zip(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (zip) return zip;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  // The directory of a zip is at its end, which is what a file that was cut off has lost.
  const ErrorCode reason = code == ZIP_ER_NOZIP ? ErrorCode::truncated_input : code_of(code);
  const std::string said = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (code == ZIP_ER_OPEN || code == ZIP_ER_READ) throw system_failure(errno, "opening", path);
  throw Error(reason, "opening " + path.string() + ": " + said,
              reason == ErrorCode::truncated_input ? "The zip is cut off or damaged; copy it again if you can." : "");
}

zip_uint64_t xml_entry(zip_t* zip, const std::filesystem::path& path) {
  std::optional<zip_uint64_t> found;
  std::optional<zip_uint64_t> only;
  std::size_t files = 0;
  std::size_t xml_files = 0;
  const zip_int64_t entries = zip_get_num_entries(zip, 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* const name = zip_get_name(zip, index, ZIP_FL_ENC_RAW);
    if (name == nullptr || std::string_view(name).ends_with('/')) continue;
    ++files;
    only = index;
    if (!is_xml_name(name)) continue;
    ++xml_files;
    found = index;
  }
  if (xml_files == 0 && files == 1) return *only;
  if (xml_files == 1) return *found;
  if (files == 0) throw Error(ErrorCode::empty_input, "reading " + path.string() + ": the zip holds no file");
  if (xml_files == 0)
    throw Error(ErrorCode::unknown_format, "reading " + path.string() + ": the zip holds no XML file");
  throw Error(ErrorCode::unsupported, "reading " + path.string() + ": the zip holds several XML files",
              "Unpack it, and name the files one by one.");
}

class ZipEntryInput final : public ByteInput {
 public:
  explicit ZipEntryInput(const std::filesystem::path& path) : path_(path), zip_(open_zip(path)) {
    const zip_uint64_t entry = xml_entry(zip_.get(), path);
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(zip_.get(), entry, 0, &stat) != 0) fail(*zip_get_error(zip_.get()), "reading", path_);
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
      throw Error(ErrorCode::unsupported, "reading " + path.string() + ": the zip is encrypted",
                  "Unpack it with its password first, for instance with 7z, and read the XML file.");
    }
    if ((stat.valid & ZIP_STAT_SIZE) != 0) size_ = stat.size;
    file_.reset(zip_fopen_index(zip_.get(), entry, 0));
    if (!file_) fail(*zip_get_error(zip_.get()), "reading", path_);
  }

  std::size_t read(std::span<char> out) override {
    const zip_int64_t got = zip_fread(file_.get(), out.data(), out.size());
    if (got < 0) fail(*zip_file_get_error(file_.get()), "reading", path_);
    done_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }

  Position position() const override { return {done_, size_}; }

 private:
  std::filesystem::path path_;
  ZipHandle zip_;
  ZipFileHandle file_;
  std::uint64_t done_ = 0;
  std::optional<std::uint64_t> size_;
};

}  // namespace

bool is_zip(std::string_view head) noexcept { return head.starts_with("PK\3\4"sv) || head.starts_with("PK\5\6"sv); }

std::unique_ptr<ByteInput> open_zipped_xml(const std::filesystem::path& zip) {
  return std::make_unique<ZipEntryInput>(zip);
}

void write_zip(const std::filesystem::path& zip, const std::filesystem::path& content, const std::string& entry_name,
               const std::filesystem::path& target) {
  int code = 0;
  ZipHandle archive(zip_open(zip.c_str(), ZIP_CREATE | ZIP_EXCL, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string said = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw Error(ErrorCode::io, "writing " + target.string() + ": " + said);
  }
  zip_source_t* const source = zip_source_file(archive.get(), content.c_str(), 0, -1);
  if (source == nullptr) fail(*zip_get_error(archive.get()), "writing", target);
  if (zip_file_add(archive.get(), entry_name.c_str(), source, ZIP_FL_ENC_UTF_8) < 0) {
    zip_source_free(source);
    fail(*zip_get_error(archive.get()), "writing", target);
  }
  if (zip_close(archive.get()) != 0) fail(*zip_get_error(archive.get()), "writing", target);
  static_cast<void>(archive.release());  // zip_close() has freed it
}

}  // namespace smsbackup::stores
