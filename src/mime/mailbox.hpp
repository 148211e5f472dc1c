// The people in From and To: what SMS Backup+ writes for a number and the contact behind it, and how to read a list of
// mailboxes (RFC 5322 section 3.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/contacts.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup::mime {

// Who is behind an address.
class Person {
 public:
  // `number` nullopt: the column is NULL. `unknown` is the word for somebody without a number.
  Person(std::optional<std::string_view> number, const std::optional<Contact>& contact, std::string_view unknown);

  const std::string& name() const noexcept { return name_; }      // for subjects, cleaned
  const std::string& number() const noexcept { return number_; }  // for call texts, cleaned
  // The contact's id, else the number as it is; nothing for NULL.
  const std::optional<std::string>& id() const noexcept { return id_; }
  // The mail address: the contact's, else the number's own at unknown.email.
  const std::string& email() const noexcept { return email_; }

  // As a mailbox in a header: 'Bob <bob@example.org>', the name quoted or encoded where it must be.
  std::string mailbox(AddressStyle style) const;

 private:
  std::string name_;
  std::string number_;
  std::string email_;
  std::optional<std::string> id_;
  bool has_name_ = false;      // a contact with a name column, perhaps an empty one
  bool from_contact_ = false;  // email_ is the contact's own
};

inline constexpr std::string_view unknown_domain = "unknown.email";

// A number as the local part of a mail address: cleaned, quoted where it must be.
std::string encode_local_part(std::string_view number);

struct Mailbox {
  std::string name;
  std::string address;
};

// Reads mailboxes separated by ',' or ';', at most `most`. Quotes and comments are taken off.
std::vector<Mailbox> parse_mailboxes(std::string_view text, std::size_t most);

// Writes one: the name as an atom phrase, quoted, or encoded; bytes of the address that are no ASCII as %XX.
std::string format_mailbox(std::string_view name, std::string_view address);

}  // namespace smsbackup::mime
