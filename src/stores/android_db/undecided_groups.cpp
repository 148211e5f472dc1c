#include "stores/android_db/undecided_groups.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "model/logger.hpp"
#include "smsbackup/record.hpp"
#include "stores/android_db/own_numbers.hpp"
#include "stores/input_file.hpp"
#include "stores/line_reader.hpp"
#include "stores/output_file.hpp"

namespace smsbackup::stores::android_db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view list_name = ".smsbackup-groups";

fs::path list_beside(const fs::path& database) { return database.parent_path() / list_name; }

// The database may have been replaced since, and anybody may have written the list, so it only says where to look.
std::unordered_set<std::int64_t> read_list(const fs::path& path) {
  std::unordered_set<std::int64_t> messages;
  InputFile file(path);
  LineReader lines(file);
  while (lines.next_line()) {
    const std::string_view line = lines.piece();
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), id);
    if (lines.in_one_piece() && error == std::errc() && end == line.data() + line.size()) messages.insert(id);
  }
  return messages;
}

// What there is of an MMS but its parts.
struct Message {
  std::int64_t id = 0;
  std::int64_t thread = 0;
  Mms mms;
};

template <class Visit>
void for_each_message(const SqliteDatabase& database, Visit&& visit) {
  SqliteStatement rows = database.prepare(
      "SELECT pdu._id, thread_id, msg_box, m_type, addr.type, addr.address FROM addr JOIN pdu ON pdu._id = addr.msg_id "
      "WHERE addr.address IS NOT NULL ORDER BY addr.msg_id");
  std::optional<Message> message;
  const auto finish = [&] {
    if (message) visit(*message, direction_of(Record(message->mms)));
  };
  while (rows.step()) {
    if (!message || message->id != rows.integer(0)) {
      finish();
      message.emplace();
      message->id = rows.integer(0);
      message->thread = rows.integer(1);
      if (!rows.is_null(2)) message->mms.msg_box = rows.integer(2);
      if (!rows.is_null(3)) message->mms.m_type = rows.integer(3);
    }
    MmsAddress& address = message->mms.addresses.emplace_back();
    address.type = rows.integer(4);
    address.address = std::string(rows.text(5));
  }
  finish();
}

std::vector<std::string> learn(const SqliteDatabase& database) {
  OwnNumbers own;
  for_each_message(database, [&](const Message& message, Direction direction) { own.met(message.mms, direction); });
  SqliteStatement conversations = database.prepare(
      "SELECT address FROM canonical_addresses WHERE _id IN "
      "(SELECT CAST(recipient_ids AS INTEGER) FROM threads WHERE recipient_ids NOT LIKE '% %')");
  while (conversations.step()) own.met_conversation(conversations.text(0));
  return own.learnt();
}

}  // namespace

UndecidedGroups::UndecidedGroups(const SqliteDatabase& database)
    : database_(database), list_(list_beside(database.file())) {}

bool UndecidedGroups::are_beside(const fs::path& database) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(list_beside(database), error));
}

void UndecidedGroups::publish() {
  if (noted_.empty()) return;
  std::string lines(1, '\n');  // a kill may have left half a line
  for (const std::int64_t message : noted_) lines += std::to_string(message) + '\n';
  const bool is_new = !are_beside(database_.file());
  OutputFile list = OutputFile::append(list_);
  list.write(lines);
  list.sync();
  list.close();
  if (is_new) sync_folder(list_.parent_path());
  noted_.clear();
}

void UndecidedGroups::settle(const std::vector<std::string>& own_numbers, Threads& threads) {
  if (!are_beside(database_.file())) return;
  const std::vector<std::string> own = own_numbers.empty() ? learn(database_) : own_numbers;
  if (own.empty()) {
    model::logger().info("which of a group's recipients is the phone itself can't be told: groups are kept apart");
    return;
  }
  const auto listed = read_list(list_);
  SqliteTransaction transaction(database_);
  SqliteStatement move = database_.prepare("UPDATE pdu SET thread_id = ? WHERE _id = ?");
  std::vector<std::pair<std::int64_t, std::int64_t>> moves;  // a message, and its thread
  std::vector<std::int64_t> changed;                         // threads
  for_each_message(database_, [&](const Message& message, Direction direction) {
    if (listed.count(message.id) == 0) return;
    const auto thread = threads.of(other_parties(message.mms, direction, own));
    if (!thread || *thread == message.thread) return;
    moves.emplace_back(message.id, *thread);
    changed.insert(changed.end(), {message.thread, *thread});
  });
  for (const auto& [message, thread] : moves) {
    move.bind(1, thread);
    move.bind(2, message);
    move.run();
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  threads.count_again(changed);
  transaction.commit();
  std::error_code ignored;
  fs::remove(list_, ignored);
}

}  // namespace smsbackup::stores::android_db
