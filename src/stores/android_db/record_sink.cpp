#include "stores/android_db/record_sink.hpp"

#include <algorithm>
#include <utility>

#include "model/logger.hpp"
#include "smsbackup/error.hpp"
#include "stores/android_db/row_scan.hpp"
#include "stores/android_db/table.hpp"

namespace smsbackup::stores::android_db {
namespace {

constexpr std::int64_t utf8_charset = 106;  // MIBenum
// Since this version the parts' folder belongs to a user of the phone.
constexpr std::int64_t user_folder_version = 62;

// What a message that lacks the column is to the phone: one that was seen, so that it rings no bell, as Android's own
// restore does it (TelephonyBackupAgent).
std::vector<DefaultValue> sms_defaults() { return {{"read", 1}, {"seen", 1}}; }
std::vector<DefaultValue> mms_defaults() { return {{"read", 1}, {"seen", 1}}; }
std::vector<DefaultValue> call_defaults() { return {{"new", 0}, {"is_read", 1}}; }

// Whether it concerns this record only, not the whole database.
bool is_refusal(const Error& error) noexcept {
  return error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::limit_exceeded ||
         error.code() == ErrorCode::truncated_input;
}

Outcome refused(const Error& error, RecordType type) {
  Problem problem;
  problem.code = error.code();
  problem.where = "a record";
  problem.why = error.what();
  problem.type = type;
  problem.raw_is_complete = false;
  return {false, std::move(problem)};
}

bool is_text_or_layout(const MmsPart& part) {
  return part.ct.has_value() && (*part.ct == "text/plain" || *part.ct == "application/smil");
}

bool is_text_only(const Mms& mms) { return std::all_of(mms.parts.begin(), mms.parts.end(), is_text_or_layout); }

std::int64_t size_of_parts(const Mms& mms) {
  std::uint64_t size = 0;
  for (const MmsPart& part : mms.parts) size += part.data ? part.data->size() : part.text.value().size();
  return static_cast<std::int64_t>(size);
}

// Those that the phone shows, and counts.
bool is_visible(const Integer& m_type) {
  return m_type == Integer(mms_send_req) || m_type == Integer(mms_notification_ind) ||
         m_type == Integer(mms_retrieve_conf);
}

bool is_to_several(const Mms& mms) {
  return std::count_if(mms.addresses.begin(), mms.addresses.end(),
                       [](const MmsAddress& address) { return address.type != Integer(mms_from); }) > 1;
}

std::string_view label_of(const MmsPart& part) {
  if (part.cl.has_value() && !part.cl->empty()) return *part.cl;
  return part.name.value();
}

// As the paths in it are; if there are none, as this release has them.
std::string find_data_prefix(const SqliteDatabase& database) {
  constexpr std::string_view folder = "com.android.providers.telephony/app_parts/";
  try {
    SqliteStatement last = database.prepare("SELECT _data FROM part WHERE _data LIKE '/%' ORDER BY rowid DESC LIMIT 1");
    if (last.step()) {
      const std::string_view path = last.text(0);
      return std::string(path.substr(0, path.rfind('/') + 1));
    }
  } catch (const Error& error) {
    if (!is_damage(error)) throw;
  }
  const bool of_user = database.number("PRAGMA user_version") >= user_folder_version;
  return (of_user ? "/data/user_de/0/" : "/data/data/") + std::string(folder);
}

template <class Row>
void tell_left_out(const RowWriter<Row>& writer) {
  for (const std::string& name : writer.left_out()) {
    model::logger().warn("the phone's table {} has no column {}: left out", writer.table(), name);
  }
}

}  // namespace

MessageSink::MessageSink(const SqliteDatabase& database, std::filesystem::path parts_folder, std::int64_t now)
    : database_(database),
      part_files_(std::move(parts_folder), now),
      threads_(database),
      undecided_(database),
      search_(database) {
  const auto writer = [&]<class Row>(std::optional<RowWriter<Row>>& made, const char* name,
                                     std::vector<DefaultValue> defaults) {
    const Table table = read_table(database, name);
    if (table) made.emplace(database, table, std::move(defaults));
  };
  writer(sms_, "sms", sms_defaults());
  writer(mms_, "pdu", mms_defaults());
  writer(address_, "addr", {{"charset", utf8_charset}});
  writer(part_, "part", {});
  const bool has_children = address_ && part_ && address_->parameter("msg_id") != 0 && part_->parameter("mid") != 0 &&
                            part_->parameter("_data") != 0;
  if (!has_children) mms_.reset();
  if (sms_) columns_.sms_thread = sms_->parameter("thread_id");
  if (!mms_) return;
  columns_.mms_thread = mms_->parameter("thread_id");
  columns_.msg_box = mms_->parameter("msg_box");
  columns_.m_type = mms_->parameter("m_type");
  columns_.text_only = mms_->parameter("text_only");
  columns_.m_size = mms_->parameter("m_size");
  columns_.address_message = address_->parameter("msg_id");
  columns_.part_message = part_->parameter("mid");
  columns_.part_data = part_->parameter("_data");
  data_prefix_ = find_data_prefix(database);
  part_files_.clean_up(database);
}

void MessageSink::write(std::span<const Record> records, Outcomes& outcomes) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* sms = std::get_if<Sms>(&records[i]);
    const auto* mms = std::get_if<Mms>(&records[i]);
    if (sms == nullptr && mms == nullptr) continue;
    if (!transaction_) transaction_.emplace(database_);
    try {
      if (sms != nullptr) {
        insert(*sms);
      } else {
        insert(*mms, direction_of(records[i]));
      }
      outcomes[i].written = true;
    } catch (const Error& error) {
      if (!is_refusal(error)) throw;
      outcomes[i] = refused(error, type_of(records[i]));
    }
  }
}

