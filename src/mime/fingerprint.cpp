#include "mime/fingerprint.hpp"

#include <functional>
#include <string_view>

#include "model/column_tables.hpp"

namespace smsbackup::mime {
namespace {

class Hash {
 public:
  void add(std::uint64_t value) noexcept {
    state_ ^= value;
    state_ *= 0x9e3779b97f4a7c15;
    state_ ^= state_ >> 29;
  }
  void add(std::string_view text) noexcept { add(static_cast<std::uint64_t>(std::hash<std::string_view>()(text))); }

  template <class Row>
  void add_row(const Row& row) noexcept {
    for (const ColumnOf<Row>& column : model::Table<Row>::columns) {
      if (column.text != nullptr) {
        const Text& cell = row.*column.text;
        cell.has_value() ? add(std::string_view(*cell)) : add(cell.is_null() ? 1 : 2);
      } else {
        const Integer& cell = row.*column.integer;
        cell.has_value() ? add(static_cast<std::uint64_t>(*cell) + 3) : add(cell.is_null() ? 1 : 2);
      }
    }
    for (const auto& [name, value] : row.extras) {
      add(std::string_view(name));
      value ? add(std::string_view(*value)) : add(1);
    }
  }

  std::uint64_t value() const noexcept { return state_ == 0 ? 1 : state_; }

 private:
  std::uint64_t state_ = 0x2545f4914f6cdd1d;
};

}  // namespace

std::uint64_t fingerprint(const Record& record) noexcept {
  Hash hash;
  hash.add(record.index());
  if (const auto* sms = std::get_if<Sms>(&record)) {
    hash.add_row(*sms);
  } else if (const auto* call = std::get_if<Call>(&record)) {
    hash.add_row(*call);
  } else if (const auto* mms = std::get_if<Mms>(&record)) {
    hash.add_row(*mms);
    for (const MmsAddress& address : mms->addresses) hash.add_row(address);
    for (const MmsPart& part : mms->parts) {
      hash.add_row(part);
      hash.add(part.data ? part.data->size() + 1 : 0);
    }
  }
  return hash.value();
}

}  // namespace smsbackup::mime
