#include "stores/synctech_xml_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <type_traits>
#include <vector>

#include "model/base64.hpp"
#include "smsbackup/charset.hpp"
#include "stores/synctech_xml_columns.hpp"
#include "stores/xml_references.hpp"

namespace smsbackup::stores::synctech {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view null_text = "null";
constexpr std::size_t flush_size = 64 * 1024;
constexpr std::size_t longest_name = 256;

// Extras that the app writes behind everything else.
constexpr std::array last_attributes{"readable_date"sv, "contact_name"sv};

bool is_last(std::string_view name) noexcept {
  return std::find(last_attributes.begin(), last_attributes.end(), name) != last_attributes.end();
}

// Whether a column can be an attribute of that name, and would be read back as that column.
template <class Row>
bool is_attribute_name(std::string_view name) noexcept {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || name.size() > longest_name || !letter(name.front())) return false;
  if (name == override_attribute || name.starts_with("xml")) return false;
  if (std::is_same_v<Row, MmsPart> && name == "data") return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

template <class Row>
struct Attribute {
  std::string_view name;
  bool always = false;
  const ColumnOf<Row>* column = nullptr;  // none: it is in extras
};

// All that may be written before the extras nobody knows: the app's order, then the provider's.
template <class Row>
const std::vector<Attribute<Row>>& attributes() {
  static const std::vector<Attribute<Row>> all = [] {
    std::vector<Attribute<Row>> list;
    for (const AttributeOrder& each : attribute_order<Row>()) {
      list.push_back({each.name, each.always, find_column<Row>(each.name)});
    }
    for (const ColumnOf<Row>& column : columns_of<Row>()) {
      const bool known =
          std::any_of(list.begin(), list.end(), [&](const auto& each) { return each.name == column.name; });
      if (!known) list.push_back({column.name, false, &column});
    }
    return list;
  }();
  return all;
}

template <class Row>
bool in_attributes(std::string_view name) {
  return std::any_of(attributes<Row>().begin(), attributes<Row>().end(),
                     [&](const auto& each) { return each.name == name; });
}

// The attributes of one row and the overrides that they need.
template <class Row>
class AttributeWriter {
 public:
  AttributeWriter(const Row& row, std::string& text, std::string& overrides)
      : row_(row), text_(text), overrides_(overrides) {}

  // `missing` is written for an extra that the app always has and the row has not.
  void write(std::string_view missing = null_text) {
    overrides_.clear();
    clashes_ = std::any_of(row_.extras.begin(), row_.extras.end(),
                           [](const auto& extra) { return find_column<Row>(extra.first) != nullptr; });
    for (const Attribute<Row>& each : attributes<Row>()) {
      if (each.column != nullptr) {
        put_column(each);
      } else if (const auto found = row_.extras.find(each.name); found != row_.extras.end()) {
        put_extra(found->first, found->second);
      } else if (each.always) {
        put(each.name, missing);
        append_override(OverrideKind::absent, each.name, std::nullopt, overrides_);
      }
    }
    for (const auto& [name, value] : row_.extras) {
      if (find_column<Row>(name) == nullptr && !is_last(name) && !in_attributes<Row>(name)) put_extra(name, value);
    }
    for (const std::string_view name : last_attributes) {
      if (const auto found = row_.extras.find(name); found != row_.extras.end()) put_extra(found->first, found->second);
    }
    if (!overrides_.empty()) put(override_attribute, overrides_);
  }

 private:
  void begin(std::string_view name) {
    text_ += ' ';
    text_ += name;
    text_ += "=\"";
  }

  // Escaped; false if the bytes could not be said.
  bool put(std::string_view name, std::string_view value) {
    begin(name);
    const bool exact = append_escaped(value, text_);
    text_ += '"';
    return exact;
  }

  void put_number(std::string_view name, std::int64_t value) {
    begin(name);
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
    text_ += '"';
  }

  void put_column(const Attribute<Row>& each) {
    if (clashes_) {
      if (const auto clash = row_.extras.find(each.name); clash != row_.extras.end()) {
        put_clash(each, clash->second);
        return;
      }
    }
    put_cell(each);
  }