void MessageSink::commit() {
  if (!transaction_) return;
  try {
    threads_.save();
    search_.write();
    part_files_.publish();
    undecided_.publish();
    transaction_->commit();
  } catch (...) {
    part_files_.discard();
    throw;
  }
  transaction_.reset();
  part_files_.settle();
  if (!left_out_told_ && sms_ && mms_ && !(sms_->left_out().empty() && mms_->left_out().empty())) {
    left_out_told_ = true;
    tell_left_out(*sms_);
    tell_left_out(*mms_);
  }
}

void MessageSink::settle_groups() {
  if (mms_ && columns_.mms_thread != 0 && columns_.msg_box != 0 && columns_.m_type != 0) {
    undecided_.settle(own_numbers_, threads_);
  }
}

void MessageSink::insert(const Sms& sms) {
  if (!sms_) throw Error(ErrorCode::invalid_argument, "this database has no table for SMS");
  sms_->bind(sms);
  const auto thread = threads_.of({sms.address.has_value() ? std::string_view(*sms.address) : std::string_view()});
  if (thread) {
    sms_->set(columns_.sms_thread, *thread);
  } else {
    sms_->set_null(columns_.sms_thread);
  }
  search_.add(sms, sms_->insert());
  if (!thread) return;
  Threads::Message message;
  if (sms.date.has_value()) message.date = *sms.date;
  message.counts = sms.type != Integer(sms_draft);
  message.unread = sms.read == Integer(0);
  message.failed = sms.type == Integer(sms_failed);
  message.snippet = &sms.body;
  threads_.add(*thread, message);
}

