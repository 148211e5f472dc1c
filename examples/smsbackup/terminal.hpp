// What a stream may be given: colours, a bar, how wide. And text that is safe to show on it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace tool {

struct Terminal {
  bool interactive = false;  // a terminal that can redraw a line
  bool colour = false;       // and NO_COLOR is not set
  bool unicode = false;      // the locale is UTF-8

  static Terminal of(std::FILE* stream);
};

// Columns of the stream's terminal now; 80 if it has none.
int terminal_width(std::FILE* stream);

enum class Colour { none, bold, dim, red, green, yellow, cyan };
std::string paint(const Terminal& terminal, Colour colour, std::string_view text);

// File names may hold anything, also what a terminal takes for a command.
std::string printable(std::string_view text);

std::string grouped(std::uint64_t number);  // 1,234,567
std::string human_bytes(std::uint64_t bytes);

}  // namespace tool
