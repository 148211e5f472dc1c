// Takes bytes for a calendar. Whatever they are: it is read in bounded memory, and a call that is found is written so
// that it is found again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "stores/icalendar_reader.hpp"
#include "stores/icalendar_writer.hpp"

namespace {

namespace icalendar = smsbackup::stores::icalendar;

std::vector<smsbackup::Call> calls_of(std::string_view text) {
  std::vector<smsbackup::Call> calls;
  const auto on_event = [&](icalendar::Event event) {
    if (event.call) calls.push_back(*std::move(event.call));
  };
  icalendar::Reader reader(on_event, {});
  for (std::uint64_t offset = 0; !text.empty();) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, size), offset, false);
    const std::size_t taken = std::min(size + 1, text.size());
    text.remove_prefix(taken);
    offset += taken;
    if (reader.calendar_end() && *reader.calendar_end() > offset) std::abort();
  }
  reader.end();
  return calls;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  smsbackup::MimeOptions options;
  options.clock = [] { return std::int64_t{0}; };
  icalendar::EventWriter writer(options);
  std::vector<smsbackup::Call> written;
  std::string text = icalendar::prologue();
  for (const smsbackup::Call& call : calls_of(bytes)) {
    if (icalendar::why_not(call)) continue;
    writer.write(call, icalendar::uid_of(call), text);
    written.push_back(call);
  }
  text += icalendar::epilogue;
  if (calls_of(text) != written) std::abort();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    if (end == std::string::npos || end - at > 75) std::abort();
    at = end + 2;
  }
  return 0;
}
