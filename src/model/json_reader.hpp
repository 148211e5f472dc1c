// A pull parser for JSON (RFC 8259) that never needs more of its input in memory than one piece, so that a string of a
// gigabyte can be read in bounded memory.
//
// Kinder than the RFC where nothing gets lost by it: bytes that are no UTF-8 and raw control characters inside strings
// are taken as they are, a byte order mark at the start is skipped. A half surrogate (\ud83d alone) is kept in its
// three-byte form. Errors carry the offset and never the text: Error(corrupt_input, truncated_input, limit_exceeded).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smsbackup/error.hpp"
#include "smsbackup/limits.hpp"

namespace smsbackup::model {

// Where the bytes come from.
class JsonInput {
 public:
  virtual ~JsonInput() = default;
  // The next piece, valid until the next call; an empty one is the end.
  virtual std::string_view next() = 0;
};

enum class JsonKind : std::uint8_t { object, array, string, number, boolean, null, end };

class JsonReader {
 public:
  // All the input is one text. It must outlive the reader.
  explicit JsonReader(std::string_view text, const Limits& limits = {});
  // The input comes in pieces.
  explicit JsonReader(JsonInput& input, const Limits& limits = {});
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // What comes next, after white space. Consumes nothing else. Throws corrupt_input when it can be no value.
  JsonKind kind();

  //   in.enter_object();
  //   while (in.next_key(key)) in.skip();
  //   in.enter_array();
  //   while (in.next_element()) in.skip();
  void enter_object();
  bool next_key(std::string& key);
  void enter_array();
  bool next_element();

  // A string. The view is into the input where possible, else into `scratch`; good until the reader is used again.
  std::string_view string(std::string& scratch, std::uint64_t max_size);
  // The same piece by piece: visit(std::string_view). What has no escapes is not copied.
  template <class Visit>
  void string_pieces(Visit&& visit);
  // A number, true, false or null as it is written. Views as with string().
  std::string_view literal(std::string& scratch);
  // Any value as it is written.
  void raw(std::string& out, std::uint64_t max_size);
  void skip();

  // Throws corrupt_input when anything but white space is left.
  void expect_end();

  // How many bytes have been consumed.
  std::uint64_t offset() const noexcept { return before_ + static_cast<std::uint64_t>(at_ - begin_); }

  [[noreturn]] void fail(ErrorCode code, std::string_view why) const;

 private:
  static constexpr std::size_t piece_size = 64 * 1024;

  bool refill();
  bool at_end() { return at_ == end_ && !refill(); }
  char peek(std::string_view missing);
  void expect(char wanted, std::string_view missing);
  void skip_space();
  // What comes next in a string, as far as it can be taken as it stands in this piece of the input; consumes it.
  std::string_view plain_run();
  // Reads on in a string up to about `want` bytes of it; true at its end, which is consumed.
  bool string_some(std::string& out, std::size_t want);
  void escape(std::string& out);
  void flush_half(std::string& out);
  char32_t four_hex_digits();
  void append_raw_string(std::string& out, std::uint64_t max_size);
  void enter();
  void leave();

  JsonInput* input_ = nullptr;
  Limits limits_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::uint64_t before_ = 0;  // bytes of the pieces before this one
  std::size_t depth_ = 0;
  char32_t half_ = 0;   // a high surrogate in a string that waits for its low one
  bool first_ = false;  // nothing was read yet in the innermost object or array
  std::string piece_;
};

template <class Visit>
void JsonReader::string_pieces(Visit&& visit) {
  expect('"', "there should be a string");
  for (bool end = false; !end;) {
    if (const auto plain = plain_run(); !plain.empty()) visit(plain);
    piece_.clear();
    end = string_some(piece_, piece_size);
    if (!piece_.empty()) visit(std::string_view(piece_));
  }
}

}  // namespace smsbackup::model
