#include "mail_changes.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "mime/encoded_word.hpp"
#include "mime/mail_buffer.hpp"
#include "mime/parameters.hpp"
#include "mime/quoted_printable.hpp"
#include "model/base64.hpp"
#include "smsbackup/charset.hpp"

namespace smsbackup::changes {
namespace {

struct Message {
  std::vector<std::pair<std::string, std::string>> headers;  // folded as they are, without the last line end
  std::string body;

  std::string* find(std::string_view name) {
    for (auto& [key, value] : headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  std::string text() const {
    std::string out;
    for (const auto& [name, value] : headers) out += name + ":" + value + "\r\n";
    return out + "\r\n" + body;
  }
};

Message parse(std::string_view mail) {
  Message message;
  while (!mail.starts_with("\r\n")) {
    std::size_t end = mail.find("\r\n");
    while (mail[end + 2] == ' ' || mail[end + 2] == '\t') end = mail.find("\r\n", end + 2);
    const std::string_view field = mail.substr(0, end);
    const std::size_t colon = field.find(':');
    message.headers.emplace_back(field.substr(0, colon), field.substr(colon + 1));
    mail.remove_prefix(end + 2);
  }
  message.body = mail.substr(2);
  return message;
}

std::string unfolded(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

std::optional<std::string> to_latin1(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x80) {
      out += utf8[i];
    } else if ((c == 0xc2 || c == 0xc3) && i + 1 < utf8.size()) {
      out += static_cast<char>((c & 3) << 6 | (static_cast<unsigned char>(utf8[++i]) & 0x3f));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string to_utf16(std::string_view utf8) {
  std::string out = "\xfe\xff";
  const auto put = [&out](std::uint32_t unit) {
    out += static_cast<char>(unit >> 8);
    out += static_cast<char>(unit);
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t c = size == 1 ? lead : lead & (0x7fU >> size);
    for (std::size_t k = 1; k < size; ++k) c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3f);
    i += size;
    if (c < 0x10000) {
      put(c);
    } else {
      put(0xd800 + ((c - 0x10000) >> 10));
      put(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    if (text[i] == '\r' || text[i] == '\n') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

void transcode_text(Message& message, Encoding encoding, Charset charset) {
  std::string text;
  mime::decode_quoted_printable(message.body, mime::QuotedPrintable::standard, text);
  text = with_crlf(text);
  std::string type = "utf-8";
  if (charset == Charset::latin1) {
    if (const std::optional<std::string> latin1 = to_latin1(text)) {
      text = *latin1;
      type = "ISO-8859-1";
    }
  } else if (charset == Charset::utf16 && encoding != Encoding::eight_bit) {
    text = to_utf16(text);
    type = "\"UTF-16\"";
  }
  std::string& content_type = *message.find("Content-Type");
  content_type = content_type.substr(0, content_type.find(';')) + "; format=flowed; charset=" + type;
  std::string& transfer = *message.find("Content-Transfer-Encoding");
  message.body.clear();
  switch (encoding) {
    case Encoding::eight_bit:
      transfer = " 8bit";
      message.body = text;
      break;
    case Encoding::base64:
      transfer = " BASE64";
      base64::encode(text, message.body, 76);
      break;
    case Encoding::quoted_printable: {
      transfer = " Quoted-Printable";
      // Hard line breaks, as most programs write them.
      for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end =
            charset == Charset::utf16 ? text.size() : std::min(text.find("\r\n", start), text.size());
        std::size_t column = 0;
        for (std::size_t i = start; i < end; ++i) {
          if (column > 70) {
            message.body += "=\r\n";
            column = 0;
          }
          const auto c = static_cast<unsigned char>(text[i]);
          if (c > 0x20 && c < 0x7f && c != '=') {
            message.body += text[i];
            ++column;
          } else {
            constexpr char hex[] = "0123456789ABCDEF";
            message.body += {'=', hex[c >> 4], hex[c & 15]};
            column += 3;
          }
        }
        if (end == text.size()) break;
        message.body += "\r\n";
        start = end + 2;
      }
      break;
    }
  }
}

}  // namespace

std::string with_lf(std::string_view mail) {
  std::string out(mail);
  std::erase(out, '\r');
  return out;
}

std::string with_trailing_line_end(std::string_view mail) { return std::string(mail) + "\r\n\r\n"; }

std::string refolded(std::string_view mail, Random& random) {
  Message message = parse(mail);
  for (auto& [name, value] : message.headers) {
    const bool ours = name.starts_with("X-smsbackup-");
    std::string changed;
    const std::string flat = unfolded(value);
    for (std::size_t i = 0; i < flat.size(); ++i) {
      const char c = flat[i];
      // White space means nothing in our lists, so it may be anywhere.
      if (ours && random() % 50 == 0) changed += random() % 2 == 0 ? "\r\n\t" : "  ";
      const bool between = c == ' ' && i != 0 && i + 1 < flat.size() && flat[i + 1] != ' ' && flat[i - 1] != ' ';
      if (between && random() % 2 == 0) changed += "\r\n";
      changed += c;
    }
    value = changed;
  }
  return message.text();
}

std::string reordered(std::string_view mail, Random& random) {
  Message message = parse(mail);
  message.headers.emplace_back("Received", " from x (y [127.0.0.1])\r\n\tby z; Thu, 1 Jan 1970 00:00:00 +0000");
  message.headers.emplace_back("X-Spam-Status", " No");
  message.headers.emplace_back("X-smssync", " nothing");
  std::shuffle(message.headers.begin(), message.headers.end(), random);
  for (auto& [name, value] : message.headers) {
    for (char& c : name) {
      if (random() % 2 == 0) c = static_cast<char>(random() % 2 == 0 ? toupper(c) : tolower(c));
    }
  }
  return message.text();
}

std::string with_other_encoded_words(std::string_view mail) {
  Message message = parse(mail);
  const auto charsets = system_charsets();
  for (auto& [name, value] : message.headers) {
    if (value.find("=?") == std::string::npos) continue;
    std::string text;
    mime::append_decoded_words(unfolded(value).substr(1), *charsets, text);
    std::string encoded;
    base64::encode(text, encoded);
    value = " =?utf-8*de?b?" + encoded + "?=";
  }
  return message.text();
}

std::string with_footer(std::string_view mail) {
  Message message = parse(mail);
  std::string inner;
  for (auto it = message.headers.begin(); it != message.headers.end();) {
    if (it->first.starts_with("Content-")) {
      inner += it->first + ":" + it->second + "\r\n";
      it = message.headers.erase(it);
    } else {
      ++it;
    }
  }
  message.headers.emplace_back("Content-Type", " Multipart/Mixed;\r\n boundary=\"===============1 (list)\"");
  message.body =
      "preamble\r\n--===============1 (list)\r\n" + inner + "\r\n" + message.body +
      "\r\n--===============1 (list)\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\n_______\r\nlist@"
      "example.org\r\n\r\n--===============1 (list)--\r\nepilogue\r\n";
  return message.text();
}

std::string forwarded(std::string_view mail) {
  return "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=fwd\r\n\r\n--fwd\r\n\r\nsee below\r\n--fwd\r\n"
         "Content-Type: message/rfc822\r\n\r\n" +
         std::string(mail) + "\r\n--fwd--\r\n";
}

std::string transcoded(std::string_view mail, Encoding encoding, Charset charset) {
  Message message = parse(mail);
  const auto charsets = system_charsets();
  const auto type = mime::parse_structured_field(*message.find("Content-Type"), *charsets);
  const std::string* const boundary = type.find("boundary");
  if (boundary == nullptr) {
    transcode_text(message, encoding, charset);
    return message.text();
  }
  const std::string delimiter = "--" + *boundary;
  std::string body = delimiter;
  std::string_view rest = message.body;
  rest.remove_prefix(delimiter.size());
  while (!rest.starts_with("--")) {
    rest.remove_prefix(2);
    const bool empty = rest.starts_with(delimiter);
    const std::string_view part = empty ? std::string_view() : rest.substr(0, rest.find("\r\n" + delimiter));
    body += "\r\n";
    if (!empty) {
      Message inner = parse(part);
      const bool is_text = unfolded(*inner.find("Content-Transfer-Encoding")) == " quoted-printable";
      if (is_text) transcode_text(inner, encoding, charset);
      body += inner.text() + "\r\n";
    }
    body += delimiter;
    rest.remove_prefix(part.size() + (empty ? 0 : 2) + delimiter.size());
  }
  message.body = body + "--\r\n";
  return message.text();
}

}  // namespace smsbackup::changes
