// Databases as tests want them: made of SQL, and looked at with SQL.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "stores/sqlite.hpp"

namespace smsbackup::test {

inline void run_sql(const std::filesystem::path& file, const std::string& sql) {
  const stores::SqliteDatabase database(file, stores::SqliteMode::create);
  database.run(sql);
}

// Each row with '|' between its columns; NULL is "NULL".
inline std::vector<std::string> rows(const std::filesystem::path& file, std::string_view sql) {
  const stores::SqliteDatabase database(file, stores::SqliteMode::read_write);
  stores::SqliteStatement statement = database.prepare(sql);
  std::vector<std::string> rows;
  while (statement.step()) {
    std::string& row = rows.emplace_back();
    for (int column = 0; column < statement.column_count(); ++column) {
      if (column != 0) row += '|';
      row += statement.is_null(column) ? "NULL" : std::string(statement.text(column));
    }
  }
  return rows;
}

using Rows = std::vector<std::string>;

// mmssms.db of Android 2.3 (version 53): no date_sent, sub_id, creator, text_only.
inline constexpr const char* oldest_tables = R"sql(
  CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
    protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER, reply_path_present INTEGER,
    subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0, error_code INTEGER DEFAULT 0,
    seen INTEGER DEFAULT 0);
  CREATE TABLE pdu (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, msg_box INTEGER, read INTEGER DEFAULT 0,
    m_id TEXT, sub TEXT, sub_cs INTEGER, ct_t TEXT, ct_l TEXT, exp INTEGER, m_cls TEXT, m_type INTEGER, v INTEGER,
    m_size INTEGER, pri INTEGER, rr INTEGER, rpt_a INTEGER, resp_st INTEGER, st INTEGER, tr_id TEXT, retr_st INTEGER,
    retr_txt TEXT, retr_txt_cs INTEGER, read_status INTEGER, ct_cls INTEGER, resp_txt TEXT, d_tm INTEGER,
    d_rpt INTEGER, locked INTEGER DEFAULT 0, seen INTEGER DEFAULT 0);
  CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER,
    charset INTEGER);
  CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT, chset INTEGER,
    cd TEXT, fn TEXT, cid TEXT, cl TEXT, ctt_s INTEGER, ctt_t TEXT, _data TEXT, text TEXT);
  CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY, address TEXT);
  CREATE TABLE threads (_id INTEGER PRIMARY KEY, date INTEGER DEFAULT 0, message_count INTEGER DEFAULT 0,
    recipient_ids TEXT, snippet TEXT, snippet_cs INTEGER DEFAULT 0, read INTEGER DEFAULT 1, type INTEGER DEFAULT 0,
    error INTEGER DEFAULT 0, has_attachment INTEGER DEFAULT 0);
  PRAGMA user_version = 53;
)sql";

}  // namespace smsbackup::test
