// Writes the files of MMS parts into a phone's `app_parts`.
//
// A file is on the disk under its name before the transaction with its row is committed, so a row never lacks its file.
// What is put there is noted in a list first (`.smsbackup-parts`), which goes away after the commit; so what a killed
// run left without rows is known to be ours, and only that is removed by the next one. Names are our own: nothing of an
// archive's paths gets into them but harmless letters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/blob.hpp"
#include "stores/new_files.hpp"
#include "stores/sqlite.hpp"

namespace smsbackup::stores::android_db {

class PartFiles {
 public:
  // The folder is made when the first file is. `now` (ms) goes into the names. Whoever makes this holds the lock on the
  // database.
  PartFiles(std::filesystem::path folder, std::int64_t now);

  // Removes what a killed run has left: half files, and those on the list that no row of `part` names.
  void clean_up(const SqliteDatabase& database);

  // Writes a file for these bytes; `label` (a Content-Location, of any content) becomes part of its name. Returns the
  // name, which it will have after publish(). Throws Error(truncated_input) if the Blob can't be read (its file is
  // gone), or Error(no_space) or Error(io) if the file can't be written.
  std::string add(const Blob& bytes, std::string_view label);
  // Files that were added since are not wanted: their message was refused.
  std::size_t mark() const noexcept { return names_.size(); }
  void drop_since(std::size_t mark);
  // All files since the last settle() are under their names and would survive a power cut.
  void publish();
  // The rows are committed.
  void settle();
  // There will be no rows: removes the files.
  void discard() noexcept;

 private:
  std::filesystem::path list_path() const;

  std::filesystem::path folder_;
  std::int64_t now_;
  std::uint64_t number_ = 0;
  std::unique_ptr<NewFiles> files_;
  std::vector<std::string> names_;     // since the last settle()
  std::vector<std::string> unwanted_;  // of these, to be removed
};

// "PART_1700000000000_7_picture.jpg"
std::string part_file_name(std::int64_t now, std::uint64_t number, std::string_view label);

}  // namespace smsbackup::stores::android_db