  void put_cell(const Attribute<Row>& each) {
    const ColumnOf<Row>& column = *each.column;
    if (column.text != nullptr) {
      const Text& cell = row_.*column.text;
      if (cell.has_value()) {
        const bool exact = put(each.name, *cell);
        if (!exact || *cell == null_text) append_override(OverrideKind::set, each.name, *cell, overrides_);
      } else {
        put_no_value(each, cell.is_null());
      }
      return;
    }
    const Integer& cell = row_.*column.integer;
    if (!cell.has_value()) {
      put_no_value(each, cell.is_null());
      return;
    }
    const Time time = time_of(column);
    const std::int64_t in_file = time_to_file(time, *cell);
    put_number(each.name, in_file);
    if (time_from_file(time, in_file) != *cell) {
      append_override(OverrideKind::set, each.name, std::to_string(*cell), overrides_);
    }
  }

  void put_no_value(const Attribute<Row>& each, bool is_null) {
    if (!is_null && !each.always) return;
    put(each.name, null_text);
    if (!is_null) append_override(OverrideKind::absent, each.name, std::nullopt, overrides_);
  }

  // A column in extras that is named like a typed one: what the typed one could not hold.
  void put_clash(const Attribute<Row>& each, const std::optional<std::string>& extra) {
    const ColumnOf<Row>& column = *each.column;
    const bool no_number = column.integer != nullptr && extra && *extra != null_text && !parse_integer(*extra);
    if (no_number && (row_.*column.integer).is_absent()) {
      if (!put(each.name, *extra)) append_override(OverrideKind::set_extra, each.name, *extra, overrides_);
      return;
    }
    put_cell(each);
    append_override(OverrideKind::set_extra, each.name, extra ? std::optional<std::string_view>(*extra) : std::nullopt,
                    overrides_);
  }

  void put_extra(const std::string& name, const std::optional<std::string>& value) {
    if (is_attribute_name<Row>(name)) {
      const bool exact = put(name, value ? std::string_view(*value) : null_text);
      if (exact && value != null_text) return;
    }
    const OverrideKind kind = name.empty() ? OverrideKind::set_extra : OverrideKind::set;
    append_override(kind, name, value ? std::optional<std::string_view>(*value) : std::nullopt, overrides_);
  }

  const Row& row_;
  std::string& text_;
  std::string& overrides_;
  bool clashes_ = false;
};

// The parties as the app joins them. Of a received message, the first to be told is who sent it; where there is only
// one receiver, that is this phone.
void join_parties(const Mms& mms, bool outgoing, std::string& joined) {
  joined.clear();
  const auto is = [](const MmsAddress& row, std::int64_t type) { return row.type == Integer(type); };
  const auto receivers = std::count_if(mms.addresses.begin(), mms.addresses.end(),
                                       [&](const MmsAddress& row) { return !is(row, mms_from); });
  for (const MmsAddress& row : mms.addresses) {
    if (!row.address.has_value() || *row.address == insert_address_token) continue;
    const bool sender = is(row, mms_from);
    if (outgoing ? sender : !sender && receivers == 1 && mms.addresses.size() > 1) continue;
    if (!joined.empty()) joined += '~';
    joined += *row.address;
  }
}

template <class Row>
std::string_view broken_limit_of(const Row& row, const Limits& limits, std::size_t& text) {
  std::size_t columns = row.extras.size();
  std::size_t longest = 0;
  const auto count = [&](const std::string& value) {
    // A replacement for a bad byte takes three.
    const bool grows = value.size() > limits.text_size / 3 && !is_utf8(value);
    text += value.size();
    longest = std::max(longest, grows ? 3 * value.size() : value.size());
  };
  for (const ColumnOf<Row>& column : columns_of<Row>()) {
    ++columns;
    if (column.text != nullptr && (row.*column.text).has_value()) count(*(row.*column.text));
  }
  for (const auto& [name, value] : row.extras) {
    if (name.size() > limits.name_size) return "the length of a name";
    if (value) count(*value);
  }
  if (columns > limits.columns) return "its columns";
  return longest > limits.text_size ? "the text of a column"sv : std::string_view();
}

}  // namespace

