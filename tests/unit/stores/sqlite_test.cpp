#include "stores/sqlite.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "smsbackup/error.hpp"
#include "unit/stores/temp_folder.hpp"

namespace smsbackup::stores {
namespace {

using namespace std::string_view_literals;
using test::TempFolder;

ErrorCode code_of_opening(const std::filesystem::path& file, SqliteMode mode) {
  try {
    const SqliteDatabase database(file, mode);
    database.number("SELECT count(*) FROM sqlite_schema");
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "opened " << file;
  return ErrorCode::internal;
}

TEST(Sqlite, KeepsEveryValueAsItIs) {
  const TempFolder folder;
  const SqliteDatabase database(folder / "a b?c#d%20.db", SqliteMode::create);
  EXPECT_EQ(folder.entries(), std::set<std::string>{"a b?c#d%20.db"});
  database.run("CREATE TABLE t(a INTEGER, b TEXT, c BLOB, d)");
  SqliteStatement insert = database.prepare("INSERT INTO t VALUES(?, ?, ?, ?)");
  insert.bind(1, std::int64_t{-9223372036854775807});
  insert.bind(2, "a\0b\xff"sv);
  insert.bind_blob(3, "\0\1"sv);
  insert.bind_null(4);
  insert.run();
  EXPECT_EQ(database.last_id(), 1);
  SqliteStatement select = database.prepare("SELECT * FROM t");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.column_name(2), "c");
  EXPECT_EQ(select.integer(0), -9223372036854775807);
  EXPECT_EQ(select.text(1), "a\0b\xff"sv);
  EXPECT_EQ(select.bytes(2), "\0\1"sv);
  EXPECT_TRUE(select.is_null(3));
  EXPECT_FALSE(select.step());
}

TEST(Sqlite, RollsBackWhatWasNotCommitted) {
  const TempFolder folder;
  const SqliteDatabase database(folder / "a.db", SqliteMode::create);
  database.run("CREATE TABLE t(a)");
  {
    const SqliteTransaction transaction(database);
    database.run("INSERT INTO t VALUES(1)");
  }
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 0);
  SqliteTransaction transaction(database);
  database.run("INSERT INTO t VALUES(1)");
  transaction.commit();
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 1);
}

TEST(Sqlite, NamesWhatIsWrong) {
  const TempFolder folder;
  test::put(folder / "text", std::string(5000, 'x'));
  EXPECT_EQ(code_of_opening(folder / "none.db", SqliteMode::read_only), ErrorCode::not_found);
  EXPECT_EQ(code_of_opening(folder / "none/none.db", SqliteMode::create), ErrorCode::not_found);
  EXPECT_EQ(code_of_opening(folder / "text", SqliteMode::read_write), ErrorCode::unknown_format);
  const SqliteDatabase database(folder / "a.db", SqliteMode::create);
  database.run("CREATE TABLE t(a)");
  const SqliteTransaction transaction(database);
  const SqliteDatabase other(folder / "a.db", SqliteMode::read_write);
  try {
    const SqliteTransaction second(other);
    FAIL() << "two writers";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_NE(std::string(error.what()).find("a.db"), std::string::npos);
  }
}

TEST(Sqlite, RefusesValuesThatAreTooLarge) {
  const TempFolder folder;
  const SqliteDatabase database(folder / "a.db", SqliteMode::create, 1000);
  database.run("CREATE TABLE t(a)");
  SqliteStatement insert = database.prepare("INSERT INTO t VALUES(?)");
  try {
    insert.bind(1, std::string(1001, 'x'));
    FAIL() << "bound";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  }
}

TEST(Sqlite, TellsSqlitesOwnWordsApart) {
  const TempFolder folder;
  const SqliteDatabase database(folder / "a.db", SqliteMode::create);
  try {
    database.run("SELECT secret_name FROM nowhere");
    FAIL() << "ran";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("nowhere"), std::string::npos);
    EXPECT_NE(error.detail().find("nowhere"), std::string::npos);
  }
}

}  // namespace
}  // namespace smsbackup::stores
