#include "stores/synctech_xml_row.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "model/unicode.hpp"
#include "smsbackup/charset.hpp"
#include "stores/xml_references.hpp"

namespace smsbackup::stores::synctech {
namespace {

// One row may fill many columns up to their limit; all of them together stay below this many of the largest.
constexpr std::size_t text_columns = 8;
// Part data that one record holds in memory; the rest goes to temporary files, of which there are only so many.
constexpr std::size_t most_in_memory = 16 << 20;
constexpr std::size_t most_files = 256;

bool is_null(std::string_view value) noexcept { return value == "null"; }

bool queries_look_at(std::string_view name) noexcept {
  return name == "type" || name == "date" || name == "address" || name == "number";
}

bool tag_ends(const char* at) noexcept {
  if (*at == ' ') ++at;
  return *at == '>' || (*at == '/' && at[1] == '>');
}

// As parse_integer(), for the numbers that files are full of.
std::optional<std::int64_t> to_number(std::string_view digits) noexcept {
  constexpr std::size_t surely_fits = 18;
  if (digits.empty() || digits.size() > surely_fits || digits.front() < '1') {
    return digits == "0" ? std::optional<std::int64_t>(0) : parse_integer(digits);
  }
  std::int64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace

template <class Row>
bool RowReader<Row>::Slot::begins(const char* at) const noexcept {
  // All of it can be read: the tokenizer's buffer is longer than its bytes.
  Words bytes;
  std::memcpy(bytes.data(), at, sizeof bytes);
  std::uint64_t differences = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) differences |= (bytes[i] ^ pattern[i]) & mask[i];
  return differences == 0 && size != 0;
}

template <class Row>
typename RowReader<Row>::Slot RowReader<Row>::make_slot(std::string_view name, RowNotes& notes) const {
  Slot slot;
  slot.name = name;
  if (!is_utf8(name)) {
    // No pattern: the name in the file has to be reported, and replaced, each time.
    slot.name = model::to_valid_utf8(name);
    notes.bad_name = true;
  } else if (name.size() + 3 <= sizeof slot.pattern) {
    const std::string pattern = ' ' + slot.name + "=\"";
    std::memcpy(slot.pattern.data(), pattern.data(), pattern.size());
    std::memset(slot.mask.data(), 0xff, pattern.size());
    slot.size = pattern.size();
  }
  if (name == override_attribute) {
    slot.kind = Kind::overrides;
  } else if (std::is_same_v<Row, MmsPart> && name == "data") {
    slot.kind = Kind::data;
  } else if (const ColumnOf<Row>* const column = find_column<Row>(slot.name); column != nullptr) {
    slot.kind = column->text != nullptr ? Kind::text : Kind::integer;
    slot.integer = column->integer;
    slot.text = column->text;
    slot.time = time_of(*column);
    slot.bit = 1ULL << (column - columns_of<Row>().data());
  }
  if (slot.kind == Kind::overrides) slot.bit = override_bit;
  const bool can_be_ignored = slot.kind == Kind::integer || slot.kind == Kind::text || slot.kind == Kind::extra;
  if (can_be_ignored && wanted_ && wanted_->count(slot.name) == 0 && !queries_look_at(slot.name)) {
    slot.kind = Kind::ignored;
  }
  return slot;
}

// The slot of that name, at `place` or behind it; a new one goes to `place`.
template <class Row>
const typename RowReader<Row>::Slot& RowReader<Row>::slot_named(std::string_view name, std::size_t& place,
                                                                RowNotes& notes) {
  for (std::size_t i = place; i < order_.size(); ++i) {
    if (order_[i].size != 0 && order_[i].name == name) {
      place = i;
      return order_[i];
    }
  }
  // Found earlier: the rows of this file come in several orders, and the order learnt first stays.
  for (std::size_t i = 0; i < place && i < order_.size(); ++i) {
    if (order_[i].size != 0 && order_[i].name == name) {
      place = i;
      return order_[i];
    }
  }
  unexpected_ = make_slot(name, notes);
  if (unexpected_.size == 0 || order_.size() >= most_slots) return unexpected_;
  place = std::min(place, order_.size());
  return *order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(place), unexpected_);
}

template <class Row>
bool RowReader<Row>::seen_before(std::uint64_t bit, RowNotes& notes) {
  if ((seen_ & bit) != 0) {
    notes.duplicate_column = true;
    return true;
  }
  seen_ |= bit;
  return false;
}

template <class Row>
void RowReader<Row>::count_value(std::string_view value, RowNotes& notes) {
  notes.text += value.size();
  if (notes.text > text_columns * limits_.text_size) notes.limit = "all its text";
}

template <class Row>
void RowReader<Row>::store(const Slot& slot, std::string_view value, Row& row, RowNotes& notes) {
  if (seen_before(slot.bit, notes)) return;
  switch (slot.kind) {
    case Kind::integer: {
      if (is_null(value)) {
        row.*slot.integer = null;
        return;
      }
      if (const std::optional<std::int64_t> number = to_number(value)) {
        const std::int64_t in_memory = time_from_file(slot.time, *number);
        if (slot.time == Time::milliseconds && in_memory != *number) notes.seconds = true;
        row.*slot.integer = in_memory;
        return;
      }
      break;  // no number: kept in extras
    }
    case Kind::text:
      if (is_null(value)) {
        row.*slot.text = null;
      } else {
        (row.*slot.text).emplace().assign(value);
      }
      return;
    case Kind::overrides:
      overrides_.assign(value);
      has_overrides_ = true;
      return;
    case Kind::data:  // see read_data()
    case Kind::ignored:
      return;
    case Kind::extra:
      break;
  }
  const auto [place, is_new] = row.extras.try_emplace(slot.name);
  if (!is_new) {
    notes.duplicate_column = true;
  } else if (!is_null(value)) {
    place->second.emplace(value);
  }
}

template <class Row>
XmlTokenizer::Piece RowReader<Row>::read_data(XmlTokenizer& xml, Row& row, RowNotes& notes) {
  if constexpr (!std::is_same_v<Row, MmsPart>) {
    return XmlTokenizer::Piece::last;
  } else {
    const bool stored = !notes.discarding() && !seen_before(data_bit, notes) && !notes.without_data;
    BlobWriter blob(notes.in_memory >= most_in_memory ? 0 : limits_.blob_memory);
    base64::Decoder decoder(base64::Mode::lenient);
    ReferenceDecoder references;
    std::uint64_t size = 0;
    for (bool first = true;; first = false) {
      std::string_view raw;
      const XmlTokenizer::Piece piece = xml.next_piece(raw);
      if (piece == XmlTokenizer::Piece::lost || piece == XmlTokenizer::Piece::cut) return piece;
      const bool last = piece == XmlTokenizer::Piece::last;
      if (!stored || notes.discarding()) {
        if (last) return piece;
        continue;
      }
      if (first && last && is_null(raw)) return piece;
      if (raw.find('&') != std::string_view::npos) {
        value_.clear();
        references.decode(raw, value_);
        references.finish(value_);
        raw = value_;
      }
      decoded_.clear();
      decoder.feed(raw, decoded_);
      if (last && !decoder.finish(decoded_)) notes.damaged_data = true;
      size += decoded_.size();
      if (size > limits_.part_size) {
        notes.limit = "the data of a part";
      } else {
        blob.append(decoded_);
      }
      if (last) break;
    }
    if (!stored || notes.discarding()) return XmlTokenizer::Piece::last;
    row.data = blob.finish();
    if (row.data->in_memory()) {
      notes.in_memory += row.data->size();
    } else if (++notes.in_files > most_files) {
      notes.limit = "its large parts";
    }
    return XmlTokenizer::Piece::last;
  }
}

template <class Row>
XmlTokenizer::Piece RowReader<Row>::read_value(XmlTokenizer& xml, const Slot& slot, Row& row, RowNotes& notes) {
  // Three characters for each byte, see append_override().
  const std::size_t most = slot.kind == Kind::overrides ? 3 * limits_.text_size : limits_.text_size;
  value_.clear();
  ReferenceDecoder references;
  for (;;) {
    std::string_view raw;
    const XmlTokenizer::Piece piece = xml.next_piece(raw);
    if (piece == XmlTokenizer::Piece::lost || piece == XmlTokenizer::Piece::cut) return piece;
    if (!notes.discarding()) {
      references.decode(raw, value_);
      if (value_.size() > most) notes.limit = "the text of a column";
    }
    if (piece == XmlTokenizer::Piece::last) break;
  }
  references.finish(value_);
  count_value(value_, notes);
  if (!notes.discarding()) store(slot, value_, row, notes);
  return XmlTokenizer::Piece::last;
}

template <class Row>
void RowReader<Row>::finish(Row& row, RowNotes& notes) {
  if (!has_overrides_ || notes.discarding()) return;
  if (!apply_overrides(overrides_, row)) notes.bad_overrides = true;
  notes.seconds = false;  // a row of ours: what looked like seconds was put right
}

template <class Row>
TagEnd RowReader<Row>::read(XmlTokenizer& xml, Row& row, RowNotes& notes) {
  seen_ = 0;
  has_overrides_ = false;
  std::size_t place = 0;
  std::size_t columns = 0;
  const auto one_more_column = [&] {
    ++notes.columns;
    if (++columns > limits_.columns) notes.limit = "its columns";
  };
  const auto expected = [&](const char* at) { return place < order_.size() && order_[place].begins(at); };
  for (bool is_expected = expected(xml.at());;) {
    if (is_expected && !notes.discarding()) {
      const Slot& slot = order_[place];
      const char* const value = xml.at() + slot.size;
      const char* const limit = xml.limit();
      const char* end =
          value < limit && slot.kind != Kind::data ? model::find_either_padded(value, limit, '"', '&') : limit;
      const bool has_references = end < limit && *end == '&';
      if (has_references) {
        const void* const quote = std::memchr(end, '"', static_cast<std::size_t>(limit - end));
        end = quote == nullptr ? limit : static_cast<const char*>(quote);
      }
      if (end < limit && static_cast<std::size_t>(end - value) <= limits_.text_size) {
        ++place;
        is_expected = expected(end + 1);
        // The quote ends the value only if an attribute or the tag's end follows.
        if (is_expected || tag_ends(end + 1)) {
          const bool is_ignored = slot.kind == Kind::ignored;
          std::string_view text(value, static_cast<std::size_t>(end - value));
          if (has_references && !is_ignored) {
            decoded_.clear();
            decode_references(text, decoded_);
            text = decoded_;
          }
          xml.advance_to(end + 1);
          one_more_column();
          if (!is_ignored) count_value(text, notes);
          if (!notes.discarding()) store(slot, text, row, notes);
          if (is_expected) continue;
        } else {
          --place;
        }
      }
    }
    switch (xml.next_attribute()) {
      case XmlTokenizer::InTag::attribute:
        break;
      case XmlTokenizer::InTag::end:
        finish(row, notes);
        return TagEnd::open;
      case XmlTokenizer::InTag::empty_end:
        finish(row, notes);
        return TagEnd::closed;
      case XmlTokenizer::InTag::unclosed:
        return TagEnd::unclosed;
      case XmlTokenizer::InTag::cut:
        return TagEnd::cut;
    }
    one_more_column();
    if (xml.name_too_long()) notes.limit = "the length of a name";
    const Slot& slot = notes.discarding() ? unexpected_ : slot_named(xml.name(), place, notes);
    const XmlTokenizer::Piece piece =
        slot.kind == Kind::data ? read_data(xml, row, notes) : read_value(xml, slot, row, notes);
    if (piece == XmlTokenizer::Piece::cut) return TagEnd::cut;
    if (piece == XmlTokenizer::Piece::lost) return TagEnd::unclosed;
    ++place;
    is_expected = expected(xml.at());
  }
}

template class RowReader<Sms>;
template class RowReader<Mms>;
template class RowReader<MmsAddress>;
template class RowReader<MmsPart>;
template class RowReader<Call>;

}  // namespace smsbackup::stores::synctech
