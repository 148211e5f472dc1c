#include "smsbackup/contacts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "model/os_error.hpp"
#include "model/vcard_reader.hpp"
#include "smsbackup/address.hpp"

namespace smsbackup {
namespace {

bool is_gmail(std::string_view address) {
  std::string lower(address);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower.ends_with("gmail.com") || lower.ends_with("googlemail.com");
}

struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

}  // namespace

std::optional<std::string> Contact::mail_address() const {
  const std::string* first = nullptr;
  for (const std::string& address : emails) {
    if (is_gmail(address)) return address;
    if (first == nullptr && !address.empty()) first = &address;
  }
  return first != nullptr ? std::optional(*first) : std::nullopt;
}

ContactBook::~ContactBook() = default;

bool ContactBook::in_group(const Contact& contact, std::string_view group) {
  return std::find(contact.groups.begin(), contact.groups.end(), group) != contact.groups.end();
}

struct MemoryContactBook::Index {
  std::vector<Contact> contacts;
  std::unordered_map<std::string, std::vector<std::size_t>> by_bucket;
  std::set<std::int64_t> ids;
  std::int64_t next_id = 1;

  void add(std::string_view address, std::size_t contact) {
    if (is_unknown_address(address)) return;
    std::vector<std::size_t>& bucket = by_bucket[address_bucket(address)];
    if (bucket.empty() || bucket.back() != contact) bucket.push_back(contact);
  }
};

MemoryContactBook::MemoryContactBook() : index_(std::make_unique<Index>()) {}
MemoryContactBook::~MemoryContactBook() = default;
MemoryContactBook::MemoryContactBook(MemoryContactBook&&) noexcept = default;
MemoryContactBook& MemoryContactBook::operator=(MemoryContactBook&&) noexcept = default;

void MemoryContactBook::add(Contact contact) {
  if (contact.id <= 0) {
    while (index_->ids.contains(index_->next_id)) ++index_->next_id;
    contact.id = index_->next_id;
  }
  index_->ids.insert(contact.id);
  for (const std::string& number : contact.numbers) index_->add(number, index_->contacts.size());
  for (const std::string& address : contact.emails) index_->add(address, index_->contacts.size());
  index_->contacts.push_back(std::move(contact));
}

std::size_t MemoryContactBook::size() const noexcept { return index_->contacts.size(); }

std::optional<Contact> MemoryContactBook::lookup(std::string_view address) {
  if (is_unknown_address(address)) return std::nullopt;
  const auto bucket = index_->by_bucket.find(address_bucket(address));
  if (bucket == index_->by_bucket.end()) return std::nullopt;
  // Loose comparison may find several: who has the number in the same spelling comes first, then the same digits.
  enum Likeness { none, loose, digits, text };
  Likeness best = none;
  const Contact* found = nullptr;
  const std::string address_digits = number_digits(address);
  const auto compare = [&](const Contact& contact, std::string_view candidate) {
    if (!same_address(candidate, address)) return;
    const Likeness likeness = candidate == address                                                     ? text
                              : is_phone_number(address) && number_digits(candidate) == address_digits ? digits
                                                                                                       : loose;
    if (likeness <= best) return;
    best = likeness;
    found = &contact;
  };
  for (const std::size_t index : bucket->second) {
    const Contact& contact = index_->contacts[index];
    for (const std::string& number : contact.numbers) compare(contact, number);
    for (const std::string& mail : contact.emails) compare(contact, mail);
    if (best == text) break;
  }
  return found != nullptr ? std::optional(*found) : std::nullopt;
}

VcardResult parse_vcards(std::string_view text, const Limits& limits) {
  model::VcardReader reader(limits);
  reader.feed(text);
  return reader.finish();
}

MemoryContactBook read_vcard_file(const std::filesystem::path& file, const Limits& limits,
                                  std::vector<Problem>* problems) {
  const std::string doing = "reading contacts from " + file.string();
  const std::unique_ptr<std::FILE, FileCloser> in(std::fopen(file.c_str(), "rb"));
  if (!in) throw model::os_error(errno, doing);
  model::VcardReader reader(limits);
  bool empty = true;
  std::array<char, 64 * 1024> buffer;  // NOLINT: fread fills it
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), in.get())) {
    reader.feed({buffer.data(), size});
    empty = false;
  }
  if (std::ferror(in.get()) != 0) throw model::os_error(errno, doing);
  if (empty) throw Error(ErrorCode::empty_input, doing + " failed: the file is empty");
  VcardResult result = reader.finish();
  if (!reader.any_card()) {
    throw Error(ErrorCode::unknown_format, doing + " failed: there is no vCard in it", "export the contacts as .vcf");
  }
  MemoryContactBook book;
  for (Contact& contact : result.contacts) book.add(std::move(contact));
  if (problems != nullptr) {
    for (Problem& problem : result.problems) {
      problem.where = file.string() + ", " + problem.where;
      problems->push_back(std::move(problem));
    }
  }
  return book;
}

}  // namespace smsbackup
