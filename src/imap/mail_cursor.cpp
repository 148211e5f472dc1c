#include "imap/mail_cursor.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "imap/folder_scan.hpp"
#include "imap/refusals.hpp"
#include "imap/uid_set.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// What one FETCH should bring, as far as the mails before it tell.
constexpr std::uint64_t chunk_size = 1 << 20;
constexpr std::uint64_t max_chunk_mails = 256;
constexpr std::uint64_t first_chunk_mails = 32;
// A few begin smaller, so that there is something to work on early.
constexpr std::size_t small_chunks = 8;
constexpr std::uint64_t small_chunk_mails = 8;
// A chunk that brings more than this has its parts in files from there on. Dovecot answers four commands as one, so
// that ordinary MMS in the first four chunks must fit.
constexpr std::uint64_t large_chunk = 20 << 20;
constexpr std::size_t thrifty_memory = 4096;
// What may wait in a temporary file behind a large mail, before what is still on its way is left to another connection.
constexpr std::uint64_t most_waiting = 128 << 20;
// What may be on its way, as far as it can be told: far more than any line holds.
constexpr std::uint64_t most_in_flight = 64 << 20;
// So many mails may be ones that can't be read, and so many answers may it take to find them; then it is the server.
constexpr std::size_t max_unreadable = 100;
constexpr std::size_t max_failures = 2000;

Limits thrifty(Limits limits) {
  limits.blob_memory = std::min(limits.blob_memory, thrifty_memory);
  return limits;
}

// Whether the newest can be told from headers: whoever leaves others out must have checked all else.
bool picks_newest(const Query& query) {
  return query.newest && !query.leave_out_drafts && !query.since && !query.until && query.call_types.empty() &&
         query.addresses.empty() && query.contact_group.empty();
}

bool needs_headers(const Query& query) {
  return query.types.size() < 3 || query.since || query.until || picks_newest(query) || query.starred_only ||
         (query.known != nullptr && !query.known->empty());
}

Problem problem_of(std::string where, const Error& error) {
  Problem problem;
  problem.code = error.code();
  problem.where = std::move(where);
  problem.why = error.what();
  return problem;
}

}  // namespace

MailCursor::MailCursor(const ImapOptions& options, const StoreOptions& store, Sessions& sessions,
                       std::vector<std::string> folders, Query query, Access access, std::string store_name)
    : options_(options),
      limits_(store.limits),
      sessions_(sessions),
      query_(std::move(query)),
      store_name_(std::move(store_name)),
      decoder_(store.limits, store.charsets ? store.charsets() : nullptr),
      thrifty_decoder_(thrifty(store.limits), store.charsets ? store.charsets() : nullptr),
      attempts_(sessions.backoff()) {
  for (auto& folder : folders) {
    folders_.emplace_back();
    folders_.back().path = std::move(folder);
  }
  look_around();
  if (folders_.empty() && access == Access::read)
    throw Error(ErrorCode::not_found, "reading " + store_name_ + ": there is no such folder",
                "smsbackup check shows which folders are looked for");
}

MailCursor::~MailCursor() {
  if (session_ && chunks_.empty()) sessions_.give_back(std::move(session_));
}

void MailCursor::look_around() {
  sessions_.run([&](Session& session, Backoff&) {
    total_ = 0;
    for (auto& folder : folders_) {
      const auto open = session.select(folder.path, true);
      folder.all = open.has_value();
      if (!open) continue;
      folder.uid_validity = open->uid_validity;
      folder.messages = open->messages;
      total_ += open->messages;
    }
  });
  std::erase_if(folders_, [](const Folder& folder) { return !folder.all; });
}

