#include "mime/mailbox.hpp"

#include <algorithm>

#include "mime/ascii.hpp"
#include "mime/encoded_word.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t longest_name = 1024;    // bytes; longer ones are only hostile
constexpr std::size_t longest_address = 320;  // RFC 3696 errata: 64 + 1 + 255

constexpr bool is_atom_char(char c) noexcept {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
         (c != '\0' && std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos);
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

bool is_atom_phrase(std::string_view name) noexcept {
  bool any = false;
  for (const char c : name) {
    if (is_atom_char(c)) {
      any = true;
    } else if (!is_blank(c)) {
      return false;
    }
  }
  return any;
}

bool is_dot_atom(std::string_view text) noexcept {
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_atom_char(c)) return false;
    before = c;
  }
  return before != '.';
}

std::string ascii_only(std::string_view address) {
  std::string out;
  for (const char c : address.substr(0, longest_address)) {
    if (byte(c) < 0x80) {
      out += c;
    } else {
      out += '%';
      out += upper_hex[byte(c) >> 4];
      out += upper_hex[byte(c) & 15];
    }
  }
  return out;
}

// Drops blanks at both ends and makes one of many.
std::string collapsed(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    if (!is_white_space(c)) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

class MailboxScanner {
 public:
  explicit MailboxScanner(std::string_view text) : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }

  Mailbox next() {
    std::string name;
    std::string comment;
    std::string address;
    while (!rest_.empty()) {
      const char c = take();
      if (c == ',' || c == ';') break;
      if (c == '"') {
        take_quoted(name);
      } else if (c == '(') {
        take_comment(comment);
      } else if (c == '<') {
        while (!rest_.empty() && rest_.front() != '>') take_address(address);
        if (!rest_.empty()) take();
      } else {
        name += c;
      }
    }
    if (address.empty()) return {collapsed(comment), collapsed(name)};
    return {collapsed(name), std::string(trim(address))};
  }

 private:
  char take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void take_address(std::string& address) {
    const char c = take();
    // A quoted local part keeps its quotes off, like everything else here.
    if (c == '"') {
      take_quoted(address);
    } else {
      address += c;
    }
  }
  void take_quoted(std::string& to) {
    while (!rest_.empty()) {
      char c = take();
      if (c == '"') return;
      if (c == '\\' && !rest_.empty()) c = take();
      to += c;
    }
  }
  void take_comment(std::string& to) {
    for (int depth = 1; !rest_.empty();) {
      char c = take();
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) return;
      if (c == '\\' && !rest_.empty()) c = take();
      to += c;
    }
  }

  std::string_view rest_;
};

}  // namespace

std::string encode_local_part(std::string_view number) {
  const std::string clean = sanitized(number);
  const std::string_view text = trim(clean);
  if (is_dot_atom(text)) return std::string(text);
  std::string out;
  append_quoted(text, out);
  return out;
}

Person::Person(std::optional<std::string_view> number, const std::optional<Contact>& contact,
               std::string_view unknown) {
  const bool has_number = number && !number->empty() && *number != "-1" && *number != "-2";
  number_ = has_number ? sanitized(*number) : std::string(unknown);
  const bool is_contact = contact && contact->id > 0;
  has_name_ = contact && contact->name.has_value();
  if (has_name_ && !contact->name->empty()) name_ = sanitized(*contact->name);
  if (name_.empty()) name_ = number_;
  if (is_contact) {
    id_ = std::to_string(contact->id);
  } else if (number) {
    id_ = *number;
  }
  const std::optional<std::string> mail = is_contact ? contact->mail_address() : std::nullopt;
  from_contact_ = mail && !mail->empty();
  if (from_contact_) {
    email_ = sanitized(*mail);
  } else {
    const bool nameless = !number || *number == "-1";
    email_ = nameless ? std::string("unknown.number") : encode_local_part(*number);
    email_ += '@';
    email_ += unknown_domain;
  }
}

std::string Person::mailbox(AddressStyle style) const {
  std::string shown;
  switch (style) {
    case AddressStyle::number:
      shown = number_;
      break;
    case AddressStyle::name:
      shown = name_;
      break;
    case AddressStyle::name_and_number:
      shown = name_;
      if (has_name_) shown += " (" + number_ + ")";
      break;
  }
  if (!from_contact_) return format_mailbox(shown, email_);
  // A contact's mail address may hold more than the address, and a name of its own.
  std::vector<Mailbox> parsed = parse_mailboxes(email_, 1);
  if (parsed.empty()) return format_mailbox(shown, email_);
  const std::string_view name = parsed.front().name.empty() ? trim(shown) : std::string_view(parsed.front().name);
  return format_mailbox(name, parsed.front().address);
}

std::vector<Mailbox> parse_mailboxes(std::string_view text, std::size_t most) {
  std::vector<Mailbox> mailboxes;
  MailboxScanner scanner(text);
  while (!scanner.at_end() && mailboxes.size() < most) {
    Mailbox mailbox = scanner.next();
    if (!mailbox.address.empty() || !mailbox.name.empty()) mailboxes.push_back(std::move(mailbox));
  }
  return mailboxes;
}

std::string format_mailbox(std::string_view raw_name, std::string_view address) {
  const std::string_view name = prefix_of_characters(raw_name, longest_name);
  std::string out;
  if (!name.empty()) {
    if (!is_plain_header_text(name)) {
      append_encoded_words(name, out);
    } else if (is_atom_phrase(name)) {
      out += name;
    } else {
      append_quoted(name, out);
    }
    out += " <";
  }
  out += ascii_only(address);
  if (!name.empty()) out += '>';
  return out;
}

}  // namespace smsbackup::mime
