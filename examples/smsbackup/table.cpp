#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tool {

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

void Table::add_row(std::string title, std::vector<Cell> values) {
  rows_.push_back({std::move(title), std::move(values)});
}

std::string Table::text(const Terminal& terminal) const {
  std::size_t title_width = 0;
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(heading.size());
  for (const Row& row : rows_) {
    title_width = std::max(title_width, row.title.size());
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row.values[i].text.size());
  }

  // Padding goes outside the colours, which take no room on the screen.
  const auto aligned = [&](const std::string& text, Colour colour, std::size_t width) {
    return std::string(width - text.size(), ' ') + paint(terminal, colour, text);
  };
  std::string out = fmt::format("  {:{}}", "", title_width);
  for (std::size_t i = 0; i < widths.size(); ++i) out += "   " + aligned(headings_[i], Colour::dim, widths[i]);
  out += '\n';
  for (const Row& row : rows_) {
    out += fmt::format("  {:{}}", row.title, title_width);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      out += "   " + aligned(row.values[i].text, row.values[i].colour, widths[i]);
    }
    out += '\n';
  }
  return out;
}

Cell count_cell(std::uint64_t number, Colour colour) { return {grouped(number), number == 0 ? Colour::dim : colour}; }

}  // namespace tool
