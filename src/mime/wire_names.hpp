// The header names of the format (docs/wire-format.md), and which of SMS Backup+'s headers carries which column.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "mime/wire_columns.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::mime {

inline constexpr std::string_view wire_version = "1";
inline constexpr std::string_view version_header = "X-smsbackup-version";
inline constexpr std::string_view digest_header = "X-smsbackup-digest";
inline constexpr std::string_view lines_header = "X-smsbackup-lines";
inline constexpr std::string_view columns_header = "X-smsbackup-columns";
inline constexpr std::string_view addresses_header = "X-smsbackup-addresses";
inline constexpr std::string_view parts_header = "X-smsbackup-parts";
inline constexpr std::string_view part_header = "X-smsbackup-part";
inline constexpr std::string_view hidden_part_header = "X-smsbackup-hidden-part";
inline constexpr std::string_view overflow_header = "X-smsbackup-overflow";

// Marks in a part's list: what its MIME body is, and its line ends.
inline constexpr std::string_view text_mark = "text";
inline constexpr std::string_view data_mark = "data";
inline constexpr std::string_view lines_mark = "lines";

// A header section stays below this; what would make it longer goes into a MIME part of its own.
inline constexpr std::size_t longest_list = 32 * 1024;
inline constexpr std::size_t longest_line_list = 4 * 1024;
// SMS Backup+ has no use for values longer than that; X-smsbackup-columns has them whole.
inline constexpr std::size_t longest_seed_value = 900;

// SMS Backup+'s headers with columns in them.
enum class SeedHeader : std::uint8_t {
  address,
  id,
  type,
  date,
  thread,
  read,
  status,
  protocol,
  service_center,
  duration
};
inline constexpr std::size_t seed_headers = 10;

constexpr std::string_view name_of(SeedHeader header) noexcept {
  constexpr std::array<std::string_view, seed_headers> names = {
      "X-smssync-address", "X-smssync-id",     "X-smssync-type",     "X-smssync-date",           "X-smssync-thread",
      "X-smssync-read",    "X-smssync-status", "X-smssync-protocol", "X-smssync-service_center", "X-smssync-duration"};
  return names[static_cast<std::size_t>(header)];
}

template <class Row>
struct SeedColumn {
  SeedHeader header;
  const ColumnOf<Row>* column;
  std::uint64_t bit;
  std::array<char, 32> start;  // "X-smssync-id: ", of one size to be copied at once
  std::size_t start_size;
};

template <class Row>
constexpr SeedColumn<Row> seed_column(SeedHeader header, std::string_view name) {
  SeedColumn<Row> seed{header, nullptr, 1, {}, 0};
  for (const char c : name_of(header)) seed.start[seed.start_size++] = c;
  for (const char c : {':', ' '}) seed.start[seed.start_size++] = c;
  for (const ColumnOf<Row>& column : model::Table<Row>::columns) {
    if (column.name == name) {
      seed.column = &column;
      return seed;
    }
    seed.bit <<= 1;
  }
  return seed;
}

template <class Row>
struct SeedColumns;

// In the order of SMS Backup+'s mails; the address stands before all others.
template <>
struct SeedColumns<Sms> {
  static constexpr std::array columns = {
      seed_column<Sms>(SeedHeader::address, "address"),
      seed_column<Sms>(SeedHeader::id, "_id"),
      seed_column<Sms>(SeedHeader::type, "type"),
      seed_column<Sms>(SeedHeader::date, "date"),
      seed_column<Sms>(SeedHeader::thread, "thread_id"),
      seed_column<Sms>(SeedHeader::read, "read"),
      seed_column<Sms>(SeedHeader::status, "status"),
      seed_column<Sms>(SeedHeader::protocol, "protocol"),
      seed_column<Sms>(SeedHeader::service_center, "service_center"),
  };
};
// X-smssync-address is no column of an MMS.
template <>
struct SeedColumns<Mms> {
  static constexpr std::array columns = {
      seed_column<Mms>(SeedHeader::id, "_id"),    seed_column<Mms>(SeedHeader::type, "m_type"),
      seed_column<Mms>(SeedHeader::date, "date"), seed_column<Mms>(SeedHeader::thread, "thread_id"),
      seed_column<Mms>(SeedHeader::read, "read"),
  };
};
template <>
struct SeedColumns<Call> {
  static constexpr std::array columns = {
      seed_column<Call>(SeedHeader::address, "number"),    seed_column<Call>(SeedHeader::id, "_id"),
      seed_column<Call>(SeedHeader::type, "type"),         seed_column<Call>(SeedHeader::date, "date"),
      seed_column<Call>(SeedHeader::duration, "duration"),
  };
};

}  // namespace smsbackup::mime
