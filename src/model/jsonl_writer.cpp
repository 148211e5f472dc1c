#include <array>
#include <charconv>
#include <string>
#include <type_traits>
#include <vector>

#include "model/base64.hpp"
#include "model/column_tables.hpp"
#include "model/jsonl_names.hpp"
#include "model/unicode.hpp"
#include "smsbackup/jsonl.hpp"

namespace smsbackup {
namespace {

using model::Table;
namespace key = model::key;

// Which bytes can't stand in a JSON string as they are. 0xed may begin a half surrogate.
constexpr std::array<bool, 256> needs_a_look = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = table['\\'] = table[0xed] = true;
  return table;
}();

class Writer {
 public:
  // With a sink, `out` is only the buffer in front of it.
  Writer(std::string& out, const ByteSink* sink) : out_(out), sink_(sink) {}

  void record(const Sms& sms) {
    begin("sms");
    row(sms);
    out_ += '}';
  }

  void record(const Call& call) {
    begin("call");
    row(call);
    out_ += '}';
  }

  void record(const Mms& mms) {
    begin("mms");
    row(mms);
    addresses(mms.addresses);
    if (!mms.parts.empty()) {
      name(key::parts);
      out_ += '[';
      for (const MmsPart& part : mms.parts) {
        if (&part != &mms.parts.front()) out_ += ',';
        this->part(part);
      }
      out_ += ']';
    }
    out_ += '}';
  }

  void flush() {
    if (sink_ == nullptr || out_.empty()) return;
    (*sink_)(out_);
    out_.clear();
  }

 private:
  static constexpr std::size_t piece_size = 64 * 1024;

  void flush_when_large() {
    if (sink_ != nullptr && out_.size() >= piece_size) flush();
  }

  void begin(std::string_view type) {
    out_ += "{\"__type\":\"";
    out_ += type;
    out_ += '"';
    first_ = false;
  }

  void open_object() {
    out_ += '{';
    first_ = true;
  }

  // The comma, the key and the colon.
  void name(std::string_view text) {
    if (!first_) out_ += ',';
    first_ = false;
    string(text);
    out_ += ':';
  }

  // For names known to need no escape.
  void plain_name(std::string_view text) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += text;
    out_ += "\":";
  }

