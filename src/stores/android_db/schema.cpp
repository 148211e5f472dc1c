#include "stores/android_db/schema.hpp"

#include <string>

namespace smsbackup::stores::android_db {
namespace {

constexpr const char* message_tables = R"sql(
CREATE TABLE android_metadata (locale TEXT);
INSERT INTO android_metadata VALUES ('en_US');

CREATE TABLE pdu (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, date INTEGER, date_sent INTEGER DEFAULT 0,
  msg_box INTEGER, read INTEGER DEFAULT 0, m_id TEXT, sub TEXT, sub_cs INTEGER, ct_t TEXT, ct_l TEXT, exp INTEGER,
  m_cls TEXT, m_type INTEGER, v INTEGER, m_size INTEGER, pri INTEGER, rr INTEGER, rpt_a INTEGER, resp_st INTEGER,
  st INTEGER, tr_id TEXT, retr_st INTEGER, retr_txt TEXT, retr_txt_cs INTEGER, read_status INTEGER, ct_cls INTEGER,
  resp_txt TEXT, d_tm INTEGER, d_rpt INTEGER, locked INTEGER DEFAULT 0, sub_id INTEGER DEFAULT -1,
  seen INTEGER DEFAULT 0, creator TEXT, text_only INTEGER DEFAULT 0);
CREATE TABLE addr (
  _id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER, charset INTEGER);
CREATE TABLE part (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT, chset INTEGER,
  cd TEXT, fn TEXT, cid TEXT, cl TEXT, ctt_s INTEGER, ctt_t TEXT, _data TEXT, text TEXT);
CREATE TABLE rate (sent_time INTEGER);
CREATE TABLE drm (_id INTEGER PRIMARY KEY, _data TEXT);

CREATE TABLE sms (
  _id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
  date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
  reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
  sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT 0, creator TEXT, seen INTEGER DEFAULT 0);
CREATE TABLE raw (
  _id INTEGER PRIMARY KEY, date INTEGER, reference_number INTEGER, count INTEGER, sequence INTEGER,
  destination_port INTEGER, address TEXT, sub_id INTEGER DEFAULT -1, pdu TEXT, deleted INTEGER DEFAULT 0,
  message_body TEXT, display_originating_addr TEXT);
CREATE TABLE attachments (sms_id INTEGER, content_url TEXT, offset INTEGER);
CREATE TABLE sr_pending (reference_number INTEGER, action TEXT, data TEXT);

CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT);
CREATE TABLE threads (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 0, message_count INTEGER DEFAULT 0, recipient_ids TEXT,
  snippet TEXT, snippet_cs INTEGER DEFAULT 0, read INTEGER DEFAULT 1, archived INTEGER DEFAULT 0,
  type INTEGER DEFAULT 0, error INTEGER DEFAULT 0, has_attachment INTEGER DEFAULT 0);
CREATE TABLE pending_msgs (
  _id INTEGER PRIMARY KEY, proto_type INTEGER, msg_id INTEGER, msg_type INTEGER, err_type INTEGER, err_code INTEGER,
  retry_index INTEGER NOT NULL DEFAULT 0, due_time INTEGER, pending_sub_id INTEGER DEFAULT 0, last_try INTEGER);

CREATE VIEW pdu_restricted AS SELECT * FROM pdu WHERE (msg_box = 1 OR msg_box = 2) AND m_type != 130;
CREATE VIEW sms_restricted AS SELECT * FROM sms WHERE type = 1 OR type = 2;

CREATE INDEX typeThreadIdIndex ON sms (type, thread_id);
CREATE INDEX threadIdDateIndex ON sms (thread_id, date);
CREATE INDEX partMidIndex ON part (mid);
CREATE INDEX addrMsgIdIndex ON addr (msg_id);
)sql";

// The search index of Android's own messaging app. Left out where SQLite was built without full-text search.
constexpr const char* search_tables = R"sql(
CREATE VIRTUAL TABLE words USING FTS3 (
  _id INTEGER PRIMARY KEY, index_text TEXT, source_id INTEGER, table_to_use INTEGER);
