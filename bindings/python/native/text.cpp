#include "text.hpp"

#include <cstdint>

namespace smsbackup::python {
namespace {

constexpr bool is_high(std::uint32_t c) { return c >= 0xd800 && c <= 0xdbff; }
constexpr bool is_low(std::uint32_t c) { return c >= 0xdc00 && c <= 0xdfff; }
constexpr bool is_escaped_byte(std::uint32_t c) { return c >= 0xdc80 && c <= 0xdcff; }

// The half surrogate whose three bytes begin here; 0 if there is none.
std::uint32_t surrogate_at(std::string_view text, std::size_t at) {
  if (at + 3 > text.size()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (byte(0) != 0xed || byte(1) < 0xa0 || byte(1) > 0xbf || (byte(2) & 0xc0) != 0x80) return 0;
  return 0xd000U | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
}

// How many bytes the well-formed character that begins here has; 0 if there is none (RFC 3629).
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    return first == 0xed && byte(1) > 0x9f ? 0 : 3;
  }
  if (first < 0xf0 || first > 0xf4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  return first == 0xf4 && byte(1) > 0x8f ? 0 : 4;
}

std::uint32_t decode(std::string_view bytes) {
  const auto tail = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i]) & 0x3fU; };
  const auto first = static_cast<unsigned char>(bytes[0]);
  switch (bytes.size()) {
    case 1:
      return first;
    case 2:
      return (first & 0x1fU) << 6 | tail(1);
    case 3:
      return (first & 0x0fU) << 12 | tail(1) << 6 | tail(2);
    default:
      return (first & 0x07U) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
  }
}

py::str to_odd_str(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  bool after_high = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_at(text, at);
    if (size > 0) {
      characters.push_back(decode(text.substr(at, size)));
      at += size;
      after_high = false;
      continue;
    }
    const std::uint32_t half = surrogate_at(text, at);
    // A low half after a high one would be read as one character on the way back.
    if (half != 0 && !is_escaped_byte(half) && !(after_high && is_low(half))) {
      characters.push_back(half);
      at += 3;
      after_high = is_high(half);
      continue;
    }
    characters.push_back(0xdc00U + static_cast<unsigned char>(text[at]));
    ++at;
    after_high = false;
  }
  PyObject* made =
      PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, characters.data(), static_cast<Py_ssize_t>(characters.size()));
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(made);
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
    }
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

std::string from_odd_str(PyObject* text) {
  std::string out;
  const Py_ssize_t size = PyUnicode_GET_LENGTH(text);
  for (Py_ssize_t i = 0; i < size; ++i) {
    std::uint32_t c = PyUnicode_READ_CHAR(text, i);
    if (is_escaped_byte(c)) {
      out.push_back(static_cast<char>(c - 0xdc00));
      continue;
    }
    if (is_high(c) && i + 1 < size) {
      const std::uint32_t next = PyUnicode_READ_CHAR(text, i + 1);
      if (is_low(next) && !is_escaped_byte(next)) {
        c = 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00);
        ++i;
      }
    }
    append_utf8(out, c);
  }
  return out;
}

}  // namespace

py::str to_str(std::string_view text) {
  PyObject* made = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr);
  if (made != nullptr) return py::reinterpret_steal<py::str>(made);
  if (PyErr_ExceptionMatches(PyExc_UnicodeDecodeError) == 0) throw py::error_already_set();
  PyErr_Clear();
  return to_odd_str(text);
}

std::string from_str(py::handle text, const char* what) {
  if (!PyUnicode_Check(text.ptr())) {
    throw py::type_error(std::string(what) + " must be a str, not " + Py_TYPE(text.ptr())->tp_name);
  }
  Py_ssize_t size = 0;
  const char* utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (utf8 != nullptr) return std::string(utf8, static_cast<std::size_t>(size));
  if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw py::error_already_set();
  PyErr_Clear();
  return from_odd_str(text.ptr());
}

}  // namespace smsbackup::python
