#include "model/jsonl_reader.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/base64.hpp"
#include "model/jsonl_names.hpp"
#include "model/unicode.hpp"
#include "smsbackup/columns.hpp"
#include "smsbackup/jsonl.hpp"

namespace smsbackup {
namespace {

using model::JsonKind;
using model::JsonReader;
namespace key = model::key;

// What the provider would print for a value; nothing for null. Arrays and objects that mean nothing to us are kept as
// they are written. The view is good until the reader or `scratch` is used again.
std::optional<std::string_view> read_value(JsonReader& in, std::string& scratch, std::uint64_t max_size) {
  switch (in.kind()) {
    case JsonKind::string:
      return in.string(scratch, max_size);
    case JsonKind::number:
    case JsonKind::boolean:
      return in.literal(scratch);
    case JsonKind::null:
      if (in.literal(scratch) != "null") in.fail(ErrorCode::corrupt_input, "there should be a value");
      return std::nullopt;
    case JsonKind::object:
    case JsonKind::array:
      scratch.clear();
      in.raw(scratch, max_size);
      return scratch;
    case JsonKind::end:
      break;
  }
  in.fail(ErrorCode::truncated_input, "a value is missing");
}

// Reads the values of one object's keys, as far as every row may have them, and tells them to a target:
// target.set(name, text) for a column, target.set_apart(name, text) for what stands in "__extras".
class ColumnReader {
 public:
  ColumnReader(JsonReader& in, const Limits& limits) : in_(in), limits_(limits) {}

  bool next_key() {
    if (!in_.next_key(name_)) return false;
    if (++keys_ > limits_.columns + own_keys) in_.fail(ErrorCode::limit_exceeded, "too many keys");
    clean(name_);
    return true;
  }
  const std::string& name() const noexcept { return name_; }

  template <class Target>
  void read(Target& target) {
    if (name_ == key::null_columns && in_.kind() == JsonKind::array) {
      in_.enter_array();
      while (in_.next_element()) {
        name_ = in_.string(scratch_, limits_.name_size);
        clean(name_);
        count_column();
        target.set(name_, std::nullopt);
      }
    } else if (name_ == key::extras && in_.kind() == JsonKind::object) {
      read_extras(target);
    } else {
      count_column();
      const std::uint64_t max_size = limits_.text_size;
      target.set(name_,
                 read_value(in_, scratch_, model::names_base64(name_) ? base64::encoded_size(max_size) : max_size));
    }
  }

  std::string& scratch() noexcept { return scratch_; }

 private:
  // More than our own keys that are no columns.
  static constexpr std::size_t own_keys = 16;

  void count_column() {
    if (++columns_ > limits_.columns) in_.fail(ErrorCode::limit_exceeded, "too many columns");
  }

  void clean(std::string& name) const {
    if (model::utf8_prefix(name, false) != name.size()) name = model::to_valid_utf8(name);
    const std::size_t mark = model::names_base64(name) ? key::base64.size() : 0;
    if (name.size() - mark > limits_.name_size) in_.fail(ErrorCode::limit_exceeded, "a column's name is too long");
  }

  template <class Target>
  void read_extras(Target& target) {
    std::string mark;
    in_.enter_object();
    while (in_.next_key(name_)) {
      clean(name_);
      count_column();
      if (in_.kind() != JsonKind::object) {
        target.set_apart(name_, read_value(in_, scratch_, limits_.text_size));
        continue;
      }
      in_.enter_object();
      if (!in_.next_key(mark) || mark != key::base64) in_.fail(ErrorCode::corrupt_input, "there should be base64");
      const auto bytes = base64::decode(in_.string(scratch_, base64::encoded_size(limits_.text_size)));
      if (!bytes) in_.fail(ErrorCode::corrupt_input, "the base64 is wrong");
      if (in_.next_key(mark)) in_.fail(ErrorCode::corrupt_input, "there should be nothing beside the base64");
      target.set_apart(name_, *bytes);
    }
  }

  JsonReader& in_;
  const Limits& limits_;
  std::string name_;
  std::string scratch_;
  std::size_t columns_ = 0;
  std::size_t keys_ = 0;
};

// Fills one row from its values, in whatever order they come. An equal key later in the object wins.
template <class Row>
class RowBuilder {
 public:
  void set(std::string_view name, std::optional<std::string_view> text) {
    if (text && model::names_base64(name)) {
      if (const auto bytes = base64::decode(*text)) {
        set_column(row_, name.substr(0, name.size() - key::base64.size()), *bytes);
        return;
      }
    }
    if constexpr (std::is_same_v<Row, Mms>) {
      if (text && name == key::date_ms && (exact_date_ = parse_integer(*text))) return;
      if (text && name == key::date_sent_ms && (exact_date_sent_ = parse_integer(*text))) return;
    }
    set_column(row_, name, text);
  }