CREATE TRIGGER sms_words_update AFTER UPDATE ON sms BEGIN
  UPDATE words SET index_text = NEW.body WHERE source_id = NEW._id AND table_to_use = 1;
END;
CREATE TRIGGER sms_words_delete AFTER DELETE ON sms BEGIN
  DELETE FROM words WHERE source_id = OLD._id AND table_to_use = 1;
END;
CREATE TRIGGER mms_words_update AFTER UPDATE ON part BEGIN
  UPDATE words SET index_text = NEW.text WHERE source_id = NEW._id AND table_to_use = 2;
END;
CREATE TRIGGER mms_words_delete AFTER DELETE ON part BEGIN
  DELETE FROM words WHERE source_id = OLD._id AND table_to_use = 2;
END;
)sql";

// The provider's own triggers keep `threads` up to date while the phone is in use. What they have in common:

// An MMS that the user sees, not a report.
std::string visible(const std::string& row) {
  return "(" + row + "m_type = 132 OR " + row + "m_type = 130 OR " + row + "m_type = 128)";
}
std::string is_attachment(const std::string& row) {
  return row + "ct != 'text/plain' AND " + row + "ct != 'application/smil'";
}
std::string trigger(const std::string& name, const std::string& when, const std::string& body) {
  return "CREATE TRIGGER " + name + " " + when + " BEGIN\n" + body + "END;\n";
}
std::string count_thread_of(const std::string& row) {
  const auto count = [&](const std::string& table, const std::string& condition) {
    return "(SELECT COUNT(" + table + "._id) FROM " + table + " LEFT JOIN threads ON threads._id = thread_id WHERE " +
           "thread_id = " + row + "thread_id AND " + condition + ")";
  };
  return "UPDATE threads SET message_count = " + count("sms", "sms.type != 3") + " + " +
         count("pdu", visible("") + " AND msg_box != 3") + " WHERE threads._id = " + row + "thread_id;\n";
}
std::string read_thread_of_new(const std::string& table, const std::string& condition) {
  return "UPDATE threads SET read = CASE (SELECT COUNT(*) FROM " + table +
         " WHERE read = 0 AND thread_id = " + "threads._id" + condition +
         ") WHEN 0 THEN 1 ELSE 0 END WHERE threads._id = new.thread_id;\n";
}
std::string update_thread_of_new(const std::string& snippet, const std::string& charset) {
  return "UPDATE threads SET date = (strftime('%s','now') * 1000), snippet = " + snippet + ", snippet_cs = " + charset +
         " WHERE threads._id = new.thread_id;\n" + count_thread_of("new.");
}
std::string newest_of_old(const std::string& column, const std::string& of_pdu, const std::string& of_sms) {
  return "UPDATE threads SET " + column + " = (SELECT " + column + " FROM (SELECT date * 1000 AS date, " + of_pdu +
         " AS " + column + ", thread_id FROM pdu UNION SELECT date, " + of_sms + " AS " + column +
         ", thread_id FROM sms) WHERE thread_id = OLD.thread_id ORDER BY date DESC LIMIT 1) " +
         "WHERE threads._id = OLD.thread_id;\n";
}

std::string sms_triggers() {
  const std::string read = read_thread_of_new("sms", "");
  const std::string all = update_thread_of_new("new.body", "0") + read;
  return trigger("sms_update_thread_on_insert", "AFTER INSERT ON sms", all) +
         trigger("sms_update_thread_date_subject_on_update", "AFTER UPDATE OF date, body, type ON sms", all) +
         trigger("sms_update_thread_read_on_update", "AFTER UPDATE OF read ON sms", read) +
         trigger(
             "update_threads_error_on_update_sms",
             "AFTER UPDATE OF type ON sms WHEN (OLD.type != 5 AND NEW.type = 5) OR (OLD.type = 5 AND NEW.type != 5)",
             "UPDATE threads SET error = CASE WHEN NEW.type = 5 THEN error + 1 ELSE error - 1 END "
             "WHERE _id = NEW.thread_id;\n");
}

