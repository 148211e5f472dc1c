#include "stores/android_db/threads.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "smsbackup/address.hpp"

namespace smsbackup::stores::android_db {
namespace {

constexpr std::size_t most_spellings = 50'000;
constexpr std::int64_t group_thread = 1;  // Telephony.Threads.BROADCAST_THREAD

bool is_mail_address(std::string_view address) noexcept { return address.find('@') != std::string_view::npos; }

// As MmsSmsProvider.getSingleAddressId compares: mail addresses whatever the case, numbers loosely, others exactly.
bool equal_for_threads(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (is_mail_address(a) || is_mail_address(b)) return same_address(a, b);
  return is_phone_number(a) && is_phone_number(b) && loosely_equal_numbers(a, b);
}

std::string joined(std::vector<std::int64_t>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::string text;
  for (const std::int64_t id : ids) {
    if (!text.empty()) text += ' ';
    text += std::to_string(id);
  }
  return text;
}

// Without what is no id.
std::vector<std::int64_t> ids_in(std::string_view recipients) {
  std::vector<std::int64_t> ids;
  while (!recipients.empty()) {
    const auto blank = std::min(recipients.find(' '), recipients.size());
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(recipients.data(), recipients.data() + blank, id);
    if (error == std::errc() && end == recipients.data() + blank) ids.push_back(id);
    recipients.remove_prefix(std::min(blank + 1, recipients.size()));
  }
  return ids;
}

// "3 1" is "1 3"; nothing for what is no list of ids.
std::string in_order(std::string_view recipients) {
  std::vector<std::int64_t> ids = ids_in(recipients);
  return joined(ids);
}

}  // namespace

Threads::Threads(const SqliteDatabase& database) : database_(database) {
  const Table threads = read_table(database, "threads");
  const Table addresses = read_table(database, "canonical_addresses");
  usable_ = threads.has("_id") && threads.has("recipient_ids") && addresses.has("_id") && addresses.has("address");
  if (!usable_) return;
  add_address_ = database.prepare("INSERT INTO canonical_addresses(address) VALUES(?)");
  add_thread_ = database.prepare(threads.has("type") ? "INSERT INTO threads(recipient_ids, type) VALUES(?, ?)"
                                                     : "INSERT INTO threads(recipient_ids) VALUES(?)");
  group_type_parameter_ = threads.has("type") ? 2 : 0;
  const auto update_of = [&](std::initializer_list<std::pair<const char*, int>> columns) {
    std::string list;
    for (const auto& [column, parameter] : columns) {
      if (!threads.has(column)) continue;
      list += (list.empty() ? "" : ", ") + std::string(column) + " = ?" + std::to_string(parameter);
    }
    if (list.empty()) list = "recipient_ids = recipient_ids";
    return database.prepare("UPDATE threads SET " + list + " WHERE _id = ?1");
  };
  update_ = update_of({{"date", 2}, {"message_count", 3}, {"read", 4}, {"error", 5}, {"has_attachment", 6}});
  update_snippet_ = update_of({{"snippet", 2}, {"snippet_cs", 3}});
  read_addresses(database);
  read_threads(database);
  read_messages(database, "sms", {"thread_id", "date", "type"}, "thread_id, date, type != 3");
  read_messages(database, "pdu", {"thread_id", "date", "msg_box", "m_type"},
                "thread_id, date * 1000, msg_box != 3 AND m_type IN (128, 130, 132)");
}

void Threads::read_addresses(const SqliteDatabase& database) {
  SqliteStatement rows = database.prepare("SELECT _id, address FROM canonical_addresses NOT INDEXED ORDER BY _id");
  while (rows.step()) {
    const std::string_view spelling = rows.text(1);
    by_bucket_[address_bucket(spelling)].push_back({rows.integer(0), std::string(spelling)});
  }
}

void Threads::read_threads(const SqliteDatabase& database) {
  const Table table = read_table(database, "threads");
  const auto column = [&](const char* name) { return table.has(name) ? std::string(name) : std::string("NULL"); };
  SqliteStatement rows =
      database.prepare("SELECT _id, recipient_ids, " + column("read") + " = 0, " + column("error") + " > 0, " +
                       column("has_attachment") + " > 0 FROM threads NOT INDEXED ORDER BY _id");
  while (rows.step()) {
    const std::int64_t id = rows.integer(0);
    by_recipients_.emplace(in_order(rows.text(1)), id);
    Thread& thread = threads_[id];
    thread.unread = rows.integer(2) != 0;
    thread.failed = rows.integer(3) != 0;
    thread.attachment = rows.integer(4) != 0;
  }
}

void Threads::read_messages(const SqliteDatabase& database, const std::string& table,
                            std::initializer_list<const char*> needed, const std::string& columns) {
  const Table there = read_table(database, table);
  if (!std::all_of(needed.begin(), needed.end(), [&](const char* column) { return there.has(column); })) return;
  SqliteStatement rows = database.prepare("SELECT " + columns + " FROM " + table + " NOT INDEXED");
  while (rows.step()) {
    const auto found = threads_.find(rows.integer(0));
    if (found == threads_.end()) continue;
    Thread& thread = found->second;
    thread.newest = std::max(thread.newest, rows.integer(1));
    if (rows.integer(2) != 0) ++thread.count;
  }
}

std::int64_t Threads::address_id(std::string_view spelling) {
  std::string key(spelling);
  if (const auto found = by_spelling_.find(key); found != by_spelling_.end()) return found->second;
  std::vector<Address>& bucket = by_bucket_[address_bucket(spelling)];
  const auto known = [&](auto&& same) { return std::find_if(bucket.begin(), bucket.end(), same); };
  auto found = known([&](const Address& address) { return address.spelling == spelling; });
  if (found == bucket.end()) {
    found = known([&](const Address& address) { return equal_for_threads(address.spelling, spelling); });
  }
  std::int64_t id = 0;
  if (found != bucket.end()) {
    id = found->id;
  } else {
    add_address_.bind(1, spelling);
    add_address_.run();
    id = database_.last_id();
    bucket.push_back({id, key});
  }
  if (by_spelling_.size() >= most_spellings) by_spelling_.clear();
  by_spelling_.emplace(std::move(key), id);
  return id;
}

std::int64_t Threads::thread_id(const std::string& recipients, std::size_t parties) {
  if (const auto found = by_recipients_.find(recipients); found != by_recipients_.end()) return found->second;
  add_thread_.bind(1, recipients);
  if (group_type_parameter_ != 0) add_thread_.bind(group_type_parameter_, parties > 1 ? group_thread : 0);
  add_thread_.run();
  const std::int64_t id = database_.last_id();
  by_recipients_.emplace(recipients, id);
  threads_.emplace(id, Thread{});
  return id;
}

std::optional<std::int64_t> Threads::of(const std::vector<std::string_view>& parties) {
  if (!usable_) return std::nullopt;
  std::string only;
  if (parties.size() == 1) {
    only = parties.front();
    if (const auto found = of_one_.find(only); found != of_one_.end()) return found->second;
  }
  std::vector<std::int64_t> ids;
  ids.reserve(parties.size());
  for (const std::string_view party : parties) ids.push_back(address_id(party));
  const std::string recipients = joined(ids);
  const std::int64_t id = thread_id(recipients, ids.size());
  if (parties.size() == 1) {
    if (of_one_.size() >= most_spellings) of_one_.clear();
    of_one_.emplace(std::move(only), id);
  }
  return id;
}

void Threads::add(std::int64_t id, const Message& message) {
  Thread& thread = threads_[id];
  if (!std::exchange(thread.touched, true)) touched_.push_back(id);
  if (message.counts) ++thread.count;
  thread.unread |= message.unread;
  thread.failed |= message.failed;
  thread.attachment |= message.attachment;
  if (!message.date || *message.date < thread.newest) return;
  thread.newest = *message.date;
  thread.new_snippet = true;
  thread.null_snippet = message.snippet == nullptr || !message.snippet->has_value();
  if (!thread.null_snippet) thread.snippet = message.snippet->value();
  thread.snippet_charset = message.snippet_charset.value_or(0);
}

void Threads::save() {
  for (const std::int64_t id : touched_) {
    Thread& thread = threads_[id];
    write(id, thread);
    thread.touched = thread.new_snippet = false;
    thread.snippet = std::string();
  }
  touched_.clear();
}

void Threads::write(std::int64_t id, const Thread& thread) {
  const auto bind = [](SqliteStatement& statement, int parameter, std::int64_t value) {
    if (parameter <= statement.parameter_count()) statement.bind(parameter, value);
  };
  bind(update_, 1, id);
  bind(update_, 2, thread.newest);
  bind(update_, 3, thread.count);
  bind(update_, 4, thread.unread ? 0 : 1);
  bind(update_, 5, thread.failed ? 1 : 0);
  bind(update_, 6, thread.attachment ? 1 : 0);
  update_.run();
  if (!thread.new_snippet || update_snippet_.parameter_count() < 2) return;
  bind(update_snippet_, 1, id);
  if (thread.null_snippet) {
    update_snippet_.bind_null(2);
  } else {
    update_snippet_.bind(2, thread.snippet);
  }
  bind(update_snippet_, 3, thread.snippet_charset);
  update_snippet_.run();
}

void Threads::count_again(const std::vector<std::int64_t>& threads) {
  constexpr std::size_t at_once = 500;
  std::unordered_set<std::int64_t> empty(threads.begin(), threads.end());
  for (std::size_t first = 0; first < threads.size(); first += at_once) {
    std::string list;
    for (std::size_t i = first; i < std::min(first + at_once, threads.size()); ++i) {
      list += (list.empty() ? "" : ",") + std::to_string(threads[i]);
      Thread& thread = threads_[threads[i]] = Thread{};
      thread.touched = thread.new_snippet = true;  // written also if none of its messages counts
      touched_.push_back(threads[i]);
    }
    for (const std::int64_t used : add_messages_of(list)) empty.erase(used);
    save();
  }
  remove(empty);
}

// Returns those that have any, counted or not.
std::unordered_set<std::int64_t> Threads::add_messages_of(const std::string& threads) {
  std::unordered_set<std::int64_t> used;
  const auto add_rows = [&](const std::string& sql) {
    SqliteStatement rows = database_.prepare(sql);
    while (rows.step()) {
      used.insert(rows.integer(0));
      if (rows.integer(1) == 0) continue;
      Message message;
      if (!rows.is_null(2)) message.date = rows.integer(2);
      message.counts = rows.integer(3) != 0;
      message.unread = rows.integer(4) != 0;
      message.failed = rows.integer(5) != 0;
      message.attachment = rows.integer(6) != 0;
      const Text snippet = rows.is_null(7) ? Text(null) : Text(std::string(rows.text(7)));
      message.snippet = &snippet;
      if (!rows.is_null(8)) message.snippet_charset = rows.integer(8);
      add(rows.integer(0), message);
    }
  };
  const std::string of_these = " WHERE thread_id IN (" + threads + ")";
  if (read_table(database_, "sms")) {
    add_rows("SELECT thread_id, 1, date, type IS NOT 3, read IS 0, type IS 5, 0, body, 0 FROM sms" + of_these);
  }
  add_rows(
      "SELECT thread_id, m_type IN (128, 130, 132), date * 1000, msg_box IS NOT 3, read IS 0, msg_box IS 5,"
      " pdu._id IN (SELECT mid FROM part WHERE ct IS NULL OR ct NOT IN ('text/plain', 'application/smil')), sub, sub_cs"
      " FROM pdu" +
      of_these);
  return used;
}

void Threads::remove(const std::unordered_set<std::int64_t>& threads) {
  if (threads.empty()) return;
  std::unordered_set<std::int64_t> parties;
  std::unordered_set<std::int64_t> still_parties;
  for (const auto& [recipients, id] : by_recipients_) {
    for (const std::int64_t party : ids_in(recipients))
      (threads.count(id) != 0 ? parties : still_parties).insert(party);
  }
  const auto remove_rows = [&](const char* sql, const auto& ids) {
    SqliteStatement statement = database_.prepare(sql);
    for (const std::int64_t id : ids) {
      statement.bind(1, id);
      statement.run();
    }
  };
  std::erase_if(parties, [&](std::int64_t id) { return still_parties.count(id) != 0; });
  remove_rows("DELETE FROM threads WHERE _id = ?", threads);
  remove_rows("DELETE FROM canonical_addresses WHERE _id = ?", parties);
  std::erase_if(by_recipients_, [&](const auto& entry) { return threads.count(entry.second) != 0; });
  std::erase_if(of_one_, [&](const auto& entry) { return threads.count(entry.second) != 0; });
  std::erase_if(by_spelling_, [&](const auto& entry) { return parties.count(entry.second) != 0; });
  for (auto& [bucket, addresses] : by_bucket_) {
    std::erase_if(addresses, [&](const Address& address) { return parties.count(address.id) != 0; });
  }
  for (const std::int64_t id : threads) threads_.erase(id);
}

std::vector<std::string_view> other_parties(const Mms& mms, Direction direction,
                                            const std::vector<std::string>& own_numbers) {
  const bool incoming = direction != Direction::outgoing;
  std::vector<std::string_view> others;
  std::vector<std::string_view> recipients;
  for (const MmsAddress& address : mms.addresses) {
    if (!address.address.has_value() || address.address->empty() || *address.address == insert_address_token) continue;
    if (address.type == Integer(mms_from)) {
      if (incoming) others.emplace_back(*address.address);
    } else {
      recipients.emplace_back(*address.address);
    }
  }
  if (!incoming || recipients.size() > 1 || others.empty()) {
    others.insert(others.end(), recipients.begin(), recipients.end());
  }
  const auto is_own = [&](std::string_view party) {
    return std::any_of(own_numbers.begin(), own_numbers.end(),
                       [&](const std::string& own) { return same_address(own, party); });
  };
  if (!std::all_of(others.begin(), others.end(), is_own)) std::erase_if(others, is_own);
  if (others.empty()) others.emplace_back();
  return others;
}

}  // namespace smsbackup::stores::android_db
