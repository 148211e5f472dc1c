#include "stores/xml_input.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "model/unicode.hpp"

namespace smsbackup::stores {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t head_size = 1024;
constexpr std::size_t block_size = 64 * 1024;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The value of encoding="..." in an XML declaration at the start of `head`; "" if there is none.
std::string declared_encoding(std::string_view head) {
  if (!head.starts_with("<?xml")) return {};
  head = head.substr(0, head.find("?>"));
  std::size_t at = head.find("encoding");
  if (at == std::string_view::npos) return {};
  at += "encoding"sv.size();
  while (at < head.size() && is_blank(head[at])) ++at;
  if (at >= head.size() || head[at] != '=') return {};
  ++at;
  while (at < head.size() && is_blank(head[at])) ++at;
  if (at >= head.size() || (head[at] != '"' && head[at] != '\'')) return {};
  const std::size_t end = head.find(head[at], at + 1);
  return end == std::string_view::npos ? std::string() : std::string(head.substr(at + 1, end - at - 1));
}

bool is_utf8_name(std::string_view charset) {
  std::string lower;
  for (const char c : charset) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  // A declaration that can be read byte by byte is no UTF-16, whatever it says.
  return lower.empty() || lower == "utf-8" || lower == "utf8" || lower == "us-ascii" || lower == "ascii" ||
         lower.starts_with("utf-16") || lower.starts_with("utf16") || lower == "unicode" || lower.starts_with("ucs-2");
}

}  // namespace

std::size_t MemoryByteInput::read(std::span<char> out) {
  const std::size_t size = std::min(out.size(), bytes_.size() - done_);
  std::memcpy(out.data(), bytes_.data() + done_, size);
  done_ += size;
  return size;
}

XmlText::XmlText(std::unique_ptr<ByteInput> bytes, std::unique_ptr<CharsetConverter> charsets)
    : bytes_(std::move(bytes)), charsets_(std::move(charsets)) {
  std::string head(head_size, '\0');
  std::size_t size = 0;
  for (std::size_t got = 1; got > 0 && size < head.size(); size += got)
    got = bytes_->read(std::span(head).subspan(size));
  head.resize(size);
  if (head.starts_with("\xef\xbb\xbf")) {
    skipped_ = 3;
    head.erase(0, 3);
  } else if (head.starts_with("\xff\xfe")) {
    encoding_ = Encoding::utf16le;
    head.erase(0, 2);
  } else if (head.starts_with("\xfe\xff")) {
    encoding_ = Encoding::utf16be;
    head.erase(0, 2);
  } else if (head.size() >= 4 && head.starts_with("<\0"sv) && head[3] == '\0') {
    encoding_ = Encoding::utf16le;
  } else if (head.size() >= 4 && head.starts_with("\0<\0"sv)) {
    encoding_ = Encoding::utf16be;
  }
  if (encoding_ == Encoding::utf8) {
    charset_ = declared_encoding(head);
    if (!is_utf8_name(charset_)) {
      if (charsets_ && charsets_->to_utf8("", charset_)) {
        encoding_ = Encoding::charset;
      } else {
        charset_unknown_ = true;
      }
    }
  }
  if (encoding_ == Encoding::utf8) {
    head_ = std::move(head);
    return;
  }
  raw_ = std::move(head);
  if (convert_block()) {
    head_ = std::move(text_);
    text_.clear();
  }
}

XmlText::XmlText(std::unique_ptr<ByteInput> bytes, std::uint64_t offset) : bytes_(std::move(bytes)), skipped_(offset) {}

std::size_t XmlText::read(std::span<char> out) {
  std::size_t done = 0;
  const auto take = [&](const std::string& from, std::size_t& from_done) {
    const std::size_t size = std::min(out.size() - done, from.size() - from_done);
    std::memcpy(out.data() + done, from.data() + from_done, size);
    from_done += size;
    done += size;
  };
  if (head_done_ < head_.size()) take(head_, head_done_);
  if (encoding_ == Encoding::utf8) {
    return done > 0 ? done : bytes_->read(out);
  }
  if (done == 0 && (text_done_ < text_.size() || convert_block())) take(text_, text_done_);
  return done;
}

// Puts the next converted block into text_, which is used up. False at the end.
bool XmlText::convert_block() {
  text_.clear();
  text_done_ = 0;
  while (text_.empty()) {
    if (at_end_) return false;
    const std::size_t held = raw_.size();
    raw_.resize(held + block_size);
    const std::size_t got = bytes_->read(std::span(raw_).subspan(held));
    raw_.resize(held + got);
    at_end_ = got == 0;
    if (encoding_ == Encoding::charset) {
      const std::size_t cut = at_end_ ? raw_.size() : safe_cut(raw_);
      // The charset was known a moment ago; a converter that changes its mind costs the characters, not the row.
      text_ = charsets_->to_utf8(std::string_view(raw_).substr(0, cut), charset_).value_or(raw_.substr(0, cut));
      raw_.erase(0, cut);
      continue;
    }
    const std::size_t even = raw_.size() / 2 * 2;
    convert_utf16(std::string_view(raw_).substr(0, even));
    raw_.erase(0, even);
    if (at_end_) {
      flush_utf16();
      if (!raw_.empty()) model::append_utf8(model::replacement_character, text_);
    }
  }
  return true;
}

void XmlText::flush_utf16() {
  if (high_half_ != 0) model::append_utf8(high_half_, text_);
  high_half_ = 0;
}

void XmlText::convert_utf16(std::string_view bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    const auto unit = static_cast<char16_t>(encoding_ == Encoding::utf16le ? first | second << 8 : first << 8 | second);
    if (high_half_ != 0) {
      if (model::is_low_surrogate(unit)) {
        model::append_utf8(model::join_surrogates(high_half_, unit), text_);
        high_half_ = 0;
        continue;
      }
      flush_utf16();
    }
    if (model::is_high_surrogate(unit)) {
      high_half_ = unit;
    } else {
      model::append_utf8(unit, text_);
    }
  }
}

// Where a block of an unknown charset may be cut without tearing a character: after a blank or a quote, which are no
// second byte in any charset that keeps ASCII, else after a run of ASCII.
std::size_t XmlText::safe_cut(std::string_view bytes) const {
  const std::size_t after_blank = bytes.find_last_of(" \n\r\"'"sv);
  if (after_blank != std::string_view::npos) return after_blank + 1;
  constexpr std::size_t longest_character = 8;
  std::size_t run = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    run = static_cast<unsigned char>(bytes[i]) < 0x80 ? run + 1 : 0;
    if (run == longest_character) return i + longest_character;
  }
  return bytes.size();
}

}  // namespace smsbackup::stores