  void string(std::string_view text) {
    out_ += '"';
    std::size_t run = 0;
    for (std::size_t i = 0; i < text.size();) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (!needs_a_look[byte]) {
        ++i;
        continue;
      }
      const bool half = byte == 0xed && static_cast<unsigned char>(text[i + 1]) >= 0xa0;
      if (byte == 0xed && !half) {
        i += 3;
        continue;
      }
      out_.append(text, run, i - run);
      flush_when_large();
      if (half) {
        const auto second = static_cast<unsigned char>(text[i + 1]);
        const auto third = static_cast<unsigned char>(text[i + 2]);
        unicode_escape(0xd000u | (second & 0x3fu) << 6 | (third & 0x3fu));
        i += 3;
      } else {
        escape(text[i]);
        ++i;
      }
      run = i;
    }
    out_.append(text, run, text.size() - run);
    out_ += '"';
    flush_when_large();
  }

  void escape(char c) {
    constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
    constexpr std::string_view names = "\"\\bfnrt";
    const std::size_t which = meanings.find(c);
    if (which == std::string_view::npos) {
      unicode_escape(static_cast<unsigned char>(c));
    } else {
      out_ += '\\';
      out_ += names[which];
    }
  }

  void unicode_escape(unsigned unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    const char text[] = {
        '\\', 'u', digits[unit >> 12 & 0xf], digits[unit >> 8 & 0xf], digits[unit >> 4 & 0xf], digits[unit & 0xf]};
    out_.append(text, sizeof text);
  }

  void number(std::int64_t value) {
    std::array<char, 24> digits;  // NOLINT: to_chars fills it
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out_ += '"';
    out_.append(digits.data(), end);
    out_ += '"';
  }

  void base64_string(std::string_view bytes) {
    out_ += '"';
    base64::encode(bytes, out_);
    out_ += '"';
  }

  // A column that has text: under its name, or under "<name>__base64__" when it can't be written as text.
  void text_column(std::string_view column, std::string_view text) {
    if (is_utf8(text, true)) {
      name(column);
      string(text);
    } else {
      name(std::string(column) += key::base64);
      base64_string(text);
    }
  }

  static bool is_utf8(std::string_view text, bool halves) { return model::utf8_prefix(text, halves) == text.size(); }

  template <class Row>
  void row(const Row& row) {
    bool any_null = false;
    for (const ColumnOf<Row>& column : Table<Row>::columns) {
      if (column.text != nullptr) {
        const Text& cell = row.*column.text;
        any_null |= cell.is_null();
        if (cell.has_value()) text_column(column.name, *cell);
      } else {
        const Integer& cell = row.*column.integer;
        any_null |= cell.is_null();
        if (cell.has_value()) integer_column(column, *cell);
      }
    }
    bool any_nested = false;
    for (const auto& [extra, value] : row.extras) {
      if (!stands_beside_columns(row, extra, value)) {
        any_nested = true;
      } else if (value) {
        text_column(model::to_valid_utf8(extra), *value);
      } else {
        any_null = true;
      }
    }
    if (any_null) null_columns(row);
    if (any_nested) nested_extras(row);
  }

  template <class Row>
  void integer_column(const ColumnOf<Row>& column, std::int64_t value) {
    plain_name(column.name);
    if (column.unit != Unit::seconds) {
      number(value);
      return;
    }
    const std::int64_t seconds = model::whole_seconds(value);
    number(seconds);
    if (model::member_value(std::to_string(seconds), Unit::seconds) != value) {
      plain_name(column.name == "date" ? key::date_ms : key::date_sent_ms);
      number(value);
    }
  }

  // Whether an extra may be written like a column and is read back as the extra that it is.
  template <class Row>
  static bool stands_beside_columns(const Row& row, std::string_view name, const std::optional<std::string>& value) {
    if (model::is_reserved(name)) return false;
    const ColumnOf<Row>* const column = find_column<Row>(name);
    if (column == nullptr) return true;
    return column->integer != nullptr && (row.*column->integer).is_absent() && value &&
           !model::member_value(*value, column->unit);
  }

  template <class Row>
  void null_columns(const Row& row) {
    name(key::null_columns);
    char separator = '[';
    const auto item = [&](std::string_view text) {
      out_ += separator;
      separator = ',';
      string(text);
    };
    for (const ColumnOf<Row>& column : Table<Row>::columns) {
      if (column.text != nullptr ? (row.*column.text).is_null() : (row.*column.integer).is_null()) item(column.name);
    }
    for (const auto& [extra, value] : row.extras) {
      if (!value && stands_beside_columns(row, extra, value)) item(model::to_valid_utf8(extra));
    }
    out_ += ']';
  }

  template <class Row>
  void nested_extras(const Row& row) {
    name(key::extras);
    open_object();
    for (const auto& [extra, value] : row.extras) {
      if (stands_beside_columns(row, extra, value)) continue;
      name(model::to_valid_utf8(extra));
      if (!value) {
        out_ += "null";
      } else if (is_utf8(*value, true)) {
        string(*value);
      } else {
        open_object();
        name(key::base64);
        base64_string(*value);
        out_ += '}';
      }
    }
    out_ += '}';
    first_ = false;
  }

  void address(const MmsAddress& address) {
    open_object();
    row(address);
    out_ += '}';
    first_ = false;
  }

  void addresses(const std::vector<MmsAddress>& rows) {
    std::size_t sender = 0;
    while (sender < rows.size() && rows[sender].type != Integer(mms_from)) ++sender;
    if (sender < rows.size()) {
      name(key::sender);
      address(rows[sender]);
      if (sender != 0) {
        name(key::sender_index);
        number(static_cast<std::int64_t>(sender));
      }
    }
    if (rows.size() <= (sender < rows.size() ? 1u : 0u)) return;
    name(key::recipients);
    char separator = '[';
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i == sender) continue;
      out_ += separator;
      separator = ',';
      address(rows[i]);
    }
    out_ += ']';
  }

  void part(const MmsPart& part) {
    open_object();
    row(part);
    if (part.data) {
      name(key::data);
      out_ += '"';
      base64::Encoder encoder;
      part.data->for_each_chunk([&](std::string_view chunk) {
        for (; !chunk.empty(); chunk.remove_prefix(std::min(chunk.size(), piece_size))) {
          encoder.feed(chunk.substr(0, piece_size), out_);
          flush_when_large();
        }
      });
      encoder.finish(out_);
      out_ += '"';
    }
    out_ += '}';
    first_ = false;
  }

  std::string& out_;
  const ByteSink* sink_;
  bool first_ = true;
};

void write(const Record& record, Writer& writer) {
  std::visit([&](const auto& row) { writer.record(row); }, record);
}

}  // namespace

void to_json(const Record& record, std::string& out) {
  Writer writer(out, nullptr);
  write(record, writer);
}

void to_json(const Record& record, const ByteSink& out) {
  std::string buffer;
  Writer writer(buffer, &out);
  write(record, writer);
  writer.flush();
}

}  // namespace smsbackup
