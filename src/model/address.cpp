#include "smsbackup/address.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "model/unicode.hpp"

namespace smsbackup {
namespace {

// PhoneNumberUtils.MIN_MATCH
constexpr std::size_t min_match = 7;

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Where the decimal digits of other scripts begin (Unicode's general category Nd).
constexpr std::array<char32_t, 21> digit_zeros{0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6,
                                               0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
                                               0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0xff10};

// One character of a number: '0' to '9', '+', '*', '#'; ' ' for any separator; ',' where dialling pauses; 0 for what
// belongs to no number.
char meaning_of(char32_t c) noexcept {
  switch (c) {
    case '+':
    case 0xff0b:  // full width
      return '+';
    case '*':
    case '#':
      return static_cast<char>(c);
    case ' ':
    case '\t':
    case '-':
    case '.':
    case '/':
    case '(':
    case ')':
    case 0x00a0:  // no-break space
    case 0x00ad:  // soft hyphen
    case 0x2212:  // minus
    case 0x2060:  // word joiner
    case 0xfeff:
      return ' ';
    case ',':
    case ';':
    case 'x':
    case 'X':
      return ',';
    default:
      break;
  }
  if (c >= '0' && c <= '9') return static_cast<char>(c);
  // Spaces, dashes and marks of writing direction, which come along when a number is copied.
  if ((c >= 0x2000 && c <= 0x2015) || (c >= 0x202a && c <= 0x202f) || (c >= 0x2066 && c <= 0x2069)) return ' ';
  if (c < 0x80) return 0;
  for (const char32_t zero : digit_zeros) {
    if (c >= zero && c < zero + 10) return static_cast<char>('0' + (c - zero));
  }
  return 0;
}

// The character at the front of well-formed UTF-8, which is taken off; bytes that are none give U+FFFD one by one.
char32_t next_character(std::string_view& text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const char32_t lead = byte(0);
  std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = lead;
  if (size > 1) {
    if (text.size() < size || model::utf8_prefix(text.substr(0, size), true) != size) {
      size = 1;
      c = model::replacement_character;
    } else {
      c = size == 2 ? lead & 0x1f : size == 3 ? lead & 0x0f : lead & 0x07;
      for (std::size_t i = 1; i < size; ++i) c = c << 6 | (byte(i) & 0x3f);
    }
  }
  text.remove_prefix(size);
  return c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// MMS networks write "+15550100/TYPE=PLMN" (OMA-TS-MMS_ENC, chapter 8).
std::string_view without_address_type(std::string_view address) noexcept {
  constexpr std::string_view mark = "/TYPE=";
  for (std::size_t slash = address.find('/'); slash != std::string_view::npos; slash = address.find('/', slash + 1)) {
    if (equal_ignoring_case(address.substr(slash, mark.size()), mark)) return address.substr(0, slash);
  }
  return address;
}

// Calls keep(char) with what number_digits() gives. True if the address is nothing but a number and what may follow it.
template <class Keep>
bool scan_number(std::string_view address, Keep&& keep) noexcept(noexcept(keep('0'))) {
  std::string_view rest = without_address_type(address);
  bool only_number = true;
  bool any = false;
  bool any_digit = false;
  while (!rest.empty()) {
    const char c = meaning_of(next_character(rest));
    if (c == ',') break;
    if (c == 0 || (c == '+' && any)) only_number = false;
    if (c == 0 || c == ' ' || (c == '+' && any)) continue;
    any = true;
    any_digit |= is_digit(c);
    keep(c);
  }
  while (!rest.empty() && only_number) {
    const char c = meaning_of(next_character(rest));
    only_number = c != 0 && c != '+';
  }
  return only_number && any_digit;
}

struct Number {
  std::string digits;
  bool dialable = false;
};

Number read_number(std::string_view address) {
  Number number;
  number.dialable = scan_number(address, [&](char c) { number.digits += c; });
  return number;
}

// "+44 (0)20 7946 0018" without the zero that is dialled inside the country only.
std::optional<std::string> without_inner_trunk_zero(std::string_view address) {
  const std::size_t zero = address.find("(0)");
  if (zero == std::string_view::npos) return std::nullopt;
  std::string before = number_digits(address.substr(0, zero));
  const std::string after = number_digits(address.substr(zero + 3));
  if (!before.starts_with('+') || after.size() < min_match || after.starts_with('+')) return std::nullopt;
  return before += after;
}

// What may stand before the digits that two numbers share.
bool is_international_prefix(std::string_view text) noexcept { return text == "+" || text == "00" || text == "011"; }

bool is_country_code(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 3 && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_international_prefix_with_country(std::string_view text) noexcept {
  for (const std::string_view prefix : {"+", "00", "011"}) {
    if (text.starts_with(prefix) && is_country_code(text.substr(prefix.size()))) return true;
  }
  return false;
}

bool loosely_equal_digits(std::string_view a, std::string_view b) noexcept {
  const auto [a_end, b_end] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  const auto shared = static_cast<std::size_t>(a_end - a.rbegin());
  const std::string_view a_rest = a.substr(0, a.size() - shared);
  const std::string_view b_rest = b.substr(0, b.size() - shared);
  if (shared < min_match) return shared > 0 && a_rest.empty() && b_rest.empty();
  if (a_rest.empty() || b_rest.empty()) return true;
  if (is_international_prefix(a_rest) && is_international_prefix(b_rest)) return true;
  return (a_rest == "0" && is_international_prefix_with_country(b_rest)) ||
         (b_rest == "0" && is_international_prefix_with_country(a_rest));
}

bool loosely_equal(std::string_view a, std::string_view a_digits, std::string_view b, std::string_view b_digits) {
  if (loosely_equal_digits(a_digits, b_digits)) return true;
  const std::optional<std::string> a_other = without_inner_trunk_zero(a);
  const std::optional<std::string> b_other = without_inner_trunk_zero(b);
  return (a_other && loosely_equal_digits(*a_other, b_digits)) ||
         (b_other && loosely_equal_digits(a_digits, *b_other)) ||
         (a_other && b_other && loosely_equal_digits(*a_other, *b_other));
}

bool is_mail_address(std::string_view address) noexcept { return address.find('@') != std::string_view::npos; }

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

}  // namespace

bool is_unknown_address(std::string_view address) noexcept {
  return address.empty() || address == "-1" || address == "-2" || address == "-3";
}

bool is_phone_number(std::string_view address) noexcept {
  return !is_unknown_address(address) && scan_number(address, [](char) noexcept {});
}

std::string number_digits(std::string_view address) { return read_number(address).digits; }

bool loosely_equal_numbers(std::string_view a, std::string_view b) {
  return loosely_equal(a, number_digits(a), b, number_digits(b));
}

bool same_address(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (is_unknown_address(a) || is_unknown_address(b)) return is_unknown_address(a) && is_unknown_address(b);
  const Number a_number = read_number(a);
  const Number b_number = read_number(b);
  if (a_number.dialable != b_number.dialable) return false;
  if (a_number.dialable) return loosely_equal(a, a_number.digits, b, b_number.digits);
  if (is_mail_address(a) || is_mail_address(b)) return equal_ignoring_case(a, b);
  const std::string folded = fold_sender(a);
  return !folded.empty() && folded == fold_sender(b);
}

std::string fold_sender(std::string_view address) {
  std::string folded;
  for (const char c : address) {
    if (c != ' ' && c != '-' && c != '_' && c != '.') folded += lower(c);
  }
  return folded;
}

std::string address_bucket(std::string_view address) {
  if (is_unknown_address(address)) return {};
  Number number = read_number(address);
  if (number.dialable) {
    if (number.digits.size() > min_match) number.digits.erase(0, number.digits.size() - min_match);
    return std::move(number.digits);
  }
  return is_mail_address(address) ? lower_case(address) : fold_sender(address);
}

}  // namespace smsbackup
