// Reads the attributes of one row (<sms>, <mms>, <part>, <addr>, <call>) into the record's columns.
//
// The rows of a file have the same attributes in the same order, so the order of the last row is remembered: an
// attribute that comes where it is expected costs one comparison, and its value is stored straight from the input
// buffer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/base64.hpp"
#include "smsbackup/columns.hpp"
#include "smsbackup/limits.hpp"
#include "stores/synctech_xml_columns.hpp"
#include "stores/xml_tokenizer.hpp"

namespace smsbackup::stores::synctech {

// What happened while one record was read.
struct RowNotes {
  bool without_data = false;  // asked for: part data is skipped
  std::string_view limit;     // which limit the row broke; it is read to its end without being stored
  bool duplicate_column = false;
  bool bad_name = false;
  bool damaged_data = false;
  bool bad_overrides = false;
  bool unknown_element = false;
  bool missing_end = false;
  bool seconds = false;       // some time was in seconds where the app has milliseconds; no damage
  std::size_t columns = 0;    // of all its rows
  std::size_t text = 0;       // bytes of them
  std::size_t in_memory = 0;  // bytes of part data in memory
  std::size_t in_files = 0;   // parts whose data went to a temporary file

  bool discarding() const noexcept { return !limit.empty(); }
  bool repaired() const noexcept {
    return duplicate_column || bad_name || damaged_data || bad_overrides || unknown_element || missing_end;
  }
};

enum class TagEnd : std::uint8_t {
  open,      // ">": children may follow
  closed,    // "/>"
  unclosed,  // another tag began: the row is damaged
  cut,       // the input ended
};

template <class Row>
class RowReader {
 public:
  using Columns = std::optional<std::set<std::string, std::less<>>>;

  // With columns, only these are stored, and those that queries look at.
  explicit RowReader(const Limits& limits, const Columns& columns = std::nullopt) : limits_(limits), wanted_(columns) {}

  // Right after the tokenizer gave the start tag. `row` is empty.
  TagEnd read(XmlTokenizer& xml, Row& row, RowNotes& notes);

 private:
  enum class Kind : std::uint8_t { integer, text, extra, data, overrides, ignored };

  using Words = std::array<std::uint64_t, 4>;
  struct Slot {
    Words pattern{};  // ` name="`
    Words mask{};
    std::size_t size = 0;  // of the pattern; 0 for a name that is too long
    Kind kind = Kind::extra;
    Time time = Time::none;
    std::uint64_t bit = 0;  // in seen_; 0 where extras tell
    Integer Row::*integer = nullptr;
    Text Row::*text = nullptr;
    std::string name;

    bool begins(const char* at) const noexcept;
  };

  static constexpr std::size_t most_slots = 128;
  static constexpr std::uint64_t data_bit = 1ULL << 62;
  static constexpr std::uint64_t override_bit = 1ULL << 63;

  Slot make_slot(std::string_view name, RowNotes& notes) const;
  const Slot& slot_named(std::string_view name, std::size_t& place, RowNotes& notes);
  bool seen_before(std::uint64_t bit, RowNotes& notes);
  void store(const Slot& slot, std::string_view value, Row& row, RowNotes& notes);
  void count_value(std::string_view value, RowNotes& notes);
  XmlTokenizer::Piece read_value(XmlTokenizer& xml, const Slot& slot, Row& row, RowNotes& notes);
  XmlTokenizer::Piece read_data(XmlTokenizer& xml, Row& row, RowNotes& notes);
  void finish(Row& row, RowNotes& notes);

  const Limits limits_;
  const Columns wanted_;
  std::vector<Slot> order_;  // as the last rows had them
  Slot unexpected_;
  std::uint64_t seen_ = 0;  // the columns that this row had so far
  bool has_overrides_ = false;
  std::string overrides_;
  std::string value_;
  std::string decoded_;
};

extern template class RowReader<Sms>;
extern template class RowReader<Mms>;
extern template class RowReader<MmsAddress>;
extern template class RowReader<MmsPart>;
extern template class RowReader<Call>;

}  // namespace smsbackup::stores::synctech