void MailCursor::plan_by_headers() {
  struct Dated {
    std::int64_t date;
    std::uint32_t uid;
    std::size_t folder;
    bool known;
  };
  std::vector<Dated> dated;
  total_ = 0;
  const bool newest = picks_newest(query_);
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    auto& folder = folders_[i];
    FolderScan scan(options_, decoder_, folder.path, query_.starred_only, true);
    const auto look_at = [&](const KeyEntry& entry, bool flagged) {
      if (!entry.is_record) {
        ++foreign_;
        return;
      }
      const auto date = entry.key.date;
      // Where only the second is known, the milliseconds may still be late enough.
      const bool wanted = query_.types.count(entry.key.type) != 0 && (!query_.starred_only || flagged) &&
                          (!query_.since || (date && *date + 999 >= *query_.since)) &&
                          (!query_.until || !date || *date < *query_.until);
      if (!wanted) {
        ++filtered_;
        return;
      }
      const bool known = query_.known != nullptr && query_.known->has(entry.key);
      if (!known) {
        ++mails_seen_;
        bytes_seen_ += entry.size;
      }
      if (newest)
        dated.push_back({date ? *date : INT64_MIN, entry.uid, i, known});
      else if (known)
        ++known_;
      else
        folder.wanted.push_back(entry.uid);
    };
    const auto open = scan.run(sessions_, look_at, [&](std::uint32_t uid, const Error& why) {
      ready_.push_back({problem_of(place(i, uid), why), uid, i});
    });
    folder.all = false;
    if (open) folder.uid_validity = open->uid_validity;
  }
  if (newest && *query_.newest < dated.size()) {
    const auto end = dated.begin() + static_cast<std::ptrdiff_t>(*query_.newest);
    std::nth_element(dated.begin(), end, dated.end(), [](const Dated& a, const Dated& b) {
      return std::pair(a.date, a.uid) > std::pair(b.date, b.uid);
    });
    filtered_ += static_cast<std::uint64_t>(dated.end() - end);
    dated.erase(end, dated.end());
  }
  for (const auto& one : dated) {
    if (one.known)
      ++known_;
    else
      folders_[one.folder].wanted.push_back(one.uid);
  }
  for (auto& folder : folders_) {
    std::sort(folder.wanted.begin(), folder.wanted.end());
    total_ += folder.wanted.size();
  }
}

std::string MailCursor::place(std::size_t folder, std::uint32_t uid) const {
  return store_name_ + ", " + folders_[folder].path + ", UID " + std::to_string(uid);
}

bool MailCursor::next(Batch& out) {
  if (!std::exchange(planned_, true) && needs_headers(query_)) plan_by_headers();
  for (;;) {
    out.filtered += std::exchange(filtered_, 0);
    out.known += std::exchange(known_, 0);
    out.foreign += std::exchange(foreign_, 0);
    while (!ready_.empty() && !out.full()) {
      auto& ready = ready_.front();
      if (auto* record = std::get_if<Record>(&ready.what)) {
        out.positions.push_back(place(ready.folder, ready.uid));
        out.add(std::move(*record));
      } else {
        out.problems.push_back(std::move(std::get<Problem>(ready.what)));
      }
      ready_.pop_front();
    }
    if (!out.records.empty() || !out.problems.empty()) return true;
    if (folder_ == folders_.size()) return out.filtered + out.known + out.foreign != 0;
    step();
  }
}

void MailCursor::step() {
  if (!waiting_.empty() && waiting_.front().kind != Taken::Kind::single) {
    decode_waiting();
    return;
  }
  bool reading_chunk = false;
  try {
    if (!session_) {
      session_ = sessions_.take();
      open_ = false;
      if (!chunks_.empty()) {
        resume();
        return;
      }
    }
    if (!open_) open_folder();
    if (chunks_.empty() && session_->should_compress()) session_->compress();
    send_chunks();
    if (!chunks_.empty()) {
      reading_chunk = true;
      finish_chunk();
      attempts_.succeeded();
      // It is cheaper to ask again than to keep it all.
      if (waiting_bytes_.size() > most_waiting && !chunks_.empty()) session_.reset();
      return;
    }
    if (is_held_up()) {
      fetch_single();
      attempts_.succeeded();
      send_chunks();
      session_->dialogue().flush();
      return;
    }
    if (!kept_.empty()) return line_up(std::exchange(kept_, {}));
    ++folder_;
    open_ = false;
    highest_uid_ = 0;
    careful_ = false;
    if (folder_ == folders_.size()) sessions_.give_back(std::move(session_));
  } catch (const Error& error) {
    session_.reset();
    if (!(reading_chunk && leave_out_poison(error)) && !sessions_.wait(attempts_, error)) throw;
  }
}

