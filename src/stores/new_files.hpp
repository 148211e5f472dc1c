// A batch of new files that are written apart and appear in their folders together, once all of them are on the disk.
//
// A file that was not published goes away with the object. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

#include "stores/output_file.hpp"

namespace smsbackup::stores {

class NewFiles {
 public:
  NewFiles() = default;
  ~NewFiles();
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;

  // Begins a file by a name that nobody else uses; write to it until the next call of anything here.
  OutputFile& begin(std::filesystem::path temporary);
  // The file that was begun last is complete. It gets that time (ms), and will be renamed to `target`, which must not
  // exist and must be on the same file system.
  void complete(std::filesystem::path target, std::int64_t time);
  // All files are complete. Returns when they are in their folders and would survive a power cut. Throws Error: what
  // was renamed until then stays, the rest is removed.
  void publish();

 private:
  struct File {
    std::filesystem::path temporary;
    std::filesystem::path target;
    OutputFile open;
  };
  void close_all_but_first();
  void sync_each();
  std::vector<File> files_;
  bool sync_together_ = false;
  std::size_t closed_ = 0;     // files_ before this need no sync of their own (but for the first)
  std::size_t published_ = 0;  // files_ before this have their names
};

}  // namespace smsbackup::stores
