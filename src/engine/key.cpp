#include "smsbackup/key.hpp"

#include <algorithm>

#include "engine/rcs_id.hpp"
#include "smsbackup/address.hpp"

namespace smsbackup {
namespace {

std::string message_id_of(const Record& record) {
  const auto* mms = std::get_if<Mms>(&record);
  if (mms == nullptr) return {};
  if (mms->m_id.has_value() && !mms->m_id->empty()) return *mms->m_id;
  if (!mms->tr_id.has_value()) return {};
  return engine::rcs_message_id(*mms->tr_id).value_or(std::string());
}

}  // namespace

RecordKey key_of(const Record& record, DedupLevel level, const std::vector<std::string>& own_numbers) {
  RecordKey key;
  key.type = type_of(record);
  key.direction = direction_of(record);
  key.date = date_of(record);
  key.whole_second = key.date && *key.date % 1000 == 0;
  for (const std::string_view party : parties_of(record)) {
    const bool own = key.type == RecordType::mms &&
                     std::any_of(own_numbers.begin(), own_numbers.end(),
                                 [&](const std::string& number) { return same_address(party, number); });
    if (!own) key.parties.emplace_back(party);
  }
  key.content = content_digest(record, level);
  key.message_id = message_id_of(record);
  return key;
}

}  // namespace smsbackup
