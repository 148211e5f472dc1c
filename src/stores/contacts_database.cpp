// Contacts out of Android's contacts2.db (ContactsDatabaseHelper, ContactsContract.Data).
#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "smsbackup/contacts.hpp"
#include "smsbackup/error.hpp"
#include "stores/android_db/message_reader.hpp"
#include "stores/android_db/phone_files.hpp"
#include "stores/android_db/row_scan.hpp"
#include "stores/android_db/source_database.hpp"
#include "stores/android_db/table.hpp"
#include "stores/input_file.hpp"

namespace smsbackup {

using namespace stores::android_db;

namespace {

constexpr int first = RowScan::first_column;

enum class Kind { other, name, phone, email, group };

Kind kind_of_type(std::string_view mime_type) noexcept {
  constexpr std::string_view prefix = "vnd.android.cursor.item/";
  if (!mime_type.starts_with(prefix)) return Kind::other;
  mime_type.remove_prefix(prefix.size());
  if (mime_type == "name") return Kind::name;
  if (mime_type == "phone_v2") return Kind::phone;
  if (mime_type == "email_v2") return Kind::email;
  return mime_type == "group_membership" ? Kind::group : Kind::other;
}

// A contact of the phone; several accounts may each have a part of it (a raw contact).
struct Person {
  std::string name;                                 // that the phone shows
  std::string other_name;                           // where it says none
  std::vector<std::pair<int, std::string>> emails;  // with their rank: primary ones first
  std::vector<std::string> numbers;
  std::vector<std::string> groups;
};

class Reader {
 public:
  Reader(const SourceDatabase& source, const Limits& limits, std::vector<Problem>* problems)
      : database_(source.get()), limits_(limits), problems_(problems) {}

  MemoryContactBook read() {
    read_kinds();
    read_groups();
    read_shown_names();
    read_raw_contacts();
    read_data();
    MemoryContactBook book;
    for (auto& [id, person] : people_) {
      Contact contact;
      contact.id = id;
      std::string& name = person.name.empty() ? person.other_name : person.name;
      if (!name.empty()) contact.name = std::move(name);
      std::stable_sort(person.emails.begin(), person.emails.end(),
                       [](const auto& a, const auto& b) { return a.first > b.first; });
      for (auto& [rank, email] : person.emails) contact.emails.push_back(std::move(email));
      contact.numbers = std::move(person.numbers);
      contact.groups = std::move(person.groups);
      if (contact.name || !contact.emails.empty() || !contact.numbers.empty()) book.add(std::move(contact));
    }
    return book;
  }

 private:
  // visit(statement) for each row that can be read; nothing without the table. Missing columns are NULL.
  template <class Visit>
  void for_each_row(const char* name, std::initializer_list<const char*> columns, Visit&& visit) {
    const Table table = read_table(database_, name);
    if (!table) return;
    std::string list;
    for (const char* column : columns) {
      list += list.empty() ? "" : ",";
      list += table.has(column) ? sql_name(column) : "NULL";
    }
    RowScan scan(database_, table.name, list);
    for (auto step = scan.next(); step != RowScan::Step::end; step = scan.next()) {
      if (step == RowScan::Step::row) {
        visit(scan);
      } else if (problems_ != nullptr) {
        problems_->push_back(lost_rows(scan, database_.file(), name, std::nullopt));
      }
    }
  }

  void read_kinds() {
    for_each_row("mimetypes", {"mimetype"}, [&](RowScan& scan) {
      if (const Kind kind = kind_of_type(scan.row().text(first)); kind != Kind::other) kinds_[scan.id()] = kind;
    });
  }

  void read_groups() {
    for_each_row("groups", {"title", "deleted"}, [&](RowScan& scan) {
      if (scan.row().integer(first + 1) == 0) groups_[scan.id()] = scan.row().text(first);
    });
  }

  void read_shown_names() {
    for_each_row("contacts", {"name_raw_contact_id"}, [&](RowScan& scan) {
      if (!scan.row().is_null(first)) shown_[scan.id()] = scan.row().integer(first);
    });
  }

  void read_raw_contacts() {
    for_each_row("raw_contacts", {"contact_id", "deleted", "display_name"}, [&](RowScan& scan) {
      if (scan.row().is_null(first) || scan.row().integer(first + 1) != 0) return;
      const std::int64_t contact = scan.row().integer(first);
      contacts_[scan.id()] = contact;
      Person& person = people_[contact];
      const auto shown = shown_.find(contact);
      const bool is_shown = shown != shown_.end() && shown->second == scan.id();
      std::string& name = is_shown ? person.name : person.other_name;
      if (name.empty()) name = scan.row().text(first + 2);
    });
  }

  void read_data() {
    for_each_row("data", {"raw_contact_id", "mimetype_id", "data1", "is_primary", "is_super_primary"},
                 [&](RowScan& scan) { read_entry(scan.row()); });
  }

  void read_entry(const stores::SqliteStatement& row) {
    const auto kind = kinds_.find(row.integer(first + 1));
    const auto contact = contacts_.find(row.integer(first));
    if (kind == kinds_.end() || contact == contacts_.end() || row.is_null(first + 2)) return;
    Person& person = people_[contact->second];
    const std::size_t entries = person.emails.size() + person.numbers.size() + person.groups.size();
    if (entries >= limits_.columns) return;
    std::string value(row.text(first + 2));
    switch (kind->second) {
      case Kind::name:
        if (person.other_name.empty()) person.other_name = std::move(value);
        break;
      case Kind::phone:
        person.numbers.push_back(std::move(value));
        break;
      case Kind::email: {
        const int rank = (row.integer(first + 4) != 0 ? 2 : 0) + (row.integer(first + 3) != 0 ? 1 : 0);
        person.emails.emplace_back(rank, std::move(value));
        break;
      }
      case Kind::group:
        if (const auto group = groups_.find(row.integer(first + 2)); group != groups_.end()) {
          auto& titles = person.groups;
          if (std::find(titles.begin(), titles.end(), group->second) == titles.end()) titles.push_back(group->second);
        }
        break;
      case Kind::other:
        break;
    }
  }

  const stores::SqliteDatabase& database_;
  const Limits& limits_;
  std::vector<Problem>* problems_;
  std::unordered_map<std::int64_t, Kind> kinds_;
  std::unordered_map<std::int64_t, std::string> groups_;
  std::unordered_map<std::int64_t, std::int64_t> shown_;     // contact: the raw contact that it is named after
  std::unordered_map<std::int64_t, std::int64_t> contacts_;  // raw contact: contact
  std::map<std::int64_t, Person> people_;
};

}  // namespace

MemoryContactBook read_contacts_database(const std::filesystem::path& file, const Limits& limits,
                                         std::vector<Problem>* problems) {
  const SourceDatabase database(file, largest_value_within(limits));
  if (!has_table(database.get(), "raw_contacts") || !has_table(database.get(), "data")) {
    throw Error(ErrorCode::unknown_format, "reading " + file.string() + ": this database has no contacts");
  }
  return Reader(database, limits, problems).read();
}

MemoryContactBook read_contacts_file(const std::filesystem::path& file, const Limits& limits,
                                     std::vector<Problem>* problems) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::array<char, magic.size()> beginning{};
  const stores::InputFile input(file);
  const bool is_database = input.is_regular() && input.read_at(0, beginning) == magic.size() &&
                           std::string_view(beginning.data(), beginning.size()) == magic;
  return is_database ? read_contacts_database(file, limits, problems) : read_vcard_file(file, limits, problems);
}

}  // namespace smsbackup
