#include "smsbackup/charset.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "model/unicode.hpp"
#if SMSBACKUP_HAVE_ICONV
#include <iconv.h>

#include <cerrno>
#endif

namespace smsbackup {
namespace {

using model::append_utf8;
using model::replacement_character;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

enum class Builtin : std::uint8_t { none, utf8, ascii, latin1, windows1252, utf16, utf16be, utf16le };

struct Alias {
  std::string_view name;
  Builtin charset;
};
constexpr std::array aliases{
    Alias{"utf-8", Builtin::utf8},
    Alias{"utf8", Builtin::utf8},
    Alias{"us-ascii", Builtin::ascii},
    Alias{"ascii", Builtin::ascii},
    Alias{"ansi_x3.4-1968", Builtin::ascii},
    Alias{"iso-8859-1", Builtin::latin1},
    Alias{"iso8859-1", Builtin::latin1},
    Alias{"iso_8859-1", Builtin::latin1},
    Alias{"latin1", Builtin::latin1},
    Alias{"windows-1252", Builtin::windows1252},
    Alias{"cp1252", Builtin::windows1252},
    Alias{"utf-16", Builtin::utf16},
    Alias{"iso-10646-ucs-2", Builtin::utf16},
    Alias{"ucs-2", Builtin::utf16},
    Alias{"utf-16be", Builtin::utf16be},
    Alias{"utf-16le", Builtin::utf16le},
};

Builtin builtin_named(std::string_view lower) noexcept {
  for (const Alias& alias : aliases) {
    if (alias.name == lower) return alias.charset;
  }
  return Builtin::none;
}

// 0x80 to 0x9f; the five holes are the control characters that browsers take them for.
constexpr std::array<char16_t, 32> windows1252_high{0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
                                                    0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

std::string from_single_bytes(std::string_view bytes, Builtin charset) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else if (charset == Builtin::ascii) {
      append_utf8(replacement_character, text);
    } else if (charset == Builtin::windows1252 && byte < 0xa0) {
      append_utf8(windows1252_high[byte - 0x80u], text);
    } else {
      append_utf8(byte, text);
    }
  }
  return text;
}

std::string from_utf16(std::string_view bytes, Builtin charset) {
  bool little = charset == Builtin::utf16le;
  if (charset == Builtin::utf16 && bytes.size() >= 2) {
    const bool big_mark = bytes[0] == '\xfe' && bytes[1] == '\xff';
    little = bytes[0] == '\xff' && bytes[1] == '\xfe';
    if (big_mark || little) bytes.remove_prefix(2);
  }
  const auto unit_at = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(little ? first | second << 8 : first << 8 | second);
  };
  std::string text;
  text.reserve(bytes.size());
  std::size_t i = 0;
  while (i + 1 < bytes.size()) {
    const char32_t unit = unit_at(i);
    i += 2;
    if (!model::is_surrogate(unit)) {
      append_utf8(unit, text);
      continue;
    }
    if (model::is_high_surrogate(unit) && i + 1 < bytes.size() && model::is_low_surrogate(unit_at(i))) {
      append_utf8(model::join_surrogates(unit, unit_at(i)), text);
      i += 2;
    } else {
      append_utf8(replacement_character, text);
    }
  }
  if (i < bytes.size()) append_utf8(replacement_character, text);
  return text;
}

#if SMSBACKUP_HAVE_ICONV
class Iconv {
 public:
  explicit Iconv(const std::string& charset) noexcept : handle_(::iconv_open("UTF-8", charset.c_str())) {}
  ~Iconv() {
    if (is_open()) ::iconv_close(handle_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;

  bool is_open() const noexcept { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::string to_utf8(std::string_view bytes) {
    ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string text;
    std::array<char, 4096> buffer;  // NOLINT: filled by iconv
    char* in = const_cast<char*>(bytes.data());
    std::size_t in_left = bytes.size();
    bool at_end = false;
    while (true) {
      char* out = buffer.data();
      std::size_t out_left = buffer.size();
      const std::size_t in_before = in_left;
      const std::size_t result = ::iconv(handle_, at_end ? nullptr : &in, &in_left, &out, &out_left);
      const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
      text.append(buffer.data(), buffer.size() - out_left);
      if (error == 0) {
        if (at_end) return text;
        at_end = true;  // once more, for what a stateful charset holds back
      } else if (error == E2BIG) {
        if (in_left == in_before && out_left == buffer.size()) return text;  // no progress: never loop
      } else if (at_end) {
        return text;
      } else {
        append_utf8(replacement_character, text);
        if (error == EINVAL || in_left == 0) {
          at_end = true;
          in_left = 0;
        } else {
          ++in;
          --in_left;
        }
      }
    }
  }

 private:
  iconv_t handle_;
};

// A name with '/' could ask iconv for more than a charset.
bool is_charset_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':' || c == '+';
  });
}
#endif

