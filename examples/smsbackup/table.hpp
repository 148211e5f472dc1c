// A small table for people: a title column on the left, then columns of values, each as wide as it needs to be.
#pragma once

#include <string>
#include <vector>

#include "terminal.hpp"

namespace tool {

struct Cell {
  std::string text;
  Colour colour = Colour::none;
};

class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  // `values` has one entry for each heading.
  void add_row(std::string title, std::vector<Cell> values);
  // Indented by two blanks, each row on a line of its own.
  std::string text(const Terminal& terminal) const;

 private:
  struct Row {
    std::string title;
    std::vector<Cell> values;
  };
  std::vector<std::string> headings_;
  std::vector<Row> rows_;
};

// A number as a cell: zero is dimmed, so that what counts stands out.
Cell count_cell(std::uint64_t number, Colour colour = Colour::none);

}  // namespace tool
