#include "imap/folder_scan.hpp"

#include <algorithm>
#include <deque>
#include <span>
#include <utility>

#include "imap/answer.hpp"
#include "imap/ascii.hpp"
#include "imap/cache_file.hpp"
#include "imap/fetch_window.hpp"
#include "imap/imap_uri.hpp"
#include "imap/mail_headers.hpp"
#include "imap/uid_set.hpp"
#include "model/logger.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// Mails a FETCH command: about 300 KB of headers, small enough to be held and large enough for the line.
constexpr std::uint32_t mails_a_fetch = 1000;
constexpr std::size_t bodies_a_fetch = 100;
constexpr std::uint64_t small_mail = 64 << 10;
// So many mails may be ones that can't be read, and so many answers may it take to find them; then it is the server.
constexpr std::size_t max_unreadable = 100;
constexpr std::size_t max_failures = 2000;

bool holds(const std::vector<std::uint32_t>& ascending, std::uint32_t uid) {
  return std::binary_search(ascending.begin(), ascending.end(), uid);
}

// Of "12 FETCH (FLAGS (\\Seen) UID 34)".
std::optional<std::uint32_t> fetched_uid(std::string_view line) {
  Tokens tokens(line);
  tokens.next();
  if (upper(tokens.next().text) != "FETCH" || tokens.next().kind != Tokens::Kind::open) return std::nullopt;
  for (auto token = tokens.next(); token.kind != Tokens::Kind::end; token = tokens.next()) {
    if (token.kind == Tokens::Kind::open) tokens.skip_list();
    if (token.kind != Tokens::Kind::atom || upper(token.text) != "UID") continue;
    const auto uid = parse_number(tokens.next().text);
    if (uid && *uid <= UINT32_MAX) return static_cast<std::uint32_t>(*uid);
  }
  return std::nullopt;
}

}  // namespace

FolderScan::FolderScan(const ImapOptions& options, MimeDecoder& decoder, std::string folder, bool stars, bool opened)
    : options_(options),
      decoder_(decoder),
      folder_(std::move(folder)),
      stars_(stars),
      opened_(opened),
      headers_size_(mails_a_fetch),
      bodies_size_(bodies_a_fetch) {}

FolderScan::Part FolderScan::part_of(std::span<const std::uint32_t> uids) {
  return {to_sequence_set(uids), uids.size(), uids.front(), uids.back(), true};
}

FolderScan::Fresh FolderScan::look_at(const FetchedMail& mail) {
  Fresh fresh;
  fresh.deleted = mail.deleted;
  fresh.flagged = mail.flagged;
  auto& entry = fresh.entry;
  entry.uid = mail.uid;
  entry.size = mail.size;
  if (auto key = decoder_.key_from_headers(mail.content, DedupLevel::tolerant)) {
    entry.is_record = true;
    entry.key = std::move(*key);
    entry.message_id = message_id_in(mail.content);
    // SMS Backup+'s mails have no digest. Reading the small ones now, many at a time, is faster than one by one later.
    fresh.needs_body = !entry.key.content && mail.size <= small_mail && no_body_.count(mail.uid) == 0;
  } else {
    fresh.needs_body = is_own(mail.content);
  }
  return fresh;
}

// Completes a key that headers alone did not give. False if the mail is not among these.
bool FolderScan::complete(std::vector<Fresh>& fresh, const FetchedMail& mail) {
  const auto at = std::lower_bound(fresh.begin(), fresh.end(), mail.uid,
                                   [](const Fresh& one, std::uint32_t uid) { return one.entry.uid < uid; });
  if (at == fresh.end() || at->entry.uid != mail.uid) return false;
  const auto decoded = decoder_.decode(mail.content);
  if (decoded.kind != MailKind::record) return true;
  at->entry.is_record = true;
  at->entry.key = key_of(decoded.record);
  at->entry.message_id = decoded.message_id;
  return true;
}

void FolderScan::accept(const std::vector<Fresh>& fresh, const Visitor& visit) {
  for (const auto& mail : fresh) {
    if (mail.entry.uid <= last_uid_) continue;
    last_uid_ = mail.entry.uid;
    ++count_;
    if (log_) log_->add(mail.entry);
    if (!mail.deleted) visit(mail.entry, mail.flagged);
  }
}

