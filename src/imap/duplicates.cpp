#include "imap/duplicates.hpp"

#include <algorithm>
#include <span>

#include "imap/refusals.hpp"
#include "imap/uid_set.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// Short enough for servers that bound the length of a command.
constexpr std::size_t uids_a_command = 500;

void must(Session& session, const std::string& command) {
  const auto status = session.dialogue().command(command);
  if (!status.ok()) throw refusal(status, "cleaning a folder at " + session.dialogue().host());
}

void remove_now(Session& session, const std::vector<std::uint32_t>& all, const std::string& set) {
  must(session, "UID STORE " + set + " +FLAGS.SILENT (\\Deleted)");
  if (session.capabilities().has("UIDPLUS")) {
    must(session, "UID EXPUNGE " + set);
    return;
  }
  // A plain EXPUNGE takes every mail that is marked, also those that somebody else only marked.
  const auto marked = session.search("DELETED");
  if (std::includes(all.begin(), all.end(), marked.begin(), marked.end())) must(session, "EXPUNGE");
}

}  // namespace

void DuplicateFinder::see(RecordKey key, std::uint32_t uid) {
  switch (index_.match(key)) {
    case Match::duplicate:
      duplicates_.push_back(uid);
      return;
    case Match::unseen:
      index_.insert(key);
      return;
    case Match::undecided:
      undecided_.emplace_back(std::move(key), uid);
      return;
  }
}

std::vector<std::uint32_t> DuplicateFinder::finish() {
  const auto& policy = index_.policy();
  const auto full_key = [&](const std::string& locator) -> std::optional<RecordKey> {
    const auto record = mails_.fetch(locator);
    if (!record) return std::nullopt;
    auto key = key_of(*record, policy.level, policy.own_numbers);
    key.locator = locator;
    return key;
  };
  for (const auto& [key, uid] : undecided_) {
    const auto mine = full_key(key.locator);
    if (!mine) continue;
    // Candidates whose content was not known get it now.
    for (const auto& candidate : index_.find(*mine).candidates)
      if (const auto theirs = full_key(candidate)) index_.insert(*theirs);
    if (index_.match(*mine) == Match::duplicate)
      duplicates_.push_back(uid);
    else
      index_.insert(*mine);
  }
  undecided_.clear();
  std::sort(duplicates_.begin(), duplicates_.end());
  return std::move(duplicates_);
}

void move_or_remove(Session& session, const std::string& folder, std::uint32_t uid_validity,
                    const std::vector<std::uint32_t>& uids, const std::optional<std::string>& move_to) {
  std::string target;
  if (move_to) {
    target = session.quoted_name(*move_to);
    if (!session.select(*move_to, true)) session.create_now(*move_to);
  }
  const auto open = session.select(folder, false);
  if (!open || open->uid_validity != uid_validity)
    throw Error(ErrorCode::busy, "cleaning a folder at " + session.dialogue().host() + ": it was replaced meanwhile");
  for (auto left = std::span<const std::uint32_t>(uids); !left.empty();) {
    const auto now = left.first(std::min(left.size(), uids_a_command));
    left = left.subspan(now.size());
    const auto set = to_sequence_set(now);
    if (!move_to) {
      remove_now(session, uids, set);
    } else if (session.capabilities().has("MOVE")) {
      must(session, "UID MOVE " + set + ' ' + target);
    } else {
      must(session, "UID COPY " + set + ' ' + target);
      remove_now(session, uids, set);
    }
  }
}

}  // namespace smsbackup::imap