  void set_apart(std::string_view name, std::optional<std::string_view> text) {
    apart_.insert_or_assign(std::string(name), text);
  }

  // The row; what it held until now.
  Row finish() {
    if constexpr (std::is_same_v<Row, Mms>) {
      if (exact_date_) set_exact(*exact_date_, "date", row_.date, key::date_ms);
      if (exact_date_sent_) set_exact(*exact_date_sent_, "date_sent", row_.date_sent, key::date_sent_ms);
    }
    for (auto& [name, value] : apart_) row_.extras.insert_or_assign(name, std::move(value));
    return std::move(row_);
  }

 private:
  // The exact time counts if it is the one that the seconds were made of. Whoever changes `date` needn't know of it.
  void set_exact(std::int64_t exact, std::string_view name, Integer& cell, std::string_view exact_name) {
    const std::int64_t seconds = model::whole_seconds(exact);
    if (cell.has_value() && model::whole_seconds(*cell) == seconds) {
      cell = exact;
      return;
    }
    const auto extra = row_.extras.find(name);
    if (extra != row_.extras.end() && extra->second == std::to_string(seconds)) {  // beyond int64 as milliseconds
      row_.extras.erase(extra);
      cell = exact;
    } else {
      row_.extras.insert_or_assign(std::string(exact_name), std::to_string(exact));
    }
  }

  Row row_;
  Extras apart_;
  std::optional<std::int64_t> exact_date_;
  std::optional<std::int64_t> exact_date_sent_;
};

MmsAddress read_address(JsonReader& in, const Limits& limits) {
  RowBuilder<MmsAddress> builder;
  ColumnReader columns(in, limits);
  in.enter_object();
  while (columns.next_key()) columns.read(builder);
  return builder.finish();
}

std::vector<MmsAddress> read_addresses(JsonReader& in, const Limits& limits) {
  std::vector<MmsAddress> rows;
  in.enter_array();
  while (in.next_element()) {
    if (rows.size() == limits.addresses) in.fail(ErrorCode::limit_exceeded, "too many addresses");
    rows.push_back(read_address(in, limits));
  }
  return rows;
}

Blob read_data(JsonReader& in, const Limits& limits) {
  BlobWriter writer(limits.blob_memory);
  base64::Decoder decoder;
  std::string bytes;
  in.string_pieces([&](std::string_view piece) {
    bytes.clear();
    if (!decoder.feed(piece, bytes)) in.fail(ErrorCode::corrupt_input, "the base64 is wrong");
    writer.take(std::move(bytes));
    if (writer.size() > limits.part_size) in.fail(ErrorCode::limit_exceeded, "a part is too large");
  });
  bytes.clear();
  if (!decoder.finish(bytes)) in.fail(ErrorCode::corrupt_input, "the base64 is wrong");
  writer.take(std::move(bytes));
  return writer.finish();
}

MmsPart read_part(JsonReader& in, const Limits& limits) {
  RowBuilder<MmsPart> builder;
  std::optional<Blob> data;
  ColumnReader columns(in, limits);
  in.enter_object();
  while (columns.next_key()) {
    if (columns.name() != key::data && columns.name() != key::data_v1) {
      columns.read(builder);
    } else if (in.kind() == JsonKind::null) {
      in.skip();
      data.reset();
    } else {
      data = read_data(in, limits);
    }
  }
  MmsPart part = builder.finish();
  part.data = std::move(data);
  return part;
}

std::vector<MmsPart> read_parts(JsonReader& in, const Limits& limits) {
  std::vector<MmsPart> parts;
  in.enter_array();
  while (in.next_element()) {
    if (parts.size() == limits.parts) in.fail(ErrorCode::limit_exceeded, "too many parts");
    parts.push_back(read_part(in, limits));
  }
  return parts;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class MmsBuilder : public RowBuilder<Mms> {
 public:
  // Whether only an MMS has such a key with such a value.
  static bool is_structure(std::string_view name, JsonKind kind) noexcept {
    if (kind == JsonKind::object) return is_one_of(name, {key::sender, key::sender_v1});
    if (kind != JsonKind::array) return false;
    return is_one_of(name, {key::parts, key::parts_v1, key::recipients, key::recipients_v1, key::addresses_v1});
  }

  void read_structure(std::string_view name, JsonReader& in, const Limits& limits) {
    if (is_one_of(name, {key::sender, key::sender_v1})) {
      sender_ = read_address(in, limits);
      if (sender_->type.is_absent()) sender_->type = mms_from;
    } else if (is_one_of(name, {key::parts, key::parts_v1})) {
      parts_ = read_parts(in, limits);
    } else {
      recipients_ = read_addresses(in, limits);
    }
  }

  void set(std::string_view name, std::optional<std::string_view> text) {
    if (text && name == key::sender_index) {
      if (const auto index = parse_integer(*text); index && *index >= 0) {
        sender_index_ = static_cast<std::uint64_t>(*index);
        return;
      }
    }
    RowBuilder<Mms>::set(name, text);
  }

  Mms finish() {
    Mms mms = RowBuilder<Mms>::finish();
    mms.addresses = std::move(recipients_);
    if (sender_) {
      const auto index = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(sender_index_, mms.addresses.size()));
      mms.addresses.insert(mms.addresses.begin() + index, std::move(*sender_));
    }
    mms.parts = std::move(parts_);
    return mms;
  }

 private:
  std::optional<MmsAddress> sender_;
  std::uint64_t sender_index_ = 0;
  std::vector<MmsAddress> recipients_;
  std::vector<MmsPart> parts_;
};

// What was read before anything told the type.
struct EarlyValues {
  std::vector<std::pair<std::string, std::optional<std::string>>> columns;
  Extras apart;

