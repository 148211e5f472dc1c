// Contacts hold UTF-8 only, and are the same when the input comes byte by byte.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/vcard_reader.hpp"
#include "smsbackup/charset.hpp"

namespace {

void check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  smsbackup::Limits limits;
  limits.text_size = 4096;
  limits.columns = 50;
  limits.problem_raw = 100;
  const smsbackup::VcardResult whole = smsbackup::parse_vcards(text, limits);
  for (const smsbackup::Contact& contact : whole.contacts) {
    check(smsbackup::is_utf8(contact.name.value_or("")));
    for (const auto* list : {&contact.numbers, &contact.emails, &contact.groups}) {
      for (const auto& item : *list) check(!item.empty() && smsbackup::is_utf8(item));
    }
  }
  smsbackup::model::VcardReader reader(limits);
  for (std::size_t i = 0; i < size; ++i) reader.feed(text.substr(i, 1));
  const smsbackup::VcardResult bytes = reader.finish();
  check(bytes.contacts == whole.contacts && bytes.problems.size() == whole.problems.size());
  for (std::size_t i = 0; i < bytes.problems.size(); ++i) check(bytes.problems[i].raw == whole.problems[i].raw);
  return 0;
}