std::string root_tag(std::string_view name, std::uint64_t count, std::string_view attributes) {
  const std::string digits = std::to_string(count);
  std::string tag = "<";
  tag += name;
  tag += " count=\"";
  tag += digits;
  tag += '"';
  tag += attributes;
  constexpr std::size_t longest_count = 20;
  tag.append(longest_count - digits.size(), ' ');
  tag += ">\n";
  return tag;
}

std::string_view broken_limit(const Record& record, const Limits& limits) {
  std::size_t text = 0;
  std::string_view broken = std::visit([&](const auto& row) { return broken_limit_of(row, limits, text); }, record);
  if (const auto* const mms = std::get_if<Mms>(&record)) {
    if (mms->parts.size() > limits.parts) return "its parts";
    if (mms->addresses.size() > limits.addresses) return "its addresses";
    for (const MmsPart& part : mms->parts) {
      if (broken.empty()) broken = broken_limit_of(part, limits, text);
      if (part.data && part.data->size() > limits.part_size) return "the data of a part";
    }
    for (const MmsAddress& row : mms->addresses) {
      if (broken.empty()) broken = broken_limit_of(row, limits, text);
    }
  }
  if (broken.empty() && text > limits.text_size) broken = "all its text";
  return broken;
}

void RowWriter::flush(const TextSink& out) {
  if (!text_.empty()) out(text_);
  text_.clear();
}

void RowWriter::write(const Record& record, const TextSink& out) {
  text_.clear();
  if (const auto* const sms = std::get_if<Sms>(&record)) {
    put_row(*sms);
  } else if (const auto* const call = std::get_if<Call>(&record)) {
    put_row(*call);
  } else {
    put_row(*std::get_if<Mms>(&record), direction_of(record) == Direction::outgoing, out);
  }
  flush(out);
}

void RowWriter::put_row(const Sms& sms) {
  text_ += "  <sms";
  AttributeWriter<Sms>(sms, text_, overrides_).write();
  text_ += " />\n";
}

void RowWriter::put_row(const Call& call) {
  text_ += "  <call";
  AttributeWriter<Call>(call, text_, overrides_).write();
  text_ += " />\n";
}

void RowWriter::put_row(const Mms& mms, bool outgoing, const TextSink& out) {
  join_parties(mms, outgoing, joined_);
  text_ += "  <mms";
  AttributeWriter<Mms>(mms, text_, overrides_).write(joined_.empty() ? null_text : std::string_view(joined_));
  text_ += ">\n    <parts>\n";
  for (const MmsPart& part : mms.parts) put_part(part, out);
  text_ += "    </parts>\n    <addrs>\n";
  for (const MmsAddress& row : mms.addresses) {
    text_ += "      <addr";
    AttributeWriter<MmsAddress>(row, text_, overrides_).write();
    text_ += " />\n";
    if (text_.size() >= flush_size) flush(out);
  }
  text_ += "    </addrs>\n  </mms>\n";
}

void RowWriter::put_part(const MmsPart& part, const TextSink& out) {
  text_ += "      <part";
  AttributeWriter<MmsPart>(part, text_, overrides_).write();
  if (part.data) {
    text_ += " data=\"";
    const std::size_t begin = text_.size();
    bool flushed = false;
    base64::Encoder encoder;
    part.data->for_each_chunk([&](std::string_view bytes) {
      // In pieces, also where it comes in one.
      for (constexpr std::size_t most = flush_size / 4 * 3; !bytes.empty();
           bytes.remove_prefix(std::min(most, bytes.size()))) {
        encoder.feed(bytes.substr(0, most), text_);
        if (text_.size() < flush_size) continue;
        flush(out);
        flushed = true;
      }
    });
    encoder.finish(text_);
    // Three bytes there are whose base64 says that there are none.
    if (!flushed && std::string_view(text_).substr(begin) == null_text) text_.replace(begin, null_text.size(), "nu ll");
    text_ += '"';
  }
  text_ += " />\n";
  if (text_.size() >= flush_size) flush(out);
}

}  // namespace smsbackup::stores::synctech
