#include "stores/synctech_xml_columns.hpp"

#include <array>

#include "model/unicode.hpp"

namespace smsbackup::stores::synctech {
namespace {

constexpr std::array sms_order{
    AttributeOrder{"protocol", true}, AttributeOrder{"address", true}, AttributeOrder{"date", true},
    AttributeOrder{"type", true},     AttributeOrder{"subject", true}, AttributeOrder{"body", true},
    AttributeOrder{"toa", true},      AttributeOrder{"sc_toa", true},  AttributeOrder{"service_center", true},
    AttributeOrder{"read", true},     AttributeOrder{"status", true},  AttributeOrder{"locked", true},
    AttributeOrder{"date_sent"},      AttributeOrder{"sub_id"},
};

constexpr std::array mms_order{
    AttributeOrder{"date", true},     AttributeOrder{"ct_t", true},      AttributeOrder{"msg_box", true},
    AttributeOrder{"rr", true},       AttributeOrder{"sub", true},       AttributeOrder{"read_status", true},
    AttributeOrder{"address", true},  AttributeOrder{"m_id", true},      AttributeOrder{"read", true},
    AttributeOrder{"m_size", true},   AttributeOrder{"m_type", true},    AttributeOrder{"text_only", true},
    AttributeOrder{"retr_st", true},  AttributeOrder{"ct_cls", true},    AttributeOrder{"sub_cs", true},
    AttributeOrder{"ct_l", true},     AttributeOrder{"tr_id", true},     AttributeOrder{"st", true},
    AttributeOrder{"m_cls", true},    AttributeOrder{"d_tm", true},      AttributeOrder{"retr_txt_cs", true},
    AttributeOrder{"d_rpt", true},    AttributeOrder{"date_sent", true}, AttributeOrder{"seen", true},
    AttributeOrder{"v", true},        AttributeOrder{"exp", true},       AttributeOrder{"pri", true},
    AttributeOrder{"resp_txt", true}, AttributeOrder{"rpt_a", true},     AttributeOrder{"locked", true},
    AttributeOrder{"retr_txt", true}, AttributeOrder{"resp_st", true},   AttributeOrder{"sub_id"},
    AttributeOrder{"creator"},
};

constexpr std::array address_order{
    AttributeOrder{"address", true},
    AttributeOrder{"type", true},
    AttributeOrder{"charset", true},
};

constexpr std::array part_order{
    AttributeOrder{"seq", true},   AttributeOrder{"ct", true},   AttributeOrder{"name", true},
    AttributeOrder{"chset", true}, AttributeOrder{"cd", true},   AttributeOrder{"fn", true},
    AttributeOrder{"cid", true},   AttributeOrder{"cl", true},   AttributeOrder{"ctt_s", true},
    AttributeOrder{"ctt_t", true}, AttributeOrder{"text", true},
};

constexpr std::array call_order{
    AttributeOrder{"number", true},     AttributeOrder{"duration", true},
    AttributeOrder{"date", true},       AttributeOrder{"type", true},
    AttributeOrder{"presentation"},     AttributeOrder{"subscription_id"},
    AttributeOrder{"post_dial_digits"}, AttributeOrder{"subscription_component_name"},
};

constexpr bool is_plain(char c) noexcept { return c > ' ' && c < 0x7f && c != '%' && c != ';' && c != '='; }

void append_encoded(std::string_view bytes, bool is_name, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const bool sign = is_name && i == 0 && (c == '-' || c == '+');
    if (is_plain(c) && !sign) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 0x0f];
  }
}

std::optional<unsigned> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const std::optional<unsigned> high = hex_digit(text[i + 1]);
    const std::optional<unsigned> low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return bytes;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

template <class Row>
bool apply(std::string_view entry, Row& row) {
  const bool absent = entry.starts_with('-');
  const bool extra = entry.starts_with('+');
  if (absent || extra) entry.remove_prefix(1);
  const std::size_t equals = entry.find('=');
  std::optional<std::string> name = decoded(entry.substr(0, equals));
  std::optional<std::string> value;
  if (equals != std::string_view::npos) value = decoded(entry.substr(equals + 1));
  if (!name || (name->empty() && !extra) || (equals != std::string_view::npos && (!value || absent))) return false;
  *name = model::to_valid_utf8(*name);

  const ColumnOf<Row>* const column = find_column<Row>(*name);
  if (absent) {
    row.extras.erase(*name);
    if (column != nullptr && column->text != nullptr) row.*column->text = Text();
    if (column != nullptr && column->integer != nullptr) row.*column->integer = Integer();
    return true;
  }
  if (extra || column == nullptr) {
    row.extras.insert_or_assign(*std::move(name), std::move(value));
    return true;
  }
  if (column->text != nullptr) {
    row.*column->text = value ? Text(*std::move(value)) : Text(null);
    return true;
  }
  if (!value) {
    row.*column->integer = null;
    return true;
  }
  const std::optional<std::int64_t> number = parse_integer(*value);
  if (number) row.*column->integer = *number;
  return number.has_value();
}

}  // namespace

template <>
std::span<const AttributeOrder> attribute_order<Sms>() noexcept {
  return sms_order;
}
template <>
std::span<const AttributeOrder> attribute_order<Mms>() noexcept {
  return mms_order;
}
template <>
std::span<const AttributeOrder> attribute_order<MmsAddress>() noexcept {
  return address_order;
}
template <>
std::span<const AttributeOrder> attribute_order<MmsPart>() noexcept {
  return part_order;
}
template <>
std::span<const AttributeOrder> attribute_order<Call>() noexcept {
  return call_order;
}

void append_override(OverrideKind kind, std::string_view name, std::optional<std::string_view> value,
                     std::string& overrides) {
  if (!overrides.empty()) overrides += "; ";
  if (kind == OverrideKind::absent) overrides += '-';
  if (kind == OverrideKind::set_extra) overrides += '+';
  append_encoded(name, true, overrides);
  if (!value) return;
  overrides += '=';
  append_encoded(*value, false, overrides);
}

template <class Row>
bool apply_overrides(std::string_view overrides, Row& row) {
  bool all = true;
  while (!overrides.empty()) {
    const std::size_t end = overrides.find(';');
    const std::string_view entry = trimmed(overrides.substr(0, end));
    if (!entry.empty() && !apply(entry, row)) all = false;
    overrides.remove_prefix(end == std::string_view::npos ? overrides.size() : end + 1);
  }
  return all;
}
template bool apply_overrides(std::string_view, Sms&);
template bool apply_overrides(std::string_view, Mms&);
template bool apply_overrides(std::string_view, MmsAddress&);
template bool apply_overrides(std::string_view, MmsPart&);
template bool apply_overrides(std::string_view, Call&);

}  // namespace smsbackup::stores::synctech