std::string mms_triggers() {
  const std::string read = read_thread_of_new("pdu", " AND " + visible(""));
  const std::string all = update_thread_of_new("new.sub", "new.sub_cs") + read;
  const std::string when = " ON pdu WHEN " + visible("new.");
  return trigger("pdu_update_thread_on_insert", "AFTER INSERT" + when, all) +
         trigger("pdu_update_thread_date_subject_on_update", "AFTER UPDATE OF date, sub, msg_box" + when, all) +
         trigger("pdu_update_thread_read_on_update", "AFTER UPDATE OF read" + when, read) +
         trigger("pdu_update_thread_on_delete", "AFTER DELETE ON pdu",
                 "UPDATE threads SET date = (strftime('%s','now') * 1000) WHERE threads._id = old.thread_id;\n" +
                     count_thread_of("old.") + newest_of_old("snippet", "sub", "body") +
                     newest_of_old("snippet_cs", "sub_cs", "0")) +
         trigger("part_cleanup", "DELETE ON pdu", "DELETE FROM part WHERE mid = old._id;\n") +
         trigger("addr_cleanup", "DELETE ON pdu", "DELETE FROM addr WHERE msg_id = old._id;\n") +
         trigger("cleanup_delivery_and_read_report", "AFTER DELETE ON pdu WHEN old.m_type = 128",
                 "DELETE FROM pdu WHERE (m_type = 134 OR m_type = 136) AND m_id = old.m_id;\n");
}

std::string attachment_triggers() {
  const std::string has_one =
      "UPDATE threads SET has_attachment = 1 WHERE _id IN (SELECT pdu.thread_id FROM part JOIN pdu ON pdu._id = "
      "part.mid "
      "WHERE part._id = new._id LIMIT 1);\n";
  const std::string parts_of_others = " AND " + is_attachment("part.") + " AND part.mid = pdu._id)";
  return trigger("update_threads_on_insert_part", "AFTER INSERT ON part WHEN " + is_attachment("new."), has_one) +
         trigger("update_threads_on_update_part", "AFTER UPDATE OF mid ON part WHEN " + is_attachment("new."),
                 has_one) +
         trigger("update_threads_on_delete_part", "AFTER DELETE ON part WHEN " + is_attachment("old."),
                 "UPDATE threads SET has_attachment = CASE (SELECT COUNT(*) FROM part JOIN pdu WHERE pdu.thread_id = "
                 "threads._id" +
                     parts_of_others + " WHEN 0 THEN 0 ELSE 1 END;\n") +
         trigger("update_threads_on_update_pdu", "AFTER UPDATE OF thread_id ON pdu",
                 "UPDATE threads SET has_attachment = 1 WHERE _id IN (SELECT pdu.thread_id FROM part JOIN pdu WHERE " +
                     is_attachment("part.") + " AND part.mid = pdu._id);\n");
}

// Messages that wait to be sent or fetched. Nothing of these must ever be restored.
std::string pending_triggers() {
  const std::string add =
      "INSERT INTO pending_msgs (proto_type, msg_id, msg_type, err_type, err_code, retry_index, due_time) "
      "VALUES (1, new._id, new.m_type, 0, 0, 0, 0);\n";
  const std::string failed = "(SELECT DISTINCT msg_id FROM pending_msgs WHERE err_type >= 10)";
  const std::string one_less = "UPDATE threads SET error = error - 1 WHERE _id = OLD.thread_id;\n";
  return trigger("insert_mms_pending_on_insert", "AFTER INSERT ON pdu WHEN new.m_type = 130 OR new.m_type = 135", add) +
         trigger("insert_mms_pending_on_update",
                 "AFTER UPDATE ON pdu WHEN new.m_type = 128 AND new.msg_box = 4 AND old.msg_box != 4", add) +
         trigger("delete_mms_pending_on_delete", "AFTER DELETE ON pdu",
                 "DELETE FROM pending_msgs WHERE msg_id = old._id;\n") +
         trigger("delete_mms_pending_on_update", "AFTER UPDATE ON pdu WHEN old.msg_box = 4 AND new.msg_box != 4",
                 "DELETE FROM pending_msgs WHERE msg_id = new._id;\n") +
         trigger("update_threads_error_on_update_mms",
                 "AFTER UPDATE OF err_type ON pending_msgs WHEN (OLD.err_type < 10 AND NEW.err_type >= 10) "
                 "OR (OLD.err_type >= 10 AND NEW.err_type < 10)",
                 "UPDATE threads SET error = CASE WHEN NEW.err_type >= 10 THEN error + 1 ELSE error - 1 END "
                 "WHERE _id = (SELECT DISTINCT thread_id FROM pdu WHERE _id = NEW.msg_id);\n") +
         trigger("update_threads_error_on_delete_mms", "BEFORE DELETE ON pdu WHEN OLD._id IN " + failed, one_less) +
         trigger("update_threads_error_on_move_mms",
                 "BEFORE UPDATE OF msg_box ON pdu WHEN OLD.msg_box = 4 AND NEW.msg_box != 4 AND OLD._id IN " + failed,
                 one_less);
}

