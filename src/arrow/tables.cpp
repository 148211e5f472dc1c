#include "arrow/tables.hpp"

#include <algorithm>
#include <string>

#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

template <class Row>
std::vector<ArrowField> fields_only(std::span<const arrow::FieldOf<Row>> all) {
  std::vector<ArrowField> fields;
  for (const auto& one : all) fields.push_back(one.field);
  return fields;
}

std::string_view role_of(const Integer& type) noexcept {
  if (!type.has_value()) return {};
  switch (*type) {
    case mms_from:
      return "from";
    case mms_to:
      return "to";
    case mms_cc:
      return "cc";
    case mms_bcc:
      return "bcc";
    default:
      return {};
  }
}

}  // namespace

std::span<const ArrowField> arrow_fields(ArrowTable table) noexcept {
  static const std::vector<ArrowField> messages = fields_only(arrow::message_fields());
  static const std::vector<ArrowField> parts = fields_only(arrow::part_fields());
  static const std::vector<ArrowField> parties = fields_only(arrow::party_fields());
  switch (table) {
    case ArrowTable::parts:
      return parts;
    case ArrowTable::parties:
      return parties;
    case ArrowTable::messages:
      break;
  }
  return messages;
}

namespace arrow {

TableBuilder::TableBuilder(ArrowTable table, std::span<const std::string> columns) : table_(table) {
  const auto all = arrow_fields(table);
  if (columns.empty()) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].by_default) chosen_.push_back(i);
    }
  }
  for (const std::string& name : columns) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const ArrowField& field) { return field.name == name; });
    if (found == all.end()) {
      std::string known;
      for (const ArrowField& field : all) known += (known.empty() ? "" : ", ") + std::string(field.name);
      throw Error(ErrorCode::invalid_argument, "making a table: it has no column " + name, "There are " + known + ".");
    }
    chosen_.push_back(static_cast<std::size_t>(found - all.begin()));
  }
  for (const std::size_t i : chosen_) {
    fields_.push_back(all[i]);
    columns_.emplace_back(kind_of(all[i].format));
  }
}

Needs TableBuilder::needs() const {
  Needs needs;
  needs.positions = false;
  auto& columns = needs.columns.emplace();
  if (table_ != ArrowTable::messages) return needs;
  bool all = false;
  for (const std::size_t i : chosen_) {
    const FieldOf<Entry>& field = message_fields()[i];
    if (field.field.name == "position") needs.positions = true;
    if (field.needs == "*") all = true;
    for (std::string_view rest = field.needs; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      columns.emplace(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  if (all) needs.columns.reset();
  return needs;
}

template <class Row>
bool TableBuilder::add_row(const Row& row, std::span<const FieldOf<Row>> all) {
  bool fits = true;
  for (std::size_t i = 0; i < chosen_.size(); ++i) fits = all[chosen_[i]].fill(row, columns_[i]) && fits;
  ++rows_;
  return fits;
}

bool TableBuilder::add(const Entry& entry) {
  if (table_ == ArrowTable::messages) return add_row(entry, message_fields());
  bool fits = true;
  const auto* mms = std::get_if<Mms>(&entry.record);
  if (table_ == ArrowTable::parts) {
    std::int64_t number = 0;
    if (mms != nullptr) {
      for (const MmsPart& part : mms->parts) fits = add_row(PartRow{entry, part, number++}, part_fields()) && fits;
    }
    return fits;
  }
  if (mms != nullptr) {
    for (const MmsAddress& row : mms->addresses) {
      fits = add_row(PartyRow{entry, role_of(row.type), row.address, &row}, party_fields()) && fits;
    }
    return fits;
  }
  const auto* sms = std::get_if<Sms>(&entry.record);
  const Text& address = sms != nullptr ? sms->address : std::get<Call>(entry.record).number;
  return address.has_value() ? add_row(PartyRow{entry, "party", address, nullptr}, party_fields()) : true;
}

std::size_t TableBuilder::byte_size() const noexcept {
  std::size_t bytes = 0;
  for (const Column& column : columns_) bytes += column.byte_size();
  return bytes;
}

void TableBuilder::move_to(ArrowArray* out) {
  move_to_struct(columns_, rows_, out);
  rows_ = 0;
}

}  // namespace arrow
}  // namespace smsbackup
