#include <array>
#include <limits>

#include "arrow/tables.hpp"

namespace smsbackup::arrow {
namespace {

bool fill_data(const PartRow& row, Column& column) {
  if (!row.part.data) {
    column.null();
    return true;
  }
  // Not worth gathering what can't be held.
  if (row.part.data->size() > std::numeric_limits<std::int32_t>::max()) {
    column.null();
    return false;
  }
  return column.bytes(row.part.data->bytes());
}

template <Text MmsPart::*member>
bool text(const PartRow& row, Column& column) {
  return fill(row.part.*member, column);
}

template <class Row>
bool row_number(const Row& row, Column& column) {
  column.integer(row.entry.row);
  return true;
}

constexpr std::array<FieldOf<PartRow>, 12> parts = {{
    {{"row", "l", true, "the message's row in the table messages"}, row_number<PartRow>},
    {{"part", "l", true, "which part of the message, from 0"},
     [](const PartRow& row, Column& column) {
       column.integer(row.number);
       return true;
     }},
    {{"seq", "l", true, "the order for showing; -1 for SMIL"},
     [](const PartRow& row, Column& column) { return fill(row.part.seq, column); }},
    {{"content_type", "u", true, "ct"}, text<&MmsPart::ct>},
    {{"name", "u", true, "the file's name"}, text<&MmsPart::name>},
    {{"file_name", "u", true, "fn"}, text<&MmsPart::fn>},
    {{"content_id", "u", true, "cid"}, text<&MmsPart::cid>},
    {{"content_location", "u", true, "cl"}, text<&MmsPart::cl>},
    {{"charset", "l", true, "MIBenum"},
     [](const PartRow& row, Column& column) { return fill(row.part.chset, column); }},
    {{"text", "u", true, "of a text part or SMIL"}, text<&MmsPart::text>},
    {{"size", "l", true, "bytes of data"},
     [](const PartRow& row, Column& column) {
       if (row.part.data) {
         column.integer(static_cast<std::int64_t>(row.part.data->size()));
       } else {
         column.null();
       }
       return true;
     }},
    {{"data", "z", false, "the file's bytes"}, fill_data},
}};

constexpr std::array<FieldOf<PartyRow>, 5> parties = {{
    {{"row", "l", true, "the message's row in the table messages"}, row_number<PartyRow>},
    {{"role", "u", true, "from, to, cc or bcc of an MMS; party of an SMS or call"},
     [](const PartyRow& row, Column& column) {
       if (!row.role.empty()) return column.text(row.role);
       column.null();
       return true;
     }},
    {{"address", "u", true, "as stored; insert-address-token is this phone's own number"},
     [](const PartyRow& row, Column& column) { return fill(row.address, column); }},
    {{"address_type", "l", true, "addr.type of an MMS: 129 bcc, 130 cc, 137 from, 151 to"},
     [](const PartyRow& row, Column& column) { return fill(row.mms ? row.mms->type : Integer(), column); }},
    {{"contact_id", "l", true, "addr.contact_id of an MMS"},
     [](const PartyRow& row, Column& column) { return fill(row.mms ? row.mms->contact_id : Integer(), column); }},
}};

}  // namespace

std::span<const FieldOf<PartRow>> part_fields() noexcept { return parts; }
std::span<const FieldOf<PartyRow>> party_fields() noexcept { return parties; }

}  // namespace smsbackup::arrow