// UIDs ascend with the mails' numbers: if the last known mail still has its number, all before it are still there. Both
// questions go out at once.
FolderScan::Known FolderScan::look_at_known(Session& session, const OpenFolder& open, bool replaying) const {
  Known known;
  auto& dialogue = session.dialogue();
  const Tag last = count_ <= open.messages ? dialogue.send("FETCH " + std::to_string(count_) + " (UID)") : 0;
  const Tag deleted = replaying ? session.send_search("DELETED") : 0;
  std::uint32_t uid = 0;
  if (last != 0) {
    const auto status = dialogue.finish(last, [&](std::string_view line) {
      if (!session.take_search_line(line, known.deleted)) uid = std::max(uid, fetched_uid(line).value_or(0));
    });
    known.intact = status.ok() && uid == last_uid_;
  }
  if (deleted != 0) known.deleted = session.finish_search(deleted, std::move(known.deleted));
  if (replaying && stars_) known.flagged = session.search("FLAGGED");
  return known;
}

void FolderScan::replay(const Known& known, const std::optional<std::vector<std::uint32_t>>& alive,
                        const Visitor& visit) {
  if (alive) log_->retain([&](std::uint32_t uid) { return holds(*alive, uid); });
  count_ = log_->count();
  last_uid_ = log_->last_uid();
  log_->for_each([&](const KeyEntry& entry) {
    if (!holds(known.deleted, entry.uid)) visit(entry, holds(known.flagged, entry.uid));
  });
}

std::optional<OpenFolder> FolderScan::run(Sessions& sessions, const Visitor& visit, const Trouble& trouble) {
  for (;;) {
    try {
      const auto open = sessions.run([&](Session& session, Backoff& attempts) {
        return look(session, [&](const KeyEntry& entry, bool flagged) {
          attempts.succeeded();
          visit(entry, flagged);
        });
      });
      for (const auto& [uid, why] : troubles_) {
        model::logger().warn("the headers of a mail can't be read: {}", to_string(why.code()));
        if (trouble) trouble(uid, why);
      }
      return open;
    } catch (const Error& error) {
      if (!leave_out(error)) throw;
    }
  }
}

// After an answer that broke the rules, or the bounds of what is taken. False if it was not about mails. What is behind
// such a mail is not cached: the next run is to look at it again.
bool FolderScan::leave_out(const Error& error) {
  const auto failed = std::exchange(failed_, std::nullopt);
  if (!failed || (error.code() != ErrorCode::protocol && error.code() != ErrorCode::limit_exceeded)) return false;
  if (++failures_ > max_failures || unreadable_.size() + no_body_.size() == max_unreadable) return false;
  log_.reset();
  // Servers work on several commands at once, so whose answer it was is known of a command that was alone only.
  if (!std::exchange(careful_, true)) return true;
  if (failed->part.mails > 1) {
    (failed->bodies ? bodies_size_ : headers_size_) = failed->part.mails / 2;
    return true;
  }
  headers_size_ = mails_a_fetch;
  bodies_size_ = bodies_a_fetch;
  const auto uid = failed->part.first;
  if (failed->bodies && no_body_.insert(uid).second) return true;
  unreadable_.insert(uid);
  troubles_.emplace_back(uid, error);
  return true;
}

