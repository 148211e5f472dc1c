// What a phone's tables make of a record: its columns and no others, their defaults, and the phone's own numbers for
// rows and threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>

#include "smsbackup/columns.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::test {

inline void default_to(Integer& cell, std::int64_t value) {
  if (cell.is_absent()) cell = value;
}

// A column that may not be NULL.
inline void never_null(Integer& cell, std::int64_t value) {
  if (!cell.has_value()) cell = value;
}

// Seconds.
inline void whole_seconds(Integer& cell) {
  if (!cell.has_value()) return;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1000;
  const std::int64_t seconds = *cell / 1000 - (*cell % 1000 < 0 ? 1 : 0);
  if (seconds < -most) {
    cell = null;
  } else {
    cell = seconds * 1000;
  }
}

template <class Row>
void only_columns(Row& row) {
  row.extras.clear();
  for (const ColumnOf<Row>& column : columns_of<Row>()) {
    if (column.integer != nullptr && (row.*column.integer).is_absent()) row.*column.integer = null;
    if (column.text != nullptr && (row.*column.text).is_absent()) row.*column.text = null;
  }
}

inline void as_phone_row(Sms& sms) {
  for (Integer* cell : {&sms.read, &sms.seen}) default_to(*cell, 1);
  for (Integer* cell : {&sms.status, &sms.sub_id}) default_to(*cell, -1);
  for (Integer* cell : {&sms.date_sent, &sms.locked, &sms.error_code}) default_to(*cell, 0);
  only_columns(sms);
  sms.id = sms.thread_id = null;
}

inline void as_phone_row(Call& call) {
  default_to(call.is_new, 0);
  default_to(call.is_read, 1);
  default_to(call.sub_id, -1);
  default_to(call.last_modified, 0);
  never_null(call.presentation, 1);
  for (Integer* cell : {&call.features, &call.phone_account_hidden, &call.photo_id, &call.block_reason,
                        &call.missed_reason, &call.priority}) {
    never_null(*cell, 0);
  }
  for (Text* cell : {&call.post_dial_digits, &call.via_number}) cell->emplace();
  only_columns(call);
  call.id = null;
}

inline bool is_text_part(const MmsPart& part) {
  return part.ct == Text("text/plain") || part.ct == Text("application/smil");
}

inline void as_phone_row(Mms& mms) {
  const bool outgoing = direction_of(Record(mms)) == Direction::outgoing;
  for (Integer* cell : {&mms.read, &mms.seen}) default_to(*cell, 1);
  for (Integer* cell : {&mms.date_sent, &mms.locked}) default_to(*cell, 0);
  default_to(mms.sub_id, -1);
  default_to(mms.m_type, outgoing ? mms_send_req : mms_retrieve_conf);
  default_to(mms.msg_box, outgoing ? mms_sent : mms_inbox);
  default_to(mms.text_only, std::all_of(mms.parts.begin(), mms.parts.end(), is_text_part) ? 1 : 0);
  if (mms.m_size.is_absent()) {
    std::uint64_t size = 0;
    for (const MmsPart& part : mms.parts) size += part.data ? part.data->size() : part.text.value().size();
    mms.m_size = static_cast<std::int64_t>(size);
  }
  whole_seconds(mms.date);
  whole_seconds(mms.date_sent);
  mms.resp_txt = null;  // a text, but declared as a number
  only_columns(mms);
  mms.id = mms.thread_id = null;
  const auto is_sender = [](const MmsAddress& address) { return address.type == Integer(mms_from); };
  if (outgoing && std::none_of(mms.addresses.begin(), mms.addresses.end(), is_sender)) {
    MmsAddress& sender = mms.addresses.emplace_back();
    sender.address = std::string(insert_address_token);
    sender.type = mms_from;
  }
  for (MmsAddress& address : mms.addresses) {
    default_to(address.charset, 106);
    only_columns(address);
    address.id = address.msg_id = null;
  }
  for (MmsPart& part : mms.parts) {
    default_to(part.seq, 0);
    only_columns(part);
    part.id = part.mid = null;
    part.data_path = null;
  }
  std::stable_sort(mms.parts.begin(), mms.parts.end(),
                   [](const MmsPart& a, const MmsPart& b) { return a.seq.value_or(0) < b.seq.value_or(0); });
}

inline Record as_phone_record(Record record) {
  std::visit([](auto& row) { as_phone_row(row); }, record);
  return record;
}

}  // namespace smsbackup::test