void MailCursor::open_folder() {
  auto& folder = folders_[folder_];
  const auto open = session_->keep_open(folder.path);
  if (!open || (open->uid_validity != folder.uid_validity && open->uid_validity != 0))
    throw Error(ErrorCode::not_found, "reading " + store_name_ + ": the folder was removed or replaced meanwhile");
  open_ = true;
}

void MailCursor::send_chunks() {
  // What holds up the others comes first, and compressing begins between commands only.
  if (is_held_up() || session_->should_compress()) return;
  auto& folder = folders_[folder_];
  while (window_.has_room()) {
    if (careful_ && !chunks_.empty()) return;
    if (mails_seen_ != 0 && mails_in_flight_ * (bytes_seen_ / mails_seen_) > most_in_flight) return;
    auto count = mails_seen_ == 0
                     ? (chunks_.size() < small_chunks ? small_chunk_mails : first_chunk_mails)
                     : std::clamp<std::uint64_t>(chunk_size / std::max<std::uint64_t>(1, bytes_seen_ / mails_seen_), 1,
                                                 max_chunk_mails);
    if (careful_) count = careful_size_;
    Chunk chunk;
    std::string command;
    if (folder.all) {
      if (folder.next_number > folder.messages) return;
      const auto last =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(folder.messages, folder.next_number + count - 1));
      chunk.mails = last - folder.next_number + 1;
      chunk.first = folder.next_number;
      chunk.last = last;
      command = "FETCH " + std::to_string(folder.next_number) + ':' + std::to_string(last);
      folder.next_number = last + 1;
    } else {
      const auto left = std::span<const std::uint32_t>(folder.wanted).subspan(folder.next);
      if (left.empty()) return;
      const auto now = left.first(std::min<std::size_t>(left.size(), count));
      chunk.uids.assign(now.begin(), now.end());
      chunk.mails = now.size();
      chunk.first = now.front();
      chunk.last = now.back();
      chunk.by_uid = true;
      folder.next += now.size();
      command = "UID FETCH " + to_sequence_set(now);
    }
    command += " (UID FLAGS " + first_piece_item() + ')';
    chunk.tag = session_->dialogue().send(command);
    window_.sent(command.size());
    mails_in_flight_ += chunk.mails;
    chunks_.push_back(std::move(chunk));
  }
}

void MailCursor::finish_chunk() {
  chunk_bytes_ = 0;
  const auto status =
      session_->dialogue().finish_fetch(chunks_.front().tag, [&](const FetchedMail& mail) { take(mail); });
  if (!status.ok()) report_missing(chunks_.front(), status);
  auto chunk = std::move(chunks_.front());
  chunks_.pop_front();
  window_.answered();
  mails_in_flight_ -= chunk.mails;
  for (const auto uid : chunk.received) highest_uid_ = std::max(highest_uid_, uid);
  for (auto& kept : kept_)
    if (kept.uid <= chunk.last) chunk.taken.push_back(std::move(kept));
  std::erase_if(kept_, [&](const Taken& kept) { return kept.uid <= chunk.last; });
  line_up(std::move(chunk.taken));
}

void MailCursor::take(const FetchedMail& mail) {
  if (mail.uid == 0 || !mail.has_content) return;
  // Servers work on several commands at once: what comes need not be for the command whose end is waited for.
  const auto held = std::find_if(chunks_.begin(), chunks_.end(), [&](const Chunk& one) { return one.holds(mail); });
  auto& chunk = held == chunks_.end() ? chunks_.front() : *held;
  auto& received = chunk.received;
  if (!received.empty() && mail.uid <= received.back() &&
      std::find(received.begin(), received.end(), mail.uid) != received.end())
    return;
  received.push_back(mail.uid);
  ++done_;
  ++mails_seen_;
  bytes_seen_ += mail.content.size();
  chunk_bytes_ += mail.content.size();
  if (mail.deleted) return;
  if (may_go_on(mail)) {
    // The first one's beginning is kept; of the others this was fetched in vain, which bounds the temporary files.
    if (!is_held_up()) large_mail_.start(mail);
    chunk.taken.push_back({.uid = mail.uid, .kind = Taken::Kind::single});
    ++singles_;
  } else if (is_held_up()) {
    let_wait(chunk.taken, mail);
  } else {
    take_whole(chunk.taken, mail.content, mail.uid, chunk_bytes_ > large_chunk ? thrifty_decoder_ : decoder_);
  }
}

