// Records made of everything that goes wrong, the same for the same seed: null, empty and absent columns, texts with
// NUL, lone line ends, half surrogates, invalid UTF-8 and injected headers, odd times, extras with awkward names.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "smsbackup/columns.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::test {

using namespace std::string_view_literals;

// Texts that codecs have stumbled over. All but the last group are well-formed, half surrogates aside.
inline constexpr std::array hostile_texts{""sv,
                                          " "sv,
                                          "  leading and trailing  "sv,
                                          "\t"sv,
                                          "\0"sv,
                                          "a\0b"sv,
                                          "\r"sv,
                                          "\n"sv,
                                          "\r\n"sv,
                                          "a\rb\nc\r\nd"sv,
                                          "\n.\nFrom me\n>From you\n"sv,
                                          "x\r\nX-smssync-type: 2\r\n\r\nbody"sv,
                                          "quote \" backslash \\ slash / \\u0041"sv,
                                          "<a href=\"&amp;\">&#10;&#55357;</a>"sv,
                                          "]]>"sv,
                                          "=3D=\r\n=?utf-8?q?x?="sv,
                                          "\x01\x02\x1f\x7f"sv,
                                          "caf\xc3\xa9"sv,
                                          "e\xcc\x81"sv,
                                          "\xf0\x9f\x98\x80\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"sv,
                                          "\xe2\x80\xae right to left \xe2\x80\xac"sv,
                                          "\xe2\x80\xa8\xe2\x80\xa9\xc2\x85"sv,
                                          "\xef\xbf\xbf\xef\xbb\xbf"sv,
                                          "\xed\xa0\xbd"sv,
                                          "\xed\xb8\x80 \xed\xa0\xbd\xed\xa0\xbd"sv,
                                          "null"sv,
                                          "0"sv,
                                          "-1"sv,
                                          "007"sv,
                                          "99999999999999999999"sv,
                                          "yesterday"sv,
                                          "+44 20 7946 0018"sv,
                                          "insert-address-token"sv,
                                          "MY BANK"sv,
                                          "\xff"sv,
                                          "\xed\xa0\xbd\xed\xb8\x80"sv,
                                          "\xc3"sv,
                                          "\xc0\x80"sv,
                                          "ok \x80 ok"sv};

inline constexpr std::array hostile_names{""sv,
                                          " "sv,
                                          "vendor"sv,
                                          "favorite_date"sv,
                                          "date"sv,
                                          "body"sv,
                                          "type"sv,
                                          "_id"sv,
                                          "sub"sv,
                                          "__type"sv,
                                          "__null"sv,
                                          "__extras"sv,
                                          "__parts"sv,
                                          "__data"sv,
                                          "__date_ms"sv,
                                          "parts"sv,
                                          "binary_data"sv,
                                          "sender_address"sv,
                                          "recipient_addresses"sv,
                                          "__addresses"sv,
                                          "__base64__"sv,
                                          "x__base64__"sv,
                                          "__x__base64__"sv,
                                          "body__base64__"sv,
                                          "address"sv,
                                          "Content-Type"sv,
                                          "a:b c\r\nd"sv,
                                          "\xf0\x9f\x98\x80"sv,
                                          "quote\"'<&>"sv,
                                          "m_type"sv,
                                          "number"sv,
                                          "duration"sv,
                                          "__sender_index"sv,
                                          "text"sv,
                                          "\0"sv};

class RandomRecords {
 public:
  explicit RandomRecords(std::uint64_t seed) : random_(seed) {}

  Record next() {
    switch (below(3)) {
      case 0:
        return row<Sms>();
      case 1:
        return mms();
      default:
        return row<Call>();
    }
  }

  Mms mms() {
    Mms mms = row<Mms>();
    for (std::size_t i = below(5); i > 0; --i) {
      auto& address = mms.addresses.emplace_back(row<MmsAddress>());
      if (below(3) > 0) address.type = std::array{mms_from, mms_to, mms_cc, mms_bcc}[below(4)];
      if (below(4) == 0) address.address = Text(std::string(insert_address_token));
    }
    for (std::size_t i = below(5); i > 0; --i) {
      auto& part = mms.parts.emplace_back(row<MmsPart>());
      if (below(2) == 0) part.data = blob();
    }
    return mms;
  }

  std::string text() {
    switch (below(6)) {
      case 0:
        return bytes(below(40));
      case 1:
        return std::string(below(3000), static_cast<char>('a' + below(26)));
      case 2: {
        std::string text;
        for (std::size_t i = below(6); i > 0; --i) text += hostile_texts[below(hostile_texts.size())];
        return text;
      }
      default:
        return std::string(hostile_texts[below(hostile_texts.size())]);
    }
  }

  std::int64_t integer() {
    constexpr std::array<std::int64_t, 12> odd{0,
                                               -1,
                                               1,
                                               2,
                                               137,
                                               999,
                                               -1001,
                                               1'706'950'100'000,
                                               1'706'950'100'123,
                                               -1'706'950'100'123,
                                               std::numeric_limits<std::int64_t>::max(),
                                               std::numeric_limits<std::int64_t>::min()};
    return below(4) == 0 ? static_cast<std::int64_t>(random_()) : odd[below(odd.size())];
  }

  std::string bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random_());
    return bytes;
  }

  Blob blob() {
    BlobWriter writer(below(2) == 0 ? 0 : BlobWriter::default_memory_limit);
    writer.append(bytes(below(20) == 0 ? 100'000 : below(100)));
    return writer.finish();
  }

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

 private:
  template <class Row>
  Row row() {
    Row row;
    const std::size_t share = below(5);  // from nothing set to nearly everything
    for (const ColumnOf<Row>& column : columns_of<Row>()) {
      if (below(4) >= share) continue;
      const bool is_null = below(5) == 0;
      if (column.text != nullptr) {
        row.*column.text = is_null ? Text(null) : Text(text());
      } else {
        row.*column.integer = is_null ? Integer(null) : Integer(integer());
      }
    }
    for (std::size_t i = below(3) == 0 ? below(8) : 0; i > 0; --i) {
      auto& value = row.extras[std::string(hostile_names[below(hostile_names.size())])];
      if (below(4) > 0) value = text();
    }
    return row;
  }

  std::mt19937_64 random_;
};

}  // namespace smsbackup::test
