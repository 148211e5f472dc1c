#include "imap/late_copies.hpp"

#include <algorithm>
#include <set>

#include "imap/large_mail.hpp"
#include "imap/mail_headers.hpp"
#include "imap/refusals.hpp"
#include "imap/uid_set.hpp"
#include "model/logger.hpp"

namespace smsbackup::imap {
namespace {

bool are_equal(Dialogue& dialogue, std::uint32_t one, std::uint32_t other) {
  LargeMail first, second;
  first.start(one);
  second.start(other);
  constexpr auto complete = LargeMail::End::complete;
  return first.fetch(dialogue, UINT32_MAX) == complete && second.fetch(dialogue, UINT32_MAX) == complete &&
         first.view() == second.view();
}

// The UIDs of each of those Message-IDs.
std::map<std::string, std::vector<std::uint32_t>> copies(Dialogue& dialogue, std::uint32_t from,
                                                         const std::set<std::string>& ids) {
  std::map<std::string, std::vector<std::uint32_t>> found;
  const auto tag =
      dialogue.send("UID FETCH " + std::to_string(from) + ":* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
  const auto status = dialogue.finish_fetch(tag, [&](const FetchedMail& mail) {
    if (mail.uid < from || !mail.has_content) return;
    if (const auto id = message_id_in(mail.content); ids.count(id) != 0) found[id].push_back(mail.uid);
  });
  if (!status.ok()) throw refusal(status, "looking for second copies at " + dialogue.host());
  return found;
}

}  // namespace

void LateCopies::expect(const OutgoingMailPtr& mail, std::uint32_t from, std::uint32_t uid_validity) {
  auto& folder = folders_[mail->folder];
  if (folder.mails.empty()) folder.from = from;
  if (uid_validity != 0) folder.uid_validity = uid_validity;
  folder.from = std::min(folder.from, from);
  if (std::find(folder.mails.begin(), folder.mails.end(), mail) == folder.mails.end()) folder.mails.push_back(mail);
}

std::vector<OutgoingMailPtr> LateCopies::mails() const {
  std::vector<OutgoingMailPtr> out;
  for (const auto& [path, folder] : folders_) out.insert(out.end(), folder.mails.begin(), folder.mails.end());
  return out;
}

void LateCopies::remove(Session& session) {
  while (!folders_.empty()) {
    const auto folder = folders_.begin();
    remove_in(session, folder->first, folder->second);
    folders_.erase(folder);
  }
}

void LateCopies::remove_in(Session& session, const std::string& path, const Folder& folder) {
  std::set<std::string> ids;
  for (const auto& mail : folder.mails) ids.insert(mail->message_id);
  const auto open = session.select(path, false);
  if (!open || (folder.uid_validity != 0 && open->uid_validity != folder.uid_validity)) return;
  auto& dialogue = session.dialogue();
  std::vector<std::uint32_t> ours;
  std::size_t doubled = 0;
  for (const auto& [id, uids] : copies(dialogue, folder.from, ids)) {
    if (uids.size() < 2) continue;
    doubled += uids.size() - 1;
    for (const auto& mail : folder.mails) {
      if (mail->message_id != id || std::find(uids.begin(), uids.end(), mail->uid) == uids.end()) continue;
      const auto other = uids.front() == mail->uid ? uids.back() : uids.front();
      if (session.capabilities().has("UIDPLUS") && are_equal(dialogue, mail->uid, other)) ours.push_back(mail->uid);
      break;
    }
  }
  if (!ours.empty()) {
    std::sort(ours.begin(), ours.end());
    const auto set = to_sequence_set(ours);
    for (const auto& command : {"UID STORE " + set + " +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE " + set}) {
      const auto status = dialogue.command(command);
      if (!status.ok()) throw refusal(status, "removing second copies at " + dialogue.host());
    }
    model::logger().info("{} mails had arrived late and were there twice; the second copies are removed", ours.size());
  }
  if (doubled > ours.size())
    model::logger().warn(
        "{} mails are there twice, because the server stored them late; `smsbackup dedup` removes them",
        doubled - ours.size());
}

}  // namespace smsbackup::imap
