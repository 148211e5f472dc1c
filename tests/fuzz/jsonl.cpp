// What from_json() reads, to_json() writes so that it is read as the same record.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "smsbackup/error.hpp"
#include "smsbackup/jsonl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  smsbackup::Record record;
  try {
    record = smsbackup::from_json({reinterpret_cast<const char*>(data), size});
  } catch (const smsbackup::Error&) {
    return 0;
  }
  std::string line;
  smsbackup::to_json(record, line);
  if (line.find('\n') != std::string::npos || smsbackup::from_json(line) != record) std::abort();
  return 0;
}