class SystemCharsets final : public CharsetConverter {
 public:
  std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset) override {
    const std::string name = lower_case(charset);
    switch (const Builtin builtin = builtin_named(name)) {
      case Builtin::utf8:
        return std::string(bytes);
      case Builtin::ascii:
      case Builtin::latin1:
      case Builtin::windows1252:
        return from_single_bytes(bytes, builtin);
      case Builtin::utf16:
      case Builtin::utf16be:
      case Builtin::utf16le:
        return from_utf16(bytes, builtin);
      case Builtin::none:
        break;
    }
#if SMSBACKUP_HAVE_ICONV
    if (!is_charset_name(name)) return std::nullopt;
    if (name != iconv_name_) {
      iconv_ = std::make_unique<Iconv>(name == "x-sjis" ? "shift_jis" : name);
      iconv_name_ = name;
    }
    if (iconv_->is_open()) return iconv_->to_utf8(bytes);
#endif
    return std::nullopt;
  }

#if SMSBACKUP_HAVE_ICONV
 private:
  // The last one only: a hostile mail may name any number of charsets, a real one names one.
  std::string iconv_name_;
  std::unique_ptr<Iconv> iconv_;
#endif
};

struct MibName {
  std::int64_t mibenum;
  std::string_view name;
};
// From IANA's registry of character sets, sorted.
constexpr std::array mib_names{
    MibName{3, "us-ascii"},        MibName{4, "iso-8859-1"},         MibName{5, "iso-8859-2"},
    MibName{6, "iso-8859-3"},      MibName{7, "iso-8859-4"},         MibName{8, "iso-8859-5"},
    MibName{9, "iso-8859-6"},      MibName{10, "iso-8859-7"},        MibName{11, "iso-8859-8"},
    MibName{12, "iso-8859-9"},     MibName{13, "iso-8859-10"},       MibName{17, "shift_jis"},
    MibName{18, "euc-jp"},         MibName{36, "ks_c_5601-1987"},    MibName{37, "iso-2022-kr"},
    MibName{38, "euc-kr"},         MibName{39, "iso-2022-jp"},       MibName{40, "iso-2022-jp-2"},
    MibName{106, "utf-8"},         MibName{109, "iso-8859-13"},      MibName{110, "iso-8859-14"},
    MibName{111, "iso-8859-15"},   MibName{112, "iso-8859-16"},      MibName{113, "gbk"},
    MibName{114, "gb18030"},       MibName{1000, "iso-10646-ucs-2"}, MibName{1001, "iso-10646-ucs-4"},
    MibName{1012, "utf-7"},        MibName{1013, "utf-16be"},        MibName{1014, "utf-16le"},
    MibName{1015, "utf-16"},       MibName{1017, "utf-32"},          MibName{1018, "utf-32be"},
    MibName{1019, "utf-32le"},     MibName{2025, "gb2312"},          MibName{2026, "big5"},
    MibName{2027, "macintosh"},    MibName{2084, "koi8-r"},          MibName{2085, "hz-gb-2312"},
    MibName{2088, "koi8-u"},       MibName{2101, "big5-hkscs"},      MibName{2250, "windows-1250"},
    MibName{2251, "windows-1251"}, MibName{2252, "windows-1252"},    MibName{2253, "windows-1253"},
    MibName{2254, "windows-1254"}, MibName{2255, "windows-1255"},    MibName{2256, "windows-1256"},
    MibName{2257, "windows-1257"}, MibName{2258, "windows-1258"},    MibName{2259, "tis-620"},
};
static_assert(std::is_sorted(mib_names.begin(), mib_names.end(),
                             [](const MibName& a, const MibName& b) { return a.mibenum < b.mibenum; }));

}  // namespace

std::unique_ptr<CharsetConverter> system_charsets() { return std::make_unique<SystemCharsets>(); }

std::string_view charset_name(std::int64_t mibenum) noexcept {
  const auto found = std::lower_bound(mib_names.begin(), mib_names.end(), mibenum,
                                      [](const MibName& entry, std::int64_t wanted) { return entry.mibenum < wanted; });
  return found != mib_names.end() && found->mibenum == mibenum ? found->name : std::string_view();
}

bool is_utf8(std::string_view bytes, bool half_surrogates) noexcept {
  return model::utf8_prefix(bytes, half_surrogates) == bytes.size();
}

}  // namespace smsbackup
