#include "stores/detect_store.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>

#include "smsbackup/charset.hpp"
#include "smsbackup/error.hpp"
#include "stores/android_db/phone_files.hpp"
#include "stores/android_db/source_database.hpp"
#include "stores/eml_folder.hpp"
#include "stores/input_file.hpp"
#include "stores/jsonl_cursor.hpp"
#include "stores/mail_headers.hpp"
#include "stores/maildir_folder.hpp"
#include "stores/mbox_format.hpp"
#include "stores/system_failure.hpp"
#include "stores/xml_input.hpp"

namespace smsbackup::stores {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t looked_at = 64 * 1024;
// A folder of other things isn't searched to its end for an .eml file.
constexpr std::size_t most_entries = 10'000;

constexpr auto zip_magic = "PK\x03\x04"sv;
constexpr auto empty_zip_magic = "PK\x05\x06"sv;

constexpr auto sqlite_magic = "SQLite format 3\0"sv;

struct Magic {
  std::string_view bytes;
  std::string_view what;
};
constexpr std::array<Magic, 7> known_by_magic = {{
    {sqlite_magic, "an SQLite database"sv},
    {"SSEF\0\xff"sv, "an encrypted SMS Import / Export file"sv},
    {"ANDROID BACKUP\n"sv, "an Android backup"sv},
    {"\x1f\x8b"sv, "a gzip file"sv},
    {"\x89PNG"sv, "a picture"sv},
    {"\xff\xd8\xff"sv, "a picture"sv},
    {"%PDF-"sv, "a PDF document"sv},
}};

bool contains_any(std::string_view text, std::initializer_list<std::string_view> signs) {
  return std::any_of(signs.begin(), signs.end(),
                     [&](std::string_view sign) { return text.find(sign) != std::string_view::npos; });
}

// As UTF-8, whatever the encoding: some tools write UTF-16.
std::string xml_text(std::string_view beginning) {
  XmlText text(std::make_unique<MemoryByteInput>(std::string(beginning)), system_charsets());
  std::string converted(looked_at, '\0');
  converted.resize(text.read(converted));
  return converted;
}

bool is_synctech_xml(std::string_view beginning) {
  return contains_any(xml_text(beginning), {"<smses"sv, "<calls"sv, "<sms "sv, "<mms "sv, "<call "sv});
}

bool is_records_json(std::string_view beginning) {
  return json_shape(beginning) != JsonShape::unknown &&
         contains_any(beginning, {"\"__type\""sv, "\"address\""sv, "\"body\""sv, "\"m_type\""sv, "\"msg_box\""sv,
                                  "\"number\""sv, "\"duration\""sv});
}

bool is_mail(std::string_view beginning) {
  const std::string_view headers = header_section(beginning);
  const auto first_line = headers.substr(0, headers.find('\n'));
  const auto colon = first_line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const bool is_field_name = std::all_of(first_line.begin(), first_line.begin() + static_cast<std::ptrdiff_t>(colon),
                                         [](char c) { return c > ' ' && c < 127; });
  if (!is_field_name) return false;
  if (!header_value(headers, "X-smssync-datatype").empty()) return true;
  int known = 0;
  for (const auto name : {"From"sv, "To"sv, "Subject"sv, "Date"sv, "Message-ID"sv, "MIME-Version"sv, "Received"sv}) {
    if (!header_value(headers, name).empty()) ++known;
  }
  return known >= 2;
}

struct ZipCloser {
  void operator()(zip_t* zip) const noexcept { zip_discard(zip); }
};

Detected detect_zip(const std::filesystem::path& path) {
  int code = 0;
  const std::unique_ptr<zip_t, ZipCloser> zip(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!zip) return {"", "a damaged zip file"};
  bool has_messages = false;
  bool has_xml = false;
  const zip_int64_t entries = std::min<zip_int64_t>(zip_get_num_entries(zip.get(), 0), most_entries);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(zip.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (name == nullptr) continue;
    const std::string_view entry(name);
    has_messages = has_messages || entry == "messages.ndjson"sv;
    has_xml = has_xml || entry.ends_with(".xml"sv) || entry.ends_with(".XML"sv);
  }
  if (has_messages) {
    return {"", "a zip of SMS Import / Export (unpack it and read its messages.ndjson; the pictures are left behind)"};
  }
  if (has_xml) return {"synctech-xml", ""};
  return {"", "a zip file without any .xml in it"};
}

Detected detect_sqlite(const std::filesystem::path& path) {
  using android_db::DatabaseKind;
  try {
    const android_db::SourceDatabase database(path);
    switch (android_db::kind_of(database.get())) {
      case DatabaseKind::messages:
      case DatabaseKind::calls:
        return {"android-db", ""};
      case DatabaseKind::contacts:
        return {"", "a phone's database of contacts, without messages and calls"};
      case DatabaseKind::google_messages:
        return {"", "the database of the app Google Messages (the phone's own mmssms.db has the same SMS and MMS)"};
      case DatabaseKind::other:
        break;
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::corrupt_input && error.code() != ErrorCode::unknown_format) throw;
    return {"", "a damaged SQLite database"};
  }
  return {"", "an SQLite database without messages and calls"};
}

Detected detect_folder(const std::filesystem::path& path) {
  if (is_maildir(path)) return {"maildir", ""};
  if (android_db::is_phone_folder(path)) return {"android-db", ""};
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(path, error);
  if (error) throw system_failure(error.value(), "reading the folder", path);
  std::size_t seen = 0;
  for (const std::filesystem::recursive_directory_iterator end; !error && entry != end && seen < most_entries; ++seen) {
    if (is_eml_name(entry->path().filename().native())) return {"eml", ""};
    entry.increment(error);
  }
  return {"", seen == 0 ? "an empty folder" : "a folder that is no Maildir and has no .eml file in it"};
}

}  // namespace

Detected detect_by_beginning(std::string_view beginning) {
  for (const Magic& magic : known_by_magic) {
    if (beginning.starts_with(magic.bytes)) return {"", std::string(magic.what)};
  }
  const auto first = std::min(beginning.find_first_not_of("\r\n"), beginning.size());
  const auto text = beginning.substr(first);
  if (is_mbox_from_line(text.substr(0, text.find('\n')))) return {"mbox", ""};
  if (is_records_json(beginning)) return {"jsonl", ""};
  if (text.substr(0, 256).find("BEGIN:VCALENDAR"sv) != std::string_view::npos) return {"icalendar", ""};
  if (is_mail(text)) return {"eml", ""};
  if (is_synctech_xml(beginning)) return {"synctech-xml", ""};
  const auto converted = xml_text(beginning);
  if (converted.starts_with("<?xml")) return {"", "XML of another kind"};
  return {};
}

Detected detect(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return detect_folder(path);
  const InputFile file(path);
  if (!file.is_regular()) return {"", "a pipe or a device, which can't be looked at without reading it"};
  file.refuse_empty();
  std::string beginning(looked_at, '\0');
  beginning.resize(file.read_at(0, beginning));
  if (beginning.starts_with(zip_magic) || beginning.starts_with(empty_zip_magic)) return detect_zip(path);
  if (beginning.starts_with(sqlite_magic)) return detect_sqlite(path);
  return detect_by_beginning(beginning);
}

}  // namespace smsbackup::stores
