#include "imap/in_doubt.hpp"

#include "imap/cache_file.hpp"

namespace smsbackup::imap {

SentLog* InDoubt::log_of(const std::string& folder) {
  if (!options_.key_cache) return nullptr;
  auto& log = logs_[folder];
  if (!log) log = std::make_unique<SentLog>(*options_.key_cache, account_name(options_), folder);
  return log.get();
}

void InDoubt::note(const OutgoingMailPtr& mail, std::uint32_t uid_validity, std::uint32_t uid_next, LateCopies& late) {
  if (std::exchange(mail->noted, true)) return;
  auto* const log = log_of(mail->folder);
  if (log == nullptr) return;
  if (!log->has_begun()) log->begin(uid_validity, uid_next);
  if (log->earlier().erase(mail->message_id) != 0) late.expect(mail, log->from(), log->uid_validity());
  log->add(mail->message_id);
}

void InDoubt::flush(const std::vector<OutgoingMailPtr>& on_their_way) {
  for (const auto& [folder, log] : logs_) {
    if (!log->is_long()) {
      log->flush();
      continue;
    }
    std::vector<SentLog::Entry> entries;
    for (const auto& [id, uid] : log->earlier()) entries.push_back({id, uid});
    for (const auto& mail : on_their_way)
      if (mail->folder == folder) entries.push_back({mail->message_id, 0});
    log->replace(entries);
  }
}

void InDoubt::expect_the_rest(const std::vector<std::string>& folders, LateCopies& late) {
  for (const auto& folder : folders) {
    auto* const log = log_of(folder);
    if (log == nullptr) continue;
    for (const auto& [id, uid] : log->earlier()) {
      auto mail = std::make_shared<OutgoingMail>();
      mail->folder = folder;
      mail->message_id = id;
      mail->uid = uid;
      late.expect(mail, log->from(), log->uid_validity());
    }
    log->earlier().clear();
  }
}

void InDoubt::settled(const std::vector<OutgoingMailPtr>& sent_again) {
  for (const auto& [folder, log] : logs_) {
    std::vector<SentLog::Entry> entries;
    for (const auto& [id, uid] : log->earlier()) entries.push_back({id, uid});
    for (const auto& mail : sent_again)
      if (mail->folder == folder && mail->noted) entries.push_back({mail->message_id, mail->uid});
    log->replace(entries);
  }
}

}  // namespace smsbackup::imap
