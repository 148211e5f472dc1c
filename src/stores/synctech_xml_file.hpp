// A SyncTech file on the disk: opening it for reading, and rewriting it beside itself with rows added.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smsbackup/store.hpp"
#include "stores/atomic_file.hpp"
#include "stores/file_lock.hpp"
#include "stores/input_file.hpp"
#include "stores/synctech_xml_cursor.hpp"
#include "stores/synctech_xml_writer.hpp"

namespace smsbackup::stores::synctech {

bool is_zip_file(const InputFile& file);

// The text of the file, or of the XML file in it when it is a zip.
std::unique_ptr<XmlText> open_text(InputFile file, const StoreOptions& options);

// The attributes of a root's start tag as they stand there, each with a blank before it, without `count`. Nothing if
// the tag is not what it should be.
std::string root_attributes(std::string_view tag);

// The new file. What the old one held is copied to the byte, also what is between its rows; only of a file that is cut
// off, or whose rows are not all within one root, the rows alone are taken. Without commit() nothing happened.
class AddedFile {
 public:
  // Reads the old file, if there is one. Throws Error(unknown_format) if that is something else.
  AddedFile(std::filesystem::path target, FileLock lock, const StoreOptions& options);

  // Rows of the other kind than the file has are refused, unless it is one of ours.
  Outcome write(const Record& record);

  // Reads everything back, and puts it under its name.
  void commit();

 private:
  void copy_old(const Layout& old);
  std::string refusal(RecordType type) const;
  void check(const std::filesystem::path& file) const;
  void commit_zip();

  const std::filesystem::path target_;
  const std::string name_;
  const StoreOptions options_;
  AtomicFile file_;
  std::optional<AtomicFile> zipped_rows_;  // where the rows go while file_ waits for the zip
  AtomicFile* rows_ = nullptr;

  bool any_kind_ = true;  // ours, or new
  bool has_messages_ = false;
  bool has_calls_ = false;
  std::string root_name_;        // that the file had; "" to be chosen by its rows
  std::string root_attributes_;  // that the file had, without the count
  std::uint64_t root_offset_ = 0;
  std::uint64_t count_ = 0;
  RowWriter writer_;
};

}  // namespace smsbackup::stores::synctech
