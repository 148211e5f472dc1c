// The keys of our JSON lines that are no columns, and which names would be taken for one of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace smsbackup::model {

namespace key {
inline constexpr std::string_view type = "__type";
inline constexpr std::string_view null_columns = "__null";
inline constexpr std::string_view extras = "__extras";
inline constexpr std::string_view base64 = "__base64__";  // also the end of a column's name
inline constexpr std::string_view date_ms = "__date_ms";
inline constexpr std::string_view date_sent_ms = "__date_sent_ms";
inline constexpr std::string_view sender = "__sender_address";
inline constexpr std::string_view sender_index = "__sender_index";
inline constexpr std::string_view recipients = "__recipient_addresses";
inline constexpr std::string_view parts = "__parts";
inline constexpr std::string_view data = "__data";
// SMS Import / Export, version 1
inline constexpr std::string_view sender_v1 = "sender_address";
inline constexpr std::string_view recipients_v1 = "recipient_addresses";
inline constexpr std::string_view addresses_v1 = "__addresses";
inline constexpr std::string_view parts_v1 = "parts";
inline constexpr std::string_view data_v1 = "binary_data";
}  // namespace key

// "body__base64__" is the column "body".
constexpr bool names_base64(std::string_view name) noexcept {
  if (!name.ends_with(key::base64)) return false;
  const std::string_view column = name.substr(0, name.size() - key::base64.size());
  return !column.empty() && !column.starts_with("__");
}

// Names that must not stand beside the columns, because they would be read as something else there.
constexpr bool is_reserved(std::string_view name) noexcept {
  return name.empty() || name.starts_with("__") || name.ends_with(key::base64) || name == key::data_v1;
}

// Whole seconds, rounded down.
constexpr std::int64_t whole_seconds(std::int64_t milliseconds) noexcept {
  return milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
}

}  // namespace smsbackup::model
