#include "hostile_records.hpp"

#include <array>
#include <limits>
#include <string_view>

#include "smsbackup/columns.hpp"

namespace smsbackup::hostile {
namespace {

using namespace std::string_view_literals;

constexpr std::array valid_pieces = {
    "Hello"sv,
    "+4915112345678"sv,
    " "sv,
    "\t"sv,
    "\n"sv,
    "\r"sv,
    "\r\n"sv,
    "\n\n"sv,
    "  \r\n"sv,
    "."sv,
    "\n.\n"sv,
    "From "sv,
    "\nFrom me"sv,
    "--"sv,
    "\n--"sv,
    "="sv,
    "=20"sv,
    "=\n"sv,
    "=?utf-8?Q?x?="sv,
    "=?"sv,
    "?="sv,
    "%41"sv,
    "%"sv,
    ";"sv,
    ","sv,
    "a=b"sv,
    "x!"sv,
    "+name"sv,
    "*text"sv,
    "\""sv,
    "\\"sv,
    "<a@b.c>"sv,
    "(comment)"sv,
    "Gr\u00fc\u00dfe"sv,
    "\u4f60\u597d"sv,
    "\U0001f600"sv,
    "\u200f\u05e9\u05dc\u05d5\u05dd"sv,
    "e\u0301"sv,
    "\u0085"sv,
    "\u2028"sv,
    "\ufeff"sv,
    "\r\nX-smssync-type: 9\r\n"sv,
    "\r\n\r\nbody"sv,
    "\x01\x1f\x7f"sv,
    "'"sv,
    "null"sv,
    "-1"sv,
    "0"sv,
    "007"sv,
    "+5"sv,
    "1.500"sv,
    "9223372036854775808"sv,
    "insert-address-token"sv,
    "------=_smsbackup_"sv,
    "\n>From"sv,
    "end "sv,
};
constexpr std::array invalid_pieces = {
    "\0"sv,   "a\0b"sv,         "\xed\xa0\xbd"sv, "\xed\xb8\x80"sv, "\xff"sv,
    "\xc3"sv, "\xf0\x9f\x98"sv, "\x80\x80"sv,     "\xe4\xfc\xf6"sv, "\xed\xa0\xbd\xed\xb8\x80"sv,
};
constexpr std::array content_types = {
    "text/plain"sv,
    "application/smil"sv,
    "image/jpeg"sv,
    "TEXT/Plain; charset=utf-16; name=\"a b\""sv,
    "text/html"sv,
    "text/x-vCard"sv,
    ""sv,
    "multipart/mixed; boundary=x"sv,
    "message/rfc822"sv,
    "no type at all"sv,
    "Application/SMIL"sv,
    "text/plain;\r\nX-Bad: 1"sv,
};

}  // namespace

std::int64_t Generator::number() {
  switch (below(6)) {
    case 0:
      return std::numeric_limits<std::int64_t>::min() + below(3);
    case 1:
      return std::numeric_limits<std::int64_t>::max() - below(3);
    case 2:
      return below(5);
    case 3:
      return -static_cast<std::int64_t>(below(3000));
    default:
      return 1'500'000'000'000 + static_cast<std::int64_t>(random_());
  }
}

std::string Generator::text(std::size_t pieces) {
  std::string out;
  for (std::size_t count = below(static_cast<std::uint32_t>(pieces) + 1); count != 0; --count) {
    if (texts_ == Texts::any && below(4) == 0) {
      out += invalid_pieces[below(invalid_pieces.size())];
    } else {
      out += valid_pieces[below(valid_pieces.size())];
    }
    if (below(40) == 0) out.append(below(300), static_cast<char>('a' + below(26)));
  }
  return out;
}

template <class Row>
void Generator::fill(Row& row) {
  for (const ColumnOf<Row>& column : columns_of<Row>()) {
    const std::uint32_t kind = below(5);
    if (column.text != nullptr) {
      if (kind == 0) row.*column.text = null;
      if (kind > 1) row.*column.text = text(5);
    } else {
      if (kind == 0) row.*column.integer = null;
      if (kind > 1) row.*column.integer = number();
    }
  }
  for (std::uint32_t count = below(3); count != 0; --count) {
    // Also under the names of typed columns: a source had a value there that is no number.
    std::string name =
        below(2) == 0 ? std::string(columns_of<Row>()[below(static_cast<std::uint32_t>(columns_of<Row>().size()))].name)
                      : Generator(below(1000), Texts::valid).text(3);
    if (below(4) == 0) {
      row.extras[name] = std::nullopt;
    } else {
      row.extras[name] = text(3);
    }
  }
}

Sms Generator::sms() {
  Sms sms;
  fill(sms);
  if (below(3) != 0) sms.body = text(30);
  if (below(2) == 0) sms.type = sms_inbox;
  return sms;
}

Call Generator::call() {
  Call call;
  fill(call);
  return call;
}

Mms Generator::mms() {
  Mms mms;
  fill(mms);
  if (below(2) == 0) mms.msg_box = below(2) == 0 ? mms_inbox : mms_sent;
  for (std::uint32_t count = below(5); count != 0; --count) {
    MmsAddress& address = mms.addresses.emplace_back();
    if (below(5) != 0) fill(address);
    if (below(3) == 0) address.type = mms_from;
    if (below(3) == 0) address.address = std::string(insert_address_token);
  }
  for (std::uint32_t count = below(5); count != 0; --count) {
    MmsPart& part = mms.parts.emplace_back();
    if (below(5) != 0) fill(part);
    if (below(4) != 0) part.ct = std::string(content_types[below(content_types.size())]);
    if (below(2) == 0) part.text = text(20);
    if (below(2) == 0) {
      std::string bytes(below(300), '\0');
      for (char& c : bytes) c = static_cast<char>(random_());
      part.data = Blob(std::move(bytes));
    }
  }
  return mms;
}

Record Generator::record() {
  switch (below(3)) {
    case 0:
      return sms();
    case 1:
      return mms();
    default:
      return call();
  }
}

}  // namespace smsbackup::hostile
