#include "imap/uploader.hpp"

#include <algorithm>
#include <set>

#include "imap/mail_headers.hpp"
#include "imap/refusals.hpp"
#include "model/logger.hpp"

namespace smsbackup::imap {
namespace {

// So much is encoded before it is sent: the line is kept busy while the next is encoded.
constexpr std::uint64_t encoded_ahead = 1 << 20;

}  // namespace

Uploader::Uploader(const ImapOptions& options, const Limits& limits, MimeEncoder& encoder, Sessions& sessions,
                   FolderStarts& starts, std::string store_name)
    : options_(options),
      limits_(limits),
      bytes_(encoder),
      sessions_(sessions),
      starts_(starts),
      store_name_(std::move(store_name)),
      in_doubt_(options) {}

const std::string& Uploader::folder_for(RecordType type) const {
  if (!options_.folder.empty()) return options_.folder;
  switch (type) {
    case RecordType::mms:
      return options_.mms_folder;
    case RecordType::call:
      return options_.call_folder;
    default:
      return options_.sms_folder;
  }
}

// Returns the size of the mail.
std::uint64_t Uploader::add(const Record& record) {
  auto mail = bytes_.make(record);
  mail->folder = folder_for(type_of(record));
  const auto size = mail->size;
  items_.push_back({std::move(mail), type_of(record)});
  return size;
}

Outcomes Uploader::write(std::span<const Record> records, bool to_the_end) {
  if (failure_) throw Error(*failure_);
  std::uint64_t unsent = 0;
  for (const auto& record : records) {
    unsent += add(record);
    if (unsent < encoded_ahead) continue;
    run(false);
    unsent = 0;
  }
  run(to_the_end);
  return take_outcomes();
}

Outcomes Uploader::settle() {
  if (!failure_) run(true);
  return take_outcomes();
}

// Sends what is to be sent, connecting and connecting again as needed.
void Uploader::run(bool to_the_end) {
  if (to_the_end && items_.empty()) {
    // All had been confirmed on the way.
    if (session_) give_back();
    in_doubt_.settled(late_.mails());
    return;
  }
  auto attempts = sessions_.backoff();
  for (;;) {
    const auto open = [&] {
      return std::count_if(items_.begin(), items_.end(),
                           [](const Item& item) { return item.mail->fate == OutgoingMail::Fate::open; });
    };
    const auto before = to_the_end ? open() : 0;
    try {
      if (!session_) connect();
      pump();
      if (to_the_end) {
        pipeline_->drain();
        give_back();
        in_doubt_.settled(late_.mails());
      } else {
        pipeline_->poll();
      }
      return;
    } catch (const Error& error) {
      const auto missing = pipeline_ ? pipeline_->missing_folder() : std::string();
      drop_connection();
      if (error.code() == ErrorCode::not_found && make_again(missing)) continue;
      if (to_the_end && open() < before) attempts.succeeded();
      bool again = false;
      try {
        again = sessions_.wait(attempts, error);
      } catch (...) {
        failure_ = error;
        throw;
      }
      if (!again) {
        failure_ = error;
        throw;
      }
    }
  }
}

// Before any of it goes out: should the run be killed, the next one knows what may still arrive.
void Uploader::note_down() {
  if (!options_.key_cache) return;
  std::vector<OutgoingMailPtr> on_their_way;
  for (const auto& [mail, type] : items_) {
    if (mail->fate != OutgoingMail::Fate::open) continue;
    const auto start = starts_.find(mail->folder);
    const bool known = start != starts_.end();
    in_doubt_.note(mail, known ? start->second.uid_validity : 0, known ? start->second.uid_next : 0, late_);
    on_their_way.push_back(mail);
  }
  in_doubt_.flush(on_their_way);
}

void Uploader::pump() {
  note_down();
  for (; next_ < items_.size(); ++next_) {
    auto& item = items_[next_];
    if (item.mail->fate != OutgoingMail::Fate::open) continue;
    if (const auto limit = session_->capabilities().append_limit(); limit && item.mail->size > *limit) {
      item.mail->fate = OutgoingMail::Fate::refused;
      item.mail->refusal = {Status::Kind::no, "TOOBIG", {}, {}};
      continue;
    }
    if (const auto start = starts_.find(item.mail->folder); start == starts_.end() || !start->second.exists)
      prepare_folders();
    if (session_->should_compress()) {
      pipeline_->drain();
      session_->compress();
    }
    pipeline_->send(item.mail);
  }
}

void Uploader::connect() {
  session_ = sessions_.take();
  find_sent();
  pipeline_ = std::make_unique<AppendPipeline>(*session_, options_.window, bytes_);
  next_ = 0;
  session_->leave();
}

// Finds out where the folders of what is to be sent begin, and makes the missing ones.
void Uploader::prepare_folders() {
  std::set<std::string> folders;
  for (std::size_t i = next_; i < items_.size(); ++i) folders.insert(items_[i].mail->folder);
  for (const auto& folder : folders) {
    auto start = starts_.find(folder);
    if (start == starts_.end()) {
      pipeline_->drain();
      const auto open = session_->select(folder, true);
      start =
          starts_.emplace(folder, open ? FolderStart{open->uid_validity, open->uid_next} : FolderStart{0, 1, false, 0})
              .first;
    }
    if (start->second.made_again != 0 && !start->second.exists)
      session_->create_now(folder);
    else if (!start->second.exists)
      session_->create(folder);
    start->second.exists = true;
  }
  session_->leave();
}

// A folder that was removed under the upload, or that the server would not make: the second time it says why.
bool Uploader::make_again(const std::string& folder) {
  static constexpr int often_enough = 3;
  const auto start = starts_.find(folder);
  if (start == starts_.end() || start->second.made_again == often_enough) return false;
  start->second = {0, 1, false, start->second.made_again + 1};
  return true;
}

void Uploader::give_back() {
  sessions_.give_back(std::move(session_));
  drop_connection();
}

void Uploader::drop_connection() noexcept {
  if (pipeline_) {
    if (session_) pipeline_->read_rest();
    for (auto& [folder, start] : starts_)
      if (start.uid_next != 0) start.uid_next = std::max(start.uid_next, pipeline_->uid_next(folder));
  }
  pipeline_.reset();
  session_.reset();
}

// After a lost connection: what had gone out without an answer may be there, or not.
void Uploader::find_sent() {
  std::set<std::string> folders;
  for (const auto& item : items_)
    if (item.mail->fate == OutgoingMail::Fate::open && item.mail->sent) folders.insert(item.mail->folder);
  for (const auto& folder : folders) find_sent_in(folder);
}

void Uploader::find_sent_in(const std::string& folder) {
  std::multimap<std::string, OutgoingMailPtr> unknown;
  for (const auto& item : items_)
    if (item.mail->fate == OutgoingMail::Fate::open && item.mail->sent && item.mail->folder == folder)
      unknown.emplace(item.mail->message_id, item.mail);
  const auto total = unknown.size();
  const auto found = [&](const std::string& message_id) {
    const auto mail = unknown.find(message_id);
    if (mail == unknown.end()) return;
    mail->second->fate = OutgoingMail::Fate::written;
    unknown.erase(mail);
  };

  const auto open = session_->select(folder, true);
  if (!open) {
    starts_.erase(folder);  // made anew when it is needed
  } else if (const auto& start = starts_[folder];
             start.uid_next != 0 && (start.uid_validity == 0 || start.uid_validity == open->uid_validity)) {
    if (open->messages != 0 && (open->uid_next == 0 || open->uid_next > start.uid_next)) {
      auto& dialogue = session_->dialogue();
      const auto status = dialogue.finish_fetch(dialogue.send("UID FETCH " + std::to_string(start.uid_next) +
                                                              ":* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"),
                                                [&](const FetchedMail& mail) {
                                                  // "n:*" gives the last mail even when its UID is below n.
                                                  if (mail.uid >= start.uid_next && mail.has_content)
                                                    found(message_id_in(mail.content));
                                                });
      if (!status.ok()) throw refusal(status, "looking for what was sent at " + dialogue.host());
    }
  } else {
    std::set<std::string> ids;
    for (const auto& [id, mail] : unknown) ids.insert(id);
    for (const auto& id : ids) {
      const auto copies = session_->search("HEADER Message-ID " + quote(id)).size();
      for (std::size_t i = 0; i < copies; ++i) found(id);
    }
  }
  for (const auto& [id, mail] : unknown) {
    mail->sent = false;
    if (open) late_.expect(mail, open->uid_next, open->uid_validity);
  }
  model::logger().info("{} of {} mails that were on their way had arrived", total - unknown.size(), total);
}

void Uploader::look_for_late_copies() noexcept {
  try {
    const std::set<std::string> folders{folder_for(RecordType::sms), folder_for(RecordType::mms),
                                        folder_for(RecordType::call)};
    in_doubt_.expect_the_rest({folders.begin(), folders.end()}, late_);
    const auto mails = late_.mails();
    if (!mails.empty()) sessions_.run([&](Session& session, Backoff&) { late_.remove(session); });
    if (!failure_) in_doubt_.settled(mails);
  } catch (const std::exception& error) {
    model::logger().warn("whether mails are there twice could not be found out: {}", error.what());
  }
  late_.forget();
}

Problem Uploader::problem_of(const Item& item) {
  Problem problem;
  problem.where = store_name_;
  problem.type = item.type;
  auto& mail = *item.mail;
  bytes_.make_again(mail);
  if (mail.fate == OutgoingMail::Fate::refused) {
    const auto error =
        refusal(mail.refusal, "storing a mail of " + std::to_string(mail.size) + " bytes", Attempt::append);
    problem.code = error.code();
    problem.why = error.what();
  } else {
    problem.code = failure_ ? failure_->code() : ErrorCode::internal;
    problem.why = "not stored, because the run ended before the server confirmed it";
  }
  const auto keep = static_cast<std::size_t>(std::min<std::uint64_t>(mail.size, limits_.problem_raw));
  problem.raw_is_complete = keep == mail.size;
  if (mail.bytes.empty()) {
    std::string head(keep, '\0');
    head.resize(mail.spilled.read(0, head));
    problem.raw = Blob(std::move(head));
  } else {
    problem.raw = Blob(mail.bytes.substr(0, keep));
  }
  return problem;
}

Outcomes Uploader::take_outcomes() {
  Outcomes out;
  while (!items_.empty()) {
    const auto& item = items_.front();
    const auto fate = item.mail->fate;
    if (fate == OutgoingMail::Fate::open && !failure_) break;
    if (fate == OutgoingMail::Fate::written) {
      out.push_back({true, std::nullopt});
      // Whoever still waits for a late copy needs the names only.
      item.mail->bytes = {};
      item.mail->spilled = {};
    } else {
      out.push_back({false, problem_of(item)});
    }
    items_.pop_front();
    if (next_ != 0) --next_;
  }
  return out;
}

}  // namespace smsbackup::imap
