#include <fmt/format.h>

#include <array>
#include <string>

#include "arrow/tables.hpp"
#include "model/unicode.hpp"
#include "smsbackup/jsonl.hpp"
#include "smsbackup/key.hpp"

namespace smsbackup::arrow {

bool fill(const Text& cell, Column& column) {
  if (cell.has_value()) return column.text(*cell);
  column.null();
  return true;
}

bool fill(const Integer& cell, Column& column) {
  if (cell.has_value()) {
    column.integer(*cell);
  } else {
    column.null();
  }
  return true;
}

namespace {

constexpr std::string_view no_contact = "(Unknown)";  // what SMS Backup & Restore writes for nobody

const Sms* sms_of(const Entry& entry) noexcept { return std::get_if<Sms>(&entry.record); }
const Mms* mms_of(const Entry& entry) noexcept { return std::get_if<Mms>(&entry.record); }
const Call* call_of(const Entry& entry) noexcept { return std::get_if<Call>(&entry.record); }

// The cell of that member, whichever type the record has; a null pointer where the type has no such column.
template <class Cell>
bool fill_one_of(const Entry& entry, Column& column, Cell Sms::*of_sms, Cell Mms::*of_mms, Cell Call::*of_call) {
  const Cell* cell = nullptr;
  if (const Sms* sms = sms_of(entry)) {
    if (of_sms != nullptr) cell = &(sms->*of_sms);
  } else if (const Mms* mms = mms_of(entry)) {
    if (of_mms != nullptr) cell = &(mms->*of_mms);
  } else if (of_call != nullptr) {
    cell = &(call_of(entry)->*of_call);
  }
  if (cell != nullptr) return fill(*cell, column);
  column.null();
  return true;
}

bool fill_direction(const Entry& entry, Column& column) {
  switch (direction_of(entry.record)) {
    case Direction::incoming:
      return column.text("incoming");
    case Direction::outgoing:
      return column.text("outgoing");
    case Direction::unknown:
      break;
  }
  column.null();
  return true;
}

// The one to name where there is room for one only: who sent an incoming MMS, the first whom an outgoing one went to.
const Text* party_of(const Mms& mms, Direction direction) {
  const Text* first = nullptr;
  const Text* sender = nullptr;
  for (const MmsAddress& row : mms.addresses) {
    if (!row.address.has_value() || *row.address == insert_address_token) continue;
    const bool sent_it = row.type == Integer(mms_from);
    if (sent_it && sender == nullptr) sender = &row.address;
    if (!sent_it && first == nullptr) first = &row.address;
  }
  if (direction == Direction::outgoing) return first != nullptr ? first : sender;
  return sender != nullptr ? sender : first;
}

bool fill_address(const Entry& entry, Column& column) {
  const Mms* mms = mms_of(entry);
  if (mms == nullptr) return fill_one_of<Text>(entry, column, &Sms::address, nullptr, &Call::number);
  const Text* party = party_of(*mms, direction_of(entry.record));
  if (party != nullptr) return fill(*party, column);
  column.null();
  return true;
}

bool fill_contact_name(const Entry& entry, Column& column) {
  if (const Call* call = call_of(entry); call != nullptr && call->name.has_value()) return fill(call->name, column);
  const Extras& extras = std::visit([](const auto& row) -> const Extras& { return row.extras; }, entry.record);
  const auto found = extras.find("contact_name");
  if (found != extras.end() && found->second && *found->second != no_contact) return column.text(*found->second);
  column.null();
  return true;
}

// The provider keeps the bytes of an MMS's subject as if each were a character. Where that gives a text, it is meant.
std::string readable_subject(const std::string& kept) {
  std::string bytes;
  bool beyond_ascii = false;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto byte = static_cast<unsigned char>(kept[i]);
    if (byte < 0x80) {
      bytes += kept[i];
      continue;
    }
    const bool is_one_byte_character = (byte == 0xc2 || byte == 0xc3) && i + 1 < kept.size();
    if (!is_one_byte_character) return kept;
    beyond_ascii = true;
    bytes += static_cast<char>((byte & 3) << 6 | (static_cast<unsigned char>(kept[++i]) & 0x3f));
  }
  return beyond_ascii && model::utf8_prefix(bytes, false) == bytes.size() ? bytes : kept;
}

bool fill_subject(const Entry& entry, Column& column) {
  const Mms* mms = mms_of(entry);
  if (mms == nullptr || !mms->sub.has_value()) {
    return fill_one_of(entry, column, &Sms::subject, &Mms::sub, &Call::subject);
  }
  return column.text(readable_subject(*mms->sub));
}

bool fill_body(const Entry& entry, Column& column) {
  if (const Sms* sms = sms_of(entry)) return fill(sms->body, column);
  const Mms* mms = mms_of(entry);
  const std::string* first = nullptr;
  std::string joined;
  if (mms != nullptr) {
    for (const MmsPart& part : mms->parts) {
      if (!part.text.has_value() || part.ct != Text("text/plain")) continue;
      if (first == nullptr) {
        first = &*part.text;
        continue;
      }
      if (joined.empty()) joined = *first;
      joined += '\n';
      joined += *part.text;
    }
  }
  if (first != nullptr) return column.text(joined.empty() ? *first : joined);
  column.null();
  return true;
}

bool fill_read(const Entry& entry, Column& column) {
  if (const Call* call = call_of(entry); call != nullptr && !call->is_read.has_value()) {
    column.null();
  } else if (call != nullptr) {
    column.boolean(*call->is_read != 0);
  } else if (const Integer& cell = sms_of(entry) != nullptr ? sms_of(entry)->read : mms_of(entry)->read;
             cell.has_value()) {
    column.boolean(*cell != 0);
  } else {
    column.null();
  }
  return true;
}

bool fill_attachments(const Entry& entry, Column& column) {
  if (const Mms* mms = mms_of(entry)) {
    std::uint64_t bytes = 0;
    for (const MmsPart& part : mms->parts) bytes += part.data ? part.data->size() : 0;
    column.integer(static_cast<std::int64_t>(bytes));
  } else {
    column.null();
  }
  return true;
}

// What two records that may be duplicates always share (docs/dedup.md).
bool fill_coarse_key(const Entry& entry, Column& column) {
  static constexpr std::array<std::string_view, 3> directions = {"?", "in", "out"};
  const auto date = date_of(entry.record);
  const auto direction = directions[static_cast<std::size_t>(direction_of(entry.record))];
  if (!date) return column.text(fmt::format("{} {} -", to_string(type_of(entry.record)), direction));
  const std::int64_t second = *date / 1000 - (*date % 1000 < 0 ? 1 : 0);
  return column.text(fmt::format("{} {} {}", to_string(type_of(entry.record)), direction, second));
}

bool fill_record(const Entry& entry, Column& column) {
  std::string json;
  to_json(entry.record, json);
  return column.text(json);
}

constexpr std::array<FieldOf<Entry>, 23> fields = {{
    {{"row", "l", true, "which record of this pass it is; parts and parties have the same"},
     [](const Entry& entry, Column& column) {
       column.integer(entry.row);
       return true;
     }},
    {{"type", "u", true, "sms, mms or call"},
     [](const Entry& entry, Column& column) { return column.text(to_string(type_of(entry.record))); }},
    {{"direction", "u", true, "incoming or outgoing"}, fill_direction},
    {{"date", "tsm:UTC", true, "when it was received, or sent if outgoing; when a call began"},
     [](const Entry& entry, Column& column) {
       return fill_one_of(entry, column, &Sms::date, &Mms::date, &Call::date);
     }},
    {{"date_sent", "tsm:UTC", true, "when the sender's network took an incoming message"},
     [](const Entry& entry, Column& column) {
       return fill_one_of<Integer>(entry, column, &Sms::date_sent, &Mms::date_sent, nullptr);
     },
     "date_sent"},
    {{"address", "u", true, "the other party as stored; of an MMS its sender, or the first it went to"}, fill_address},
    {{"addresses", "+l", true, "all other parties as stored"},
     [](const Entry& entry, Column& column) {
       column.texts(parties_of(entry.record));
       return true;
     }},
    {{"contact_name", "u", true, "the name that the phone had for the party, where the archive keeps one"},
     fill_contact_name,
     "name contact_name"},
    {{"subject", "u", true, "of an MMS decoded"}, fill_subject, "subject"},
    {{"text", "u", true, "the body; of an MMS its plain text parts, a line each"}, fill_body, "body"},
    {{"box", "l", true, "sms.type, mms.msg_box or calls.type: 1 in, 2 out, 3 draft or missed call, ..."},
     [](const Entry& entry, Column& column) {
       return fill_one_of(entry, column, &Sms::type, &Mms::msg_box, &Call::type);
     }},
    {{"read", "b", true, "whether the user has seen it"}, fill_read, "read is_read"},
    {{"status", "l", true, "of an SMS: -1 none, 0 complete, 32 pending, 64 failed; of an MMS st"},
     [](const Entry& entry, Column& column) {
       return fill_one_of<Integer>(entry, column, &Sms::status, &Mms::st, nullptr);
     },
     "status"},
    {{"duration", "l", true, "of a call, seconds"},
     [](const Entry& entry, Column& column) {
       return fill_one_of<Integer>(entry, column, nullptr, nullptr, &Call::duration);
     },
     "duration"},
    {{"attachment_size", "l", true, "bytes of an MMS's part data"}, fill_attachments},
    {{"thread_id", "l", true, "the conversation on that phone"},
     [](const Entry& entry, Column& column) {
       return fill_one_of<Integer>(entry, column, &Sms::thread_id, &Mms::thread_id, nullptr);
     },
     "thread_id"},
    {{"sub_id", "l", true, "the SIM on that phone"},
     [](const Entry& entry, Column& column) {
       return fill_one_of(entry, column, &Sms::sub_id, &Mms::sub_id, &Call::sub_id);
     },
     "sub_id"},
    {{"id", "l", true, "_id on that phone"},
     [](const Entry& entry, Column& column) { return fill_one_of(entry, column, &Sms::id, &Mms::id, &Call::id); },
     "_id"},
    {{"source", "u", false, "the name of the store it came from"},
     [](const Entry& entry, Column& column) { return column.text(entry.source); }},
    {{"position", "u", false, "where it was in the store, for people"},
     [](const Entry& entry, Column& column) {
       if (!entry.position.empty()) return column.text(entry.position);
       column.null();
       return true;
     }},
    {{"coarse_key", "u", false, "type, direction and second: duplicates always have the same"}, fill_coarse_key},
    {{"digest", "u", false, "of the content, 32 hexadecimal digits, as tolerant deduplication takes it"},
     [](const Entry& entry, Column& column) { return column.text(content_digest(entry.record).hex()); },
     "*"},
    {{"record", "u", false, "everything, as a JSON line: what records are made of again"}, fill_record, "*"},
}};

}  // namespace

std::span<const FieldOf<Entry>> message_fields() noexcept { return fields; }

}  // namespace smsbackup::arrow
