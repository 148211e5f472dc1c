// Limits bound what an input may make the library do. The defaults fit every real archive seen; raise them knowingly.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smsbackup {

struct Limits {
  std::uint64_t mail_size = 4ULL << 30;  // bytes of one mail
  std::size_t header_size = 16 << 20;    // bytes of one mail's (or one part's) header section
  std::size_t headers = 10'000;          // header fields of one mail or part
  std::size_t nesting = 32;              // multiparts within multiparts, JSON and XML elements
  std::size_t parts = 10'000;            // parts of one MMS, in any format
  std::size_t addresses = 10'000;        // address rows of one MMS
  std::size_t columns = 10'000;          // columns (attributes, keys) of one row
  std::size_t name_size = 1024;          // bytes of one column's name
  std::size_t text_size = 64 << 20;      // bytes of one text column (part data is not text)
  std::uint64_t part_size = 4ULL << 30;  // bytes of one part's data
  std::size_t blob_memory = 256 * 1024;  // part data above this goes to a temporary file
  std::size_t problem_raw = 1 << 20;     // bytes kept of a row that could not be read
};

}  // namespace smsbackup