  void set(std::string_view name, std::optional<std::string_view> text) { columns.emplace_back(name, text); }
  void set_apart(std::string_view name, std::optional<std::string_view> text) {
    apart.insert_or_assign(std::string(name), text);
  }
  bool has(std::string_view name) const noexcept {
    return std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return column.first == name; });
  }
  RecordType guessed_type() const noexcept {
    if (has("m_type") || has("msg_box")) return RecordType::mms;
    if (has("duration") && (has("number") || !(has("address") || has("body")))) return RecordType::call;
    return RecordType::sms;
  }
};

class RecordReader {
 public:
  RecordReader(JsonReader& in, const Limits& limits) : in_(in), limits_(limits), columns_(in, limits) {}

  Record read() {
    in_.enter_object();
    while (columns_.next_key()) {
      if (columns_.name() == key::type) {
        read_type();
      } else if (sms_) {
        columns_.read(*sms_);
      } else if (call_) {
        columns_.read(*call_);
      } else if (MmsBuilder::is_structure(columns_.name(), in_.kind())) {
        if (!mms_) become(RecordType::mms);
        mms_->read_structure(columns_.name(), in_, limits_);
      } else if (mms_) {
        columns_.read(*mms_);
      } else {
        columns_.read(early_);
      }
    }
    if (!type_) become(early_.guessed_type());
    if (sms_) return sms_->finish();
    if (call_) return call_->finish();
    return mms_->finish();
  }

 private:
  void read_type() {
    if (in_.kind() != JsonKind::string) in_.fail(ErrorCode::corrupt_input, "__type should be a string");
    const std::string_view text = in_.string(columns_.scratch(), limits_.name_size);
    for (const RecordType type : {RecordType::sms, RecordType::mms, RecordType::call}) {
      if (text != to_string(type)) continue;
      if (!type_) become(type);
      if (*type_ != type) in_.fail(ErrorCode::corrupt_input, "__type contradicts what came before it");
      return;
    }
    in_.fail(ErrorCode::corrupt_input, "__type should be sms, mms or call");
  }

  void become(RecordType type) {
    type_ = type;
    switch (type) {
      case RecordType::sms:
        return replay_into(sms_.emplace());
      case RecordType::mms:
        return replay_into(mms_.emplace());
      case RecordType::call:
        return replay_into(call_.emplace());
    }
  }

  template <class Builder>
  void replay_into(Builder& builder) {
    for (const auto& [name, text] : early_.columns) builder.set(name, text);
    for (const auto& [name, text] : early_.apart) builder.set_apart(name, text);
    early_ = {};
  }

  JsonReader& in_;
  const Limits& limits_;
  ColumnReader columns_;
  std::optional<RecordType> type_;
  EarlyValues early_;
  std::optional<RowBuilder<Sms>> sms_;
  std::optional<MmsBuilder> mms_;
  std::optional<RowBuilder<Call>> call_;
};

}  // namespace

Record model::read_json_record(JsonReader& in, const Limits& limits) { return RecordReader(in, limits).read(); }

Record from_json(std::string_view line, const Limits& limits) {
  JsonReader in(line, limits);
  Record record = model::read_json_record(in, limits);
  in.expect_end();
  return record;
}

}  // namespace smsbackup
