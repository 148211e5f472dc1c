#include "console.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

namespace tool {
namespace {

constexpr const char* clear_line = "\r\x1b[K";

// Nobody is left to tell when standard error is gone.
void emit(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Console::Console() : terminal_(Terminal::of(stderr)) {}

void Console::print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (status_.empty()) return emit(fmt::format("{}\n", line));
  emit(fmt::format("{}{}\n{}", clear_line, line, status_));
}

void Console::set_status(std::string line) {
  const std::lock_guard lock(mutex_);
  status_ = std::move(line);
  emit(clear_line + status_);
}

void Console::keep_status() {
  const std::lock_guard lock(mutex_);
  if (!status_.empty()) emit("\n");
  status_.clear();
}

}  // namespace tool