std::optional<OpenFolder> FolderScan::look(Session& session, const Visitor& visit) {
  const auto open = std::exchange(opened_, false) ? session.keep_open(folder_) : session.select(folder_, true);
  if (!open) return std::nullopt;
  if (started_ && open->uid_validity != uid_validity_)
    throw Error(ErrorCode::busy, "reading a folder at " + session.dialogue().host() + ": it was replaced meanwhile");
  const bool replaying = !started_;
  if (!started_) {
    uid_validity_ = open->uid_validity;
    if (options_.key_cache && uid_validity_ != 0)
      log_ = KeyLog::open(*options_.key_cache, account_name(options_), folder_, uid_validity_);
    if (log_) {
      count_ = log_->count();
      last_uid_ = log_->last_uid();
    }
  }
  std::optional<std::vector<std::uint32_t>> alive;
  if (careful_) {
    alive = session.search("ALL");
    std::erase_if(*alive, [&](std::uint32_t uid) { return unreadable_.count(uid) != 0; });
  } else if (count_ != 0) {
    const auto known = look_at_known(session, *open, replaying);
    if (!known.intact) alive = session.search("ALL");
    if (replaying) replay(known, alive, visit);
  }
  if (session.should_compress()) session.compress();
  started_ = true;

  if (!alive) {
    fetch(
        session,
        [&, next = count_ + 1]() mutable -> std::optional<Part> {
          if (next > open->messages || next == 0) return std::nullopt;
          const auto first = next;
          const auto last = open->messages - first < mails_a_fetch ? open->messages : first + mails_a_fetch - 1;
          next = last + 1;
          return Part{std::to_string(first) + ':' + std::to_string(last), std::size_t{last} - first + 1, first, last};
        },
        "FETCH ", visit);
  } else {
    const auto rest = std::upper_bound(alive->begin(), alive->end(), last_uid_);
    count_ = static_cast<std::uint32_t>(rest - alive->begin());
    fetch(
        session,
        [&, left = std::span<const std::uint32_t>(rest, alive->end())]() mutable -> std::optional<Part> {
          if (left.empty()) return std::nullopt;
          const auto now = left.first(std::min(left.size(), headers_size_));
          left = left.subspan(now.size());
          return part_of(now);
        },
        "UID FETCH ", visit);
  }
  if (log_) log_->flush();
  return open;
}

void FolderScan::fetch(Session& session, const Parts& next_part, const char* command, const Visitor& visit) {
  // The mails of one header command. They are accepted in order, once the bodies that some need are there.
  struct Group {
    Part part;
    std::vector<Fresh> mails;
    std::vector<std::vector<std::uint32_t>> bodies;  // to be asked for, by command
    std::size_t open = 1;                            // commands without an answer
  };
  struct Asked {
    std::shared_ptr<Group> group;
    Failed if_it_fails;
  };
  std::deque<std::shared_ptr<Group>> groups;
  std::deque<Asked> asked;

  const auto next = [&]() -> std::optional<std::string> {
    if (careful_ && !asked.empty()) return std::nullopt;
    for (const auto& group : groups) {
      if (group->bodies.empty()) continue;
      const auto part = part_of(group->bodies.back());
      group->bodies.pop_back();
      asked.push_back({group, {part, true}});
      return "UID FETCH " + part.set + " (UID BODY.PEEK[])";
    }
    const auto part = next_part();
    if (!part) return std::nullopt;
    groups.push_back(std::make_shared<Group>());
    groups.back()->part = *part;
    asked.push_back({groups.back(), {*part, false}});
    return command + part->set + " (UID FLAGS RFC822.SIZE " + std::string(key_headers_item()) + ')';
  };
  // Servers work on several commands at once: what comes need not be for the command whose end is waited for.
  const auto group_of = [&](const FetchedMail& mail) -> Group& {
    for (const auto& group : groups)
      if (group->part.holds(mail)) return *group;
    return *asked.front().group;
  };
  const auto take = [&](const FetchedMail& mail) {
    if (mail.uid == 0 || !mail.has_content) return;  // news about flags that nobody asked for
    if (mail.has_flags)                              // asked for with the headers only
      group_of(mail).mails.push_back(look_at(mail));
    else
      std::any_of(groups.begin(), groups.end(), [&](const auto& group) { return complete(group->mails, mail); });
  };
  const auto done = [&] {
    const auto [group, command_part] = asked.front();
    asked.pop_front();
    --group->open;
    if (!command_part.bodies) {
      std::sort(group->mails.begin(), group->mails.end(),
                [](const Fresh& a, const Fresh& b) { return a.entry.uid < b.entry.uid; });
      for (const auto& mail : group->mails) {
        if (!mail.needs_body) continue;
        if (group->bodies.empty() || group->bodies.back().size() == bodies_size_) group->bodies.emplace_back();
        group->bodies.back().push_back(mail.entry.uid);
      }
      group->open += group->bodies.size();
    }
    for (; !groups.empty() && groups.front()->open == 0; groups.pop_front()) accept(groups.front()->mails, visit);
  };
  try {
    fetch_all(session.dialogue(), next, take, done);
  } catch (const Error&) {
    if (!asked.empty()) failed_ = std::move(asked.front().if_it_fails);
    throw;
  }
}

}  // namespace smsbackup::imap
