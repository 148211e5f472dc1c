// Any bytes as a mail. What is read as a record must be written and read again as the same record.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "smsbackup/mime.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace smsbackup;
  static MimeDecoder decoder = [] {
    Limits limits;
    limits.header_size = 1 << 20;
    limits.text_size = 1 << 20;
    limits.part_size = 1 << 20;
    return MimeDecoder(limits);
  }();
  const std::string_view mail(reinterpret_cast<const char*>(data), size);
  decoder.key_from_headers(mail);
  const DecodedMail first = decoder.decode(mail);
  if (first.kind != MailKind::record) return 0;
  MimeOptions options;
  options.clock = [] { return std::int64_t{0}; };
  options.zone = utc_zone();
  MimeEncoder encoder(options);
  std::string written;
  encoder.encode(first.record, written);
  const DecodedMail second = MimeDecoder().decode(written);
  if (second.kind != MailKind::record || second.problem || !(second.record == first.record)) std::abort();
  return 0;
}