// Keeps a mail that is behind one that is not there yet. What can't be kept is fetched again.
void MailCursor::let_wait(std::vector<Taken>& to, const FetchedMail& mail) {
  Taken taken{.uid = mail.uid, .kind = Taken::Kind::waiting, .offset = waiting_bytes_.size()};
  taken.size = mail.content.size();
  try {
    if (waiting_bytes_.size() + taken.size > 2 * most_waiting)
      taken.kind = Taken::Kind::single;
    else
      waiting_bytes_.append(mail.content);
  } catch (const Error&) {  // no room for it
    taken.kind = Taken::Kind::single;
  }
  ++(taken.kind == Taken::Kind::single ? singles_ : in_file_);
  to.push_back(std::move(taken));
}

void MailCursor::take_whole(std::vector<Taken>& to, std::string_view mail, std::uint32_t uid, MimeDecoder& decoder) {
  decoder.decode(mail, decoded_);
  if (decoded_.problem) {
    decoded_.problem->where = place(folder_, uid);
    put(to, uid, std::move(*decoded_.problem));
    decoded_.problem.reset();
  }
  if (decoded_.kind == MailKind::record)
    put(to, uid, std::move(decoded_.record));
  else if (decoded_.kind == MailKind::foreign)
    to.push_back({.uid = uid, .kind = Taken::Kind::foreign});
}

void MailCursor::put(std::vector<Taken>& to, std::uint32_t uid, std::variant<Record, Problem> what) {
  to.push_back({.uid = uid, .ready = std::make_unique<Ready>(Ready{std::move(what), uid, folder_})});
}

void MailCursor::put_problem(std::vector<Taken>& to, std::uint32_t uid, const Error& error) {
  put(to, uid, problem_of(place(folder_, uid), error));
}

// Hands on what has come, in the order of the UIDs, as far as nothing before it is missing.
void MailCursor::line_up(std::vector<Taken> taken) {
  std::stable_sort(taken.begin(), taken.end(), [](const Taken& a, const Taken& b) { return a.uid < b.uid; });
  for (auto& one : taken) {
    const bool is_there = one.kind == Taken::Kind::ready || one.kind == Taken::Kind::foreign;
    if (is_there && waiting_.empty())
      hand_on(std::move(one));
    else
      waiting_.push_back(std::move(one));
  }
}

void MailCursor::hand_on(Taken taken) {
  if (taken.kind == Taken::Kind::foreign)
    ++foreign_;
  else
    ready_.push_back(std::move(*taken.ready));
}

// The connection is over. What has come for the first command is kept for its place among what will come; what was
// early, or would have to wait, will come again.
void MailCursor::keep_what_came() {
  for (auto& chunk : chunks_) {
    const bool first = &chunk == &chunks_.front();
    for (auto& taken : chunk.taken) {
      if (taken.kind == Taken::Kind::single) --singles_;
      if (taken.kind == Taken::Kind::waiting) --in_file_;
      if (first && (taken.kind == Taken::Kind::ready || taken.kind == Taken::Kind::foreign)) {
        kept_.push_back(std::move(taken));
      } else {
        --done_;
        std::erase(chunk.received, taken.uid);
      }
    }
    chunk.taken.clear();
    if (!first) chunk.received.clear();
  }
}

// The next of what has come behind a mail that was missing: as much as one batch takes.
void MailCursor::decode_waiting() {
  std::uint64_t bytes = 0;
  std::vector<Taken> decoded;
  while (!waiting_.empty() && waiting_.front().kind != Taken::Kind::single && bytes < chunk_size) {
    auto taken = std::move(waiting_.front());
    waiting_.pop_front();
    if (taken.kind != Taken::Kind::waiting) {
      hand_on(std::move(taken));
      continue;
    }
    bytes += taken.size;
    --in_file_;
    take_whole(decoded, waiting_bytes_.view().substr(taken.offset, taken.size), taken.uid, decoder_);
    for (auto& one : decoded) hand_on(std::move(one));
    decoded.clear();
  }
  if (in_file_ == 0) waiting_bytes_.clear();
}

