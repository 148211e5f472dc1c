#include "imap/imap_uri.hpp"

#include <charconv>
#include <optional>

#include "model/unicode.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

[[noreturn]] void refuse(const std::string& why, std::string hint = "write imaps://user@host/FOLDER") {
  throw Error(ErrorCode::invalid_argument, "reading an IMAP address: " + why, std::move(hint));
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text, const char* what) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0)
      refuse(std::string("a percent sign in the ") + what + " is not followed by two hexadecimal digits",
             "write %25 for a percent sign");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  for (const unsigned char c : out)
    if (c < 0x20 || c == 0x7f) refuse(std::string("there is a control character in the ") + what);
  if (model::utf8_prefix(out, false) != out.size()) refuse(std::string("the ") + what + " is not UTF-8");
  return out;
}

std::string encode(std::string_view text, std::string_view also_plain) {
  static constexpr char digits[] = "0123456789ABCDEF";
  static constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (plain.find(c) != plain.npos || also_plain.find(c) != also_plain.npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::uint16_t parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0 || port > 65535)
    refuse("the port is no number from 1 to 65535");
  return static_cast<std::uint16_t>(port);
}

void read_host_and_port(std::string_view text, ImapOptions& out) {
  std::string_view host = text;
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find(']');
    if (close == text.npos) refuse("the bracket around the IPv6 address is not closed");
    host = text.substr(1, close - 1);
    const auto rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') refuse("something other than a port follows the IPv6 address");
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) refuse("there is a colon without a port");
  } else if (const auto colon = text.find(':'); colon != text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.find(':') != port.npos)
      refuse("an IPv6 address must stand in brackets", "write imaps://user@[2001:db8::1]/");
    if (port.empty()) refuse("there is a colon without a port");
  }
  out.host = decode(host, "host name");
  if (out.host.empty()) refuse("the host name is missing");
  if (out.host.find_first_of(" /\\\"") != std::string::npos) refuse("the host name has a character that none can have");
  out.port = port.empty() ? 0 : parse_port(port);
}

}  // namespace

ImapOptions options_from_uri(std::string_view scheme, std::string_view location, ImapOptions base) {
  if (scheme == "imaps") {
    base.security = ImapOptions::Security::tls;
  } else if (scheme == "imap+starttls") {
    base.security = ImapOptions::Security::starttls;
  } else if (scheme == "imap") {
    base.security = ImapOptions::Security::plain;
  } else {
    refuse("the scheme is none of imaps, imap+starttls and imap");
  }
  if (location.substr(0, 2) != "//") refuse("two slashes are missing after the scheme");
  location.remove_prefix(2);
  if (location.find_first_of("?#") != location.npos)
    refuse("there is a question mark or a hash sign in it", "write %3F or %23 if they belong to a name");

  const auto slash = location.find('/');
  const auto authority = location.substr(0, slash);
  // The last "@": names like me@example.org are often written as they are.
  if (const auto at = authority.rfind('@'); at != authority.npos) {
    const auto user = authority.substr(0, at);
    if (user.find(':') != user.npos)
      refuse(
          "there is a colon before the \"@\": a password doesn't belong into an address, where logs and other "
          "users of the machine can see it",
          "leave it out; it is asked for, or taken from SMSBACKUP_PASSWORD or --password-command");
    if (user.find(';') != user.npos) refuse("there is a semicolon in the user name", "write %3B if it belongs to it");
    base.user = decode(user, "user name");
    read_host_and_port(authority.substr(at + 1), base);
  } else {
    read_host_and_port(authority, base);
  }
  if (base.user.empty()) refuse("the user name is missing");

  if (slash != location.npos && slash + 1 < location.size()) {
    auto folder = location.substr(slash + 1);
    while (!folder.empty() && folder.back() == '/') folder.remove_suffix(1);
    base.folder = decode(folder, "folder name");
    if (base.folder.empty()) refuse("the folder name is empty");
  }
  return base;
}

std::string uri_of(const ImapOptions& options) {
  using Security = ImapOptions::Security;
  std::string out = options.security == Security::tls        ? "imaps://"
                    : options.security == Security::starttls ? "imap+starttls://"
                                                             : "imap://";
  out += encode(options.user, "");
  out += '@';
  if (options.host.find(':') != std::string::npos)
    out += '[' + options.host + ']';
  else
    out += encode(options.host, "");
  if (options.port != 0) out += ':' + std::to_string(options.port);
  out += '/';
  out += encode(options.folder, "/");
  return out;
}

}  // namespace smsbackup::imap
