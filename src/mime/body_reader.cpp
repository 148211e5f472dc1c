#include "mime/body_reader.hpp"

#include <algorithm>
#include <optional>

#include "mime/ascii.hpp"
#include "mime/parameters.hpp"
#include "model/base64.hpp"

namespace smsbackup::mime {
namespace {

enum class Encoding : std::uint8_t { identity, quoted_printable, base64, unknown };

Encoding encoding_of(std::string_view value) noexcept {
  value = trim(value);
  if (equals_ignoring_case(value, "quoted-printable")) return Encoding::quoted_printable;
  if (equals_ignoring_case(value, "base64")) return Encoding::base64;
  for (const std::string_view name : {"", "7bit", "8bit", "binary"}) {
    if (equals_ignoring_case(value, name)) return Encoding::identity;
  }
  // A comment after it is allowed, and as rare as anything.
  const std::string_view first = value.substr(0, value.find_first_of(" \t(;"));
  return first.size() < value.size() && !first.empty() ? encoding_of(first) : Encoding::unknown;
}

// The charset parameter where the text has to be converted; empty where it is UTF-8, ASCII or not said.
std::string foreign_charset(std::string_view content_type, CharsetConverter& charsets) {
  if (content_type.size() < 80) {
    // The usual case, as SMS Backup+ and we write it.
    constexpr std::string_view usual = "text/plain;charset=utf-8";
    std::size_t matched = 0;
    for (const char c : content_type) {
      if (is_white_space(c)) continue;
      if (matched == usual.size() || to_lower(c) != usual[matched]) {
        matched = 0;
        break;
      }
      ++matched;
    }
    if (matched == usual.size()) return {};
  }
  const StructuredField field = parse_structured_field(content_type, charsets);
  const std::string* charset = field.find("charset");
  if (charset == nullptr) return {};
  std::string name(trim(*charset));
  std::transform(name.begin(), name.end(), name.begin(), to_lower);
  for (const std::string_view utf8 : {"", "utf-8", "utf8", "us-ascii", "ascii"}) {
    if (name == utf8) return {};
  }
  return name;
}

}  // namespace

BodyCondition read_text(const MailFields& fields, std::string_view body, QuotedPrintable dialect, const Limits& limits,
                        CharsetConverter& charsets, std::string& text) {
  BodyCondition condition;
  text.clear();
  // Quoted-printable takes at most some three bytes for one.
  if (body.size() / 4 > limits.text_size) {
    condition.too_large = true;
    return condition;
  }
  switch (encoding_of(fields.content_transfer_encoding)) {
    case Encoding::quoted_printable: {
      const QuotedPrintableResult result = decode_quoted_printable(body, dialect, text);
      condition.damaged = !result.well_formed;
      condition.exact = result.ends_with_break;
      break;
    }
    case Encoding::base64: {
      base64::Decoder decoder(base64::Mode::lenient);
      decoder.feed(body, text);
      condition.damaged = !decoder.finish(text);
      break;
    }
    case Encoding::unknown:
      condition.unknown_encoding = true;
      [[fallthrough]];
    case Encoding::identity:
      text = body;
      break;
  }
  if (const std::string charset = foreign_charset(fields.content_type, charsets); !charset.empty()) {
    condition.exact = false;
    if (std::optional<std::string> converted = charsets.to_utf8(text, charset)) {
      text = std::move(*converted);
    } else {
      condition.unknown_charset = true;
    }
  }
  condition.too_large = text.size() > limits.text_size;
  return condition;
}

BodyCondition read_data(const MailFields& fields, std::string_view body, const Limits& limits, Blob& data) {
  BodyCondition condition;
  BlobWriter writer(limits.blob_memory);
  std::string bytes;
  base64::Decoder decoder(base64::Mode::lenient);
  Encoding encoding = encoding_of(fields.content_transfer_encoding);
  if (encoding == Encoding::unknown) {
    condition.unknown_encoding = true;
    encoding = Encoding::identity;
  }
  // What stays in memory is decoded to where it stays.
  const bool stays_in_memory = encoding == Encoding::base64 && body.size() <= base64::encoded_size(limits.blob_memory);
  const std::size_t piece = stays_in_memory ? body.size() : 64 * 1024;
  while (!body.empty()) {
    std::size_t size = std::min(piece, body.size());
    if (encoding == Encoding::quoted_printable && size < body.size()) {
      // Whole lines only.
      const std::size_t line_end = body.find('\n', size - 1);
      size = line_end == std::string_view::npos ? body.size() : line_end + 1;
    }
    const std::string_view some = body.substr(0, size);
    body.remove_prefix(size);
    if (encoding == Encoding::identity) {
      writer.append(some);
    } else {
      bytes.clear();
      if (encoding == Encoding::base64) {
        decoder.feed(some, bytes);
      } else if (!decode_quoted_printable(some, QuotedPrintable::standard, bytes).well_formed) {
        condition.damaged = true;
      }
      writer.take(std::move(bytes));
    }
    if (writer.size() > limits.part_size) {
      condition.too_large = true;
      return condition;
    }
  }
  if (encoding == Encoding::base64) {
    bytes.clear();
    if (!decoder.finish(bytes)) condition.damaged = true;
    writer.append(bytes);
  }
  data = writer.finish();
  return condition;
}

}  // namespace smsbackup::mime
