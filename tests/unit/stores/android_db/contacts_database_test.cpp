#include <gtest/gtest.h>

#include "smsbackup/contacts.hpp"
#include "smsbackup/error.hpp"
#include "unit/stores/android_db/sql.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup {
namespace {

using test::run_sql;
using test::TempFolder;

// As Android's ContactsDatabaseHelper has them, with the columns that matter.
constexpr const char* contact_tables = R"sql(
  CREATE TABLE contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, name_raw_contact_id INTEGER, starred INTEGER);
  CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, contact_id INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0, display_name TEXT, display_name_alt TEXT);
  CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype TEXT NOT NULL);
  CREATE TABLE data (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype_id INTEGER NOT NULL,
    raw_contact_id INTEGER NOT NULL, is_primary INTEGER NOT NULL DEFAULT 0, is_super_primary INTEGER NOT NULL DEFAULT 0,
    data1 TEXT, data2 TEXT, data3 TEXT);
  CREATE TABLE groups (_id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, deleted INTEGER NOT NULL DEFAULT 0);
  INSERT INTO mimetypes VALUES(1, 'vnd.android.cursor.item/email_v2'), (2, 'vnd.android.cursor.item/phone_v2'),
    (3, 'vnd.android.cursor.item/name'), (4, 'vnd.android.cursor.item/group_membership'),
    (5, 'vnd.android.cursor.item/note');
)sql";

TEST(ContactsDatabase, HasNamesNumbersMailAddressesAndGroups) {
  const TempFolder folder;
  const auto file = folder / "contacts2.db";
  run_sql(file, std::string(contact_tables) + R"sql(
    INSERT INTO contacts(_id, name_raw_contact_id) VALUES(10, 2), (11, 3);
    INSERT INTO raw_contacts(_id, contact_id, display_name, deleted) VALUES(1, 10, 'Annie', 0), (2, 10, 'Ann Lee', 0),
      (3, 11, NULL, 0), (4, 12, 'Deleted', 1), (5, NULL, 'Nowhere', 0);
    INSERT INTO groups(_id, title, deleted) VALUES(7, 'Friends', 0), (8, 'Gone', 1);
    INSERT INTO data(mimetype_id, raw_contact_id, is_primary, is_super_primary, data1) VALUES
      (1, 1, 0, 0, 'second@example.org'), (1, 2, 0, 1, 'first@example.org'), (2, 1, 0, 0, '+49 1511 2345678'),
      (2, 2, 0, 0, '(030) 123456'), (4, 1, 0, 0, '7'), (4, 2, 0, 0, '7'), (4, 2, 0, 0, '8'), (5, 1, 0, 0, 'a note'),
      (3, 3, 0, 0, 'Bob'), (2, 3, 0, 0, '12345'), (2, 4, 0, 0, '99999');
  )sql");
  MemoryContactBook book = read_contacts_file(file);
  EXPECT_EQ(book.size(), 2U);
  Contact ann;
  ann.id = 10;
  ann.name = "Ann Lee";
  ann.emails = {"first@example.org", "second@example.org"};
  ann.numbers = {"+49 1511 2345678", "(030) 123456"};
  ann.groups = {"Friends"};
  EXPECT_EQ(book.lookup("015112345678"), ann);
  EXPECT_TRUE(book.in_group(ann, "Friends"));
  EXPECT_EQ(book.lookup("12345").value().name, "Bob");
  EXPECT_EQ(book.lookup("99999"), std::nullopt);
}

TEST(ContactsDatabase, IsNamedWhenItIsNone) {
  const TempFolder folder;
  run_sql(folder / "other.db", "CREATE TABLE t(a)");
  try {
    read_contacts_file(folder / "other.db");
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unknown_format);
  }
}

TEST(ContactsFile, IsTakenByItsContent) {
  const TempFolder folder;
  test::put(folder / "contacts2.db", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nTEL:+4930123456\r\nEND:VCARD\r\n");
  EXPECT_EQ(read_contacts_file(folder / "contacts2.db").lookup("030123456").value().name, "Ann");
}

}  // namespace
}  // namespace smsbackup
