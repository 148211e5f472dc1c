// A file that appears under its name when it is complete, or not at all: it is written beside it until then.
#pragma once

#include <string>
#include <string_view>

namespace tool {

class FileBeside {
 public:
  // `what` it is, for messages: "the report". Throws Failure(output), as the others do.
  FileBeside(std::string what, std::string final_name);
  ~FileBeside();
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  void flush();
  [[noreturn]] void fail() const;

  std::string what_;
  std::string final_name_;
  std::string name_;
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace tool
