// A ContactBook answers who is behind a phone number or an alphanumeric sender.
//
// One book is used by one thread at a time. The view passed in is only read during the call.
// An unknown number is an answer, not an error; lookup() throws Error only when the book itself failed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/limits.hpp"
#include "smsbackup/problem.hpp"

namespace smsbackup {

struct Contact {
  std::int64_t id = 0;               // ContactsContract.Contacts._ID; 0 or less: not a contact of the phone
  std::optional<std::string> name;   // display name
  std::vector<std::string> emails;   // in the book's order, primary ones first
  std::vector<std::string> numbers;  // as written in the book
  std::vector<std::string> groups;   // titles of the groups it is in

  // What SMS Backup+ writes into From/To: the first Gmail address, else the first that isn't empty; nothing without
  // any.
  SMSBACKUP_EXPORT std::optional<std::string> mail_address() const;

  friend bool operator==(const Contact&, const Contact&) = default;
};

class SMSBACKUP_EXPORT ContactBook {
 public:
  virtual ~ContactBook();

  // Nothing if nobody is known by that address.
  virtual std::optional<Contact> lookup(std::string_view address) = 0;

  // Whether the contact is in the group of that title. Books that know no groups say what Contact::groups says.
  virtual bool in_group(const Contact& contact, std::string_view group);
};

// A book in memory; numbers and mail addresses are found by same_address() (address.hpp). Of several contacts the one
// with the very spelling is taken, then one with the same digits, then the first added.
class SMSBACKUP_EXPORT MemoryContactBook final : public ContactBook {
 public:
  MemoryContactBook();
  ~MemoryContactBook() override;
  MemoryContactBook(MemoryContactBook&&) noexcept;
  MemoryContactBook& operator=(MemoryContactBook&&) noexcept;

  // A contact without an id gets the next free one.
  void add(Contact contact);
  std::size_t size() const noexcept;
  std::optional<Contact> lookup(std::string_view address) override;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

// Contacts out of vCard text: versions 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350) as phones export them, also mixed in one
// file, with quoted-printable, folded lines, any line ends and grouped properties (docs/contacts.md). A card that can't
// be read becomes a Problem; the others are kept, and so is what was read of a card without an end. CATEGORIES,
// X-GROUP-MEMBERSHIP and the members of group cards become groups. Cards without name, number and mail address are left
// out. Ids are 0.
struct VcardResult {
  std::vector<Contact> contacts;
  std::vector<Problem> problems;
};
SMSBACKUP_EXPORT VcardResult parse_vcards(std::string_view text, const Limits& limits = {});

// Reads a .vcf file of any size into a book. Throws Error(not_found, permission_denied, io, or invalid_argument for a
// folder), Error(empty_input), or Error(unknown_format) when it holds no card at all. Problems are added to `problems`
// when given.
SMSBACKUP_EXPORT MemoryContactBook read_vcard_file(const std::filesystem::path& file, const Limits& limits = {},
                                                   std::vector<Problem>* problems = nullptr);

// Reads Android's contacts2.db (raw_contacts, data, mimetypes, groups; docs/contacts.md) into a book, with the phone's
// ids and groups. The file is not changed; what can't be read in it is added to `problems` when given. Throws
// Error(not_found, permission_denied or io), Error(empty_input), Error(unknown_format), Error(corrupt_input) or
// Error(busy).
SMSBACKUP_EXPORT MemoryContactBook read_contacts_database(const std::filesystem::path& file, const Limits& limits = {},
                                                          std::vector<Problem>* problems = nullptr);

// One or the other, by the file's content.
SMSBACKUP_EXPORT MemoryContactBook read_contacts_file(const std::filesystem::path& file, const Limits& limits = {},
                                                      std::vector<Problem>* problems = nullptr);

}  // namespace smsbackup