void MessageSink::insert(const Mms& mms, Direction direction) {
  if (!mms_) throw Error(ErrorCode::invalid_argument, "this database has no tables for MMS");
  const bool incoming = direction != Direction::outgoing;
  mms_->bind(mms);
  const auto thread = threads_.of(other_parties(mms, direction, own_numbers_));
  if (thread) {
    mms_->set(columns_.mms_thread, *thread);
  } else {
    mms_->set_null(columns_.mms_thread);
  }
  const Integer m_type = mms.m_type.is_absent() ? Integer(incoming ? mms_retrieve_conf : mms_send_req) : mms.m_type;
  const Integer box = mms.msg_box.is_absent() ? Integer(incoming ? mms_inbox : mms_sent) : mms.msg_box;
  if (mms.m_type.is_absent() && mms.extras.find("m_type") == mms.extras.end()) mms_->set(columns_.m_type, *m_type);
  if (mms.msg_box.is_absent() && mms.extras.find("msg_box") == mms.extras.end()) mms_->set(columns_.msg_box, *box);
  if (mms.text_only.is_absent()) mms_->set(columns_.text_only, is_text_only(mms) ? 1 : 0);
  if (mms.m_size.is_absent()) mms_->set(columns_.m_size, size_of_parts(mms));

  // Its rows come and go together.
  const std::size_t files = part_files_.mark();
  const std::size_t words = search_.mark();
  database_.run("SAVEPOINT message");
  std::int64_t id = 0;
  try {
    id = mms_->insert();
    insert_children(mms, direction, id);
  } catch (const Error&) {
    part_files_.drop_since(files);
    search_.drop_since(words);
    // A full disk has ended the whole transaction already.
    if (sqlite3_get_autocommit(database_.handle()) == 0) database_.run("ROLLBACK TO message; RELEASE message");
    throw;
  }
  database_.run("RELEASE message");
  if (!thread) return;
  if (own_numbers_.empty() && is_to_several(mms)) undecided_.note(id);
  if (!is_visible(m_type)) return;
  Threads::Message message;
  if (mms.date.has_value()) message.date = *mms.date;
  message.counts = box != Integer(mms_drafts);
  message.unread = mms.read == Integer(0);
  message.failed = box == Integer(mms_failed);
  message.attachment = !is_text_only(mms);
  message.snippet = &mms.sub;
  message.snippet_charset = mms.sub_cs;
  threads_.add(*thread, message);
}

void MessageSink::insert_children(const Mms& mms, Direction direction, std::int64_t id) {
  bool has_sender = direction != Direction::outgoing;
  for (const MmsAddress& address : mms.addresses) {
    has_sender = has_sender || address.type == Integer(mms_from);
    address_->bind(address);
    address_->set(columns_.address_message, id);
    address_->insert();
  }
  if (!has_sender) {
    // The network puts this phone's number in.
    MmsAddress sender;
    sender.address = std::string(insert_address_token);
    sender.type = mms_from;
    address_->bind(sender);
    address_->set(columns_.address_message, id);
    address_->insert();
  }
  insert_parts(mms, id);
}

void MessageSink::insert_parts(const Mms& mms, std::int64_t id) {
  for (const MmsPart& part : mms.parts) {
    part_->bind(part);
    part_->set(columns_.part_message, id);
    if (part.data) {
      part_->set(columns_.part_data, data_prefix_ + part_files_.add(*part.data, label_of(part)));
    } else {
      part_->set_null(columns_.part_data);
    }
    search_.add(part, part_->insert());
  }
}

CallSink::CallSink(const SqliteDatabase& database)
    : database_(database), calls_(database, read_table(database, "calls"), call_defaults()) {}

void CallSink::write(std::span<const Record> records, Outcomes& outcomes) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* call = std::get_if<Call>(&records[i]);
    if (call == nullptr) continue;
    if (!transaction_) transaction_.emplace(database_);
    try {
      calls_.bind(*call);
      calls_.insert();
      outcomes[i].written = true;
    } catch (const Error& error) {
      if (!is_refusal(error)) throw;
      outcomes[i] = refused(error, RecordType::call);
    }
  }
}

void CallSink::commit() {
  if (!transaction_) return;
  transaction_->commit();
  transaction_.reset();
}

}  // namespace smsbackup::stores::android_db