constexpr const char* call_tables = R"sql(
CREATE TABLE android_metadata (locale TEXT);
INSERT INTO android_metadata VALUES ('en_US');
CREATE TABLE properties (property_key TEXT PRIMARY KEY, property_value TEXT);
INSERT INTO properties VALUES ('migrated', '1');
CREATE TABLE calls (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, presentation INTEGER NOT NULL DEFAULT 1,
  post_dial_digits TEXT NOT NULL DEFAULT '', via_number TEXT NOT NULL DEFAULT '', date INTEGER, duration INTEGER,
  data_usage INTEGER, type INTEGER, features INTEGER NOT NULL DEFAULT 0, subscription_component_name TEXT,
  subscription_id TEXT, phone_account_address TEXT, phone_account_hidden INTEGER NOT NULL DEFAULT 0,
  sub_id INTEGER DEFAULT -1, new INTEGER, name TEXT, numbertype INTEGER, numberlabel TEXT, countryiso TEXT,
  voicemail_uri TEXT, is_read INTEGER, geocoded_location TEXT, lookup_uri TEXT, matched_number TEXT,
  normalized_number TEXT, photo_id INTEGER NOT NULL DEFAULT 0, photo_uri TEXT, formatted_number TEXT,
  add_for_all_users INTEGER NOT NULL DEFAULT 1, last_modified INTEGER DEFAULT 0, call_screening_component_name TEXT,
  call_screening_app_name TEXT, block_reason INTEGER NOT NULL DEFAULT 0, missed_reason INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL DEFAULT 0, subject TEXT, location TEXT, composer_photo_uri TEXT, _data TEXT,
  has_content INTEGER, mime_type TEXT, source_data TEXT, source_package TEXT, transcription TEXT,
  transcription_state INTEGER NOT NULL DEFAULT 0, state INTEGER, dirty INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0, backed_up INTEGER NOT NULL DEFAULT 0, restored INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0, is_omtp_voicemail INTEGER NOT NULL DEFAULT 0);
CREATE TABLE voicemail_status (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, source_package TEXT NOT NULL, phone_account_component_name TEXT,
  phone_account_id TEXT, settings_uri TEXT, voicemail_access_uri TEXT, configuration_state INTEGER,
  data_channel_state INTEGER, notification_channel_state INTEGER, quota_occupied INTEGER DEFAULT -1,
  quota_total INTEGER DEFAULT -1, source_type TEXT);
)sql";

bool has_full_text_search(const SqliteDatabase& database) {
  return database.number("SELECT count(*) FROM pragma_module_list WHERE name = 'fts3'") != 0;
}

void set_version(const SqliteDatabase& database, int version) {
  database.run("PRAGMA user_version = " + std::to_string(version));
}

}  // namespace

void make_messages(const SqliteDatabase& database) {
  SqliteTransaction transaction(database);
  database.run(message_tables);
  if (has_full_text_search(database)) database.run(search_tables);
  database.run(sms_triggers() + mms_triggers() + attachment_triggers() + pending_triggers());
  set_version(database, messages_version);
  transaction.commit();
}

void make_calls(const SqliteDatabase& database) {
  SqliteTransaction transaction(database);
  database.run(call_tables);
  set_version(database, calls_version);
  transaction.commit();
}

}  // namespace smsbackup::stores::android_db