// The foremost one, which is larger than what a chunk brings, or could not be kept.
void MailCursor::fetch_single() {
  const auto uid = waiting_.front().uid;
  std::vector<Taken> decoded;
  if (large_mail_.uid() != uid) large_mail_.start(uid);
  switch (large_mail_.fetch(session_->dialogue(), limits_.mail_size)) {
    case LargeMail::End::complete:
      try {
        take_whole(decoded, large_mail_.view(), uid, thrifty_decoder_);
      } catch (const Error& error) {  // no room for its parts
        put_problem(decoded, uid, error);
      }
      break;
    case LargeMail::End::gone:
      break;
    case LargeMail::End::failed:
      put_problem(decoded, uid, large_mail_.failure());
      break;
  }
  large_mail_.start(0);  // its file goes
  waiting_.pop_front();
  --singles_;
  for (auto& one : decoded) hand_on(std::move(one));
}

// After an answer that broke the rules, or the bounds of what is taken: false if it was not about mails.
bool MailCursor::leave_out_poison(const Error& error) {
  if (error.code() != ErrorCode::protocol && error.code() != ErrorCode::limit_exceeded) return false;
  if (++failures_ > max_failures || unreadable_ == max_unreadable) return false;
  // Whose answer it was is known of a command that was alone only.
  if (!std::exchange(careful_, true)) {
    careful_size_ = max_chunk_mails;
    return true;
  }
  auto& chunk = chunks_.front();
  const auto left = chunk.mails - std::min(chunk.mails, chunk.received.size());
  if (!chunk.by_uid || left != 1) {
    careful_size_ = std::max<std::uint64_t>(1, left / 2);
    return true;
  }
  for (const auto uid : chunk.uids) {
    if (std::find(chunk.received.begin(), chunk.received.end(), uid) != chunk.received.end()) continue;
    chunk.received.push_back(uid);
    put_problem(chunk.taken, uid, error);
    break;
  }
  ++unreadable_;
  careful_size_ = max_chunk_mails;
  return true;
}

// The server could not give some of what was asked for. What may work later is thrown, and asked for again.
void MailCursor::report_missing(Chunk& chunk, const Status& status) {
  const auto error = refusal(status, "reading mails at " + session_->dialogue().host());
  if (chunk.uids.empty() || is_transient(error.code())) throw error;
  auto received = chunk.received;
  std::sort(received.begin(), received.end());
  for (const auto uid : chunk.uids) {
    if (!std::binary_search(received.begin(), received.end(), uid)) put_problem(chunk.taken, uid, error);
  }
}

// After a lost connection: everything that was asked for and has not come is wanted again.
void MailCursor::resume() {
  auto& folder = folders_[folder_];
  keep_what_came();
  open_folder();
  auto received = chunks_.front().received;
  std::sort(received.begin(), received.end());
  const auto has_come = [&](std::uint32_t uid) { return std::binary_search(received.begin(), received.end(), uid); };
  std::vector<std::uint32_t> wanted;
  if (folder.all) {
    for (const auto uid : session_->search("UNDELETED"))
      if (uid > highest_uid_ && !has_come(uid)) wanted.push_back(uid);
    folder.all = false;
  } else {
    for (const auto& chunk : chunks_)
      std::copy_if(chunk.uids.begin(), chunk.uids.end(), std::back_inserter(wanted),
                   [&](auto uid) { return !has_come(uid); });
    wanted.insert(wanted.end(), folder.wanted.begin() + static_cast<std::ptrdiff_t>(folder.next), folder.wanted.end());
  }
  folder.wanted = std::move(wanted);
  folder.next = 0;
  chunks_.clear();
  window_.clear();
  mails_in_flight_ = 0;
}

}  // namespace smsbackup::imap
