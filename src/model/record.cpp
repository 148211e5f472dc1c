#include "smsbackup/record.hpp"

#include "model/column_tables.hpp"

namespace smsbackup {
namespace {

Direction direction(const Sms& sms) noexcept {
  if (!sms.type.has_value()) return Direction::unknown;
  switch (*sms.type) {
    case sms_inbox:
      return Direction::incoming;
    case sms_sent:
    case sms_draft:
    case sms_outbox:
    case sms_failed:
    case sms_queued:
      return Direction::outgoing;
    default:
      return Direction::unknown;
  }
}

Direction direction(const Mms& mms) noexcept {
  if (mms.msg_box.has_value()) {
    if (*mms.msg_box == mms_inbox) return Direction::incoming;
    if (*mms.msg_box >= mms_sent && *mms.msg_box <= mms_failed) return Direction::outgoing;
  }
  if (mms.m_type.has_value()) {
    if (*mms.m_type == mms_send_req) return Direction::outgoing;
    if (*mms.m_type == mms_retrieve_conf || *mms.m_type == mms_notification_ind) return Direction::incoming;
  }
  for (const MmsAddress& row : mms.addresses) {
    if (row.type == Integer(mms_from) && row.address.has_value()) {
      return *row.address == insert_address_token ? Direction::outgoing : Direction::incoming;
    }
  }
  return Direction::unknown;
}

Direction direction(const Call& call) noexcept {
  if (!call.type.has_value()) return Direction::unknown;
  switch (*call.type) {
    case call_outgoing:
      return Direction::outgoing;
    case call_incoming:
    case call_missed:
    case call_voicemail:
    case call_rejected:
    case call_blocked:
    case call_answered_externally:
      return Direction::incoming;
    default:
      return Direction::unknown;
  }
}

// A map node costs its links beside what it holds.
constexpr std::size_t map_node_overhead = 4 * sizeof(void*);

template <class Row>
std::size_t held_by(const Row& row) noexcept {
  std::size_t bytes = sizeof(Row);
  model::for_each_text_cell(row, [&](const Text& cell) { bytes += cell.value().size(); });
  for (const auto& [name, value] : row.extras) {
    bytes += sizeof(Extras::value_type) + map_node_overhead + name.size() + (value ? value->size() : 0);
  }
  return bytes;
}

std::size_t held_by(const Mms& mms) noexcept {
  std::size_t bytes = held_by<Mms>(mms);
  for (const MmsAddress& row : mms.addresses) bytes += held_by(row);
  for (const MmsPart& part : mms.parts) {
    bytes += held_by(part);
    if (part.data && part.data->in_memory()) bytes += static_cast<std::size_t>(part.data->size());
  }
  return bytes;
}

}  // namespace

std::string_view to_string(RecordType type) noexcept {
  switch (type) {
    case RecordType::sms:
      return "sms";
    case RecordType::mms:
      return "mms";
    case RecordType::call:
      return "call";
  }
  return "sms";
}

Direction direction_of(const Record& record) noexcept {
  if (const auto* sms = std::get_if<Sms>(&record)) return direction(*sms);
  if (const auto* mms = std::get_if<Mms>(&record)) return direction(*mms);
  return direction(*std::get_if<Call>(&record));
}

std::optional<std::int64_t> date_of(const Record& record) noexcept {
  const Integer* date = nullptr;
  if (const auto* sms = std::get_if<Sms>(&record)) {
    date = &sms->date;
  } else if (const auto* mms = std::get_if<Mms>(&record)) {
    date = &mms->date;
  } else {
    date = &std::get_if<Call>(&record)->date;
  }
  if (!date->has_value()) return std::nullopt;
  return date->value();
}

bool is_read(const Record& record) noexcept {
  const Integer* read = nullptr;
  if (const auto* sms = std::get_if<Sms>(&record)) read = &sms->read;
  if (const auto* mms = std::get_if<Mms>(&record)) read = &mms->read;
  return read == nullptr || !read->has_value() || read->value() != 0;
}

std::vector<std::string_view> parties_of(const Record& record) {
  std::vector<std::string_view> parties;
  if (const auto* sms = std::get_if<Sms>(&record)) {
    if (sms->address.has_value()) parties.emplace_back(*sms->address);
  } else if (const auto* mms = std::get_if<Mms>(&record)) {
    for (const MmsAddress& row : mms->addresses) {
      if (row.address.has_value() && *row.address != insert_address_token) parties.emplace_back(*row.address);
    }
  } else if (const Text& number = std::get_if<Call>(&record)->number; number.has_value()) {
    parties.emplace_back(*number);
  }
  return parties;
}

std::size_t memory_size(const Record& record) noexcept {
  const std::size_t slack = sizeof(Record);
  if (const auto* sms = std::get_if<Sms>(&record)) return slack - sizeof(Sms) + held_by(*sms);
  if (const auto* mms = std::get_if<Mms>(&record)) return slack - sizeof(Mms) + held_by(*mms);
  const auto& call = *std::get_if<Call>(&record);
  return slack - sizeof(Call) + held_by(call);
}

}  // namespace smsbackup
