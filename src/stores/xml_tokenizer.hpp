// A tokenizer for what phones and their programs call XML. It gives tags, attributes and texts in order, in bounded
// memory whatever their size, and goes on where a conforming parser must stop: raw quotes, '<' and control characters
// in attribute values, tags without an end, text that never had a root.
//
// It knows no document type: a DOCTYPE is skipped, nothing declared in it is expanded, nothing is fetched.
// Views that it hands out are valid until its next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "model/byte_scan.hpp"
#include "smsbackup/limits.hpp"
#include "stores/xml_input.hpp"

namespace smsbackup::stores {

constexpr bool is_xml_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool is_xml_blank(std::string_view text) noexcept;
// What may stand in a name. Bytes beyond ASCII pass, which characters they are is nobody's business here.
constexpr bool is_xml_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

class XmlTokenizer {
 public:
  // Blocks are read of this size; a value that is longer than half of it comes in pieces.
  static constexpr std::size_t block_size = 256 * 1024;

  XmlTokenizer(XmlText& text, const Limits& limits);
  XmlTokenizer(const XmlTokenizer&) = delete;
  XmlTokenizer& operator=(const XmlTokenizer&) = delete;

  enum class Token : std::uint8_t {
    start_tag,  // name(); then next_attribute() until the tag's end
    end_tag,    // name()
    text,       // text(), a piece of what is no markup
    other,      // a comment, processing instruction, CDATA section or DOCTYPE; all skipped
    end,        // of the input; cut() tells if in the middle of markup
  };
  // Outside of tags. White space is left out.
  Token next();

  std::string_view name() const noexcept { return name_; }
  bool name_too_long() const noexcept { return name_too_long_; }
  std::string_view text() const noexcept { return piece_; }
  bool cut() const noexcept { return cut_; }
  bool was_cdata() const noexcept { return was_cdata_; }

  enum class InTag : std::uint8_t {
    attribute,  // name(); its value must be read with next_piece()
    end,        // ">"
    empty_end,  // "/>"
    unclosed,   // a '<' where the tag should have ended; it is still to be read
    cut,        // the input ended
  };
  InTag next_attribute();

  enum class Piece : std::uint8_t {
    more,  // a piece, and there is more
    last,  // the last or only piece
    lost,  // the value never ended: another row begins in it. Still to be read: that row
    cut,   // the input ended
  };
  // A piece of the attribute's value, with its references. It never ends within a reference.
  Piece next_piece(std::string_view& raw);

  // What had to be repaired since the last clear_repairs().
  struct Repairs {
    bool raw_quote = false;  // a quote in the value that did not end it
    bool stray = false;      // something in a tag that is no attribute; left out
    bool unquoted_value = false;
    bool any() const noexcept { return raw_quote || stray || unquoted_value; }
  };
  const Repairs& repairs() const noexcept { return repairs_; }
  void clear_repairs() noexcept { repairs_ = {}; }

  // Where the next byte is, and where the token last begun was, in the text.
  std::uint64_t offset() const noexcept { return base_ + static_cast<std::uint64_t>(at_ - buffer_.get()); }
  std::uint64_t token_offset() const noexcept { return token_offset_; }

  // What is read from the last token on is kept, up to Limits::problem_raw, until the next token; after hold(), until
  // release(). hold() again begins anew with the last token.
  void hold();
  void release() noexcept { holding_ = false; }
  // What was kept, up to `end`.
  std::string kept(std::uint64_t end) const;
  bool kept_all(std::uint64_t end) const noexcept { return end - kept_from_ <= limits_.problem_raw; }
  std::uint64_t kept_from() const noexcept { return kept_from_; }

  // For the fast path of whoever knows what comes next: the text from at() to limit(), behind which 64 bytes of zeros
  // can be read.
  const char* at() const noexcept { return at_; }
  const char* limit() const noexcept { return limit_; }
  void advance_to(const char* at) noexcept { at_ = at; }

 private:
  static constexpr std::size_t slack = 64;
  static constexpr std::size_t largest_piece = block_size / 2;
  enum class Verdict : std::uint8_t { ends, goes_on, unknown };

  std::size_t available() const noexcept { return static_cast<std::size_t>(limit_ - at_); }
  bool refill();
  bool have(std::size_t size);
  bool skip_blanks();
  bool skip_past(std::string_view mark);
  bool skip_doctype();
  bool read_name();
  void keep_from_here();
  Token markup();
  Verdict quote_ends(const char* after) const noexcept;
  const char* row_start_in(const char* from, const char* to) const noexcept;

  XmlText& input_;
  const Limits limits_;
  std::unique_ptr<char[]> buffer_;
  const char* at_;
  const char* limit_;
  std::uint64_t base_ = 0;  // the text's offset of buffer_[0]
  bool at_end_ = false;

  std::string name_;
  bool name_too_long_ = false;
  std::string_view piece_;
  bool cut_ = false;
  bool was_cdata_ = false;
  char quote_ = 0;  // of the current value; 0 when it has none
  Repairs repairs_;
  std::uint64_t token_offset_ = 0;

  std::uint64_t kept_from_ = 0;
  bool holding_ = false;
  std::string kept_;  // from kept_from_ up to base_
};

}  // namespace smsbackup::stores
