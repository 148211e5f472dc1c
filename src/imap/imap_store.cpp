#include "smsbackup/imap_store.hpp"

#include <algorithm>
#include <utility>

#include "imap/duplicates.hpp"
#include "imap/folder_scan.hpp"
#include "imap/imap_uri.hpp"
#include "imap/large_mail.hpp"
#include "imap/locator.hpp"
#include "imap/mail_cursor.hpp"
#include "imap/server_info.hpp"
#include "imap/sessions.hpp"
#include "imap/uploader.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup {

using namespace imap;

struct ImapStore::State {
  State(ImapOptions imap_options, Access wanted_access, StoreOptions store_options)
      : imap(std::move(imap_options)),
        access(wanted_access),
        options(std::move(store_options)),
        name(uri_of(imap)),
        encoder(options.mime),
        decoder(options.limits, options.charsets ? options.charsets() : nullptr),
        sessions(imap),
        uploader(imap, options.limits, encoder, sessions, starts, name) {}

  // In a fixed order, each once.
  std::vector<std::string> folders_of(const std::set<RecordType>& types) const {
    if (!imap.folder.empty()) return {imap.folder};
    std::vector<std::string> out;
    const auto add = [&](RecordType type, const std::string& folder) {
      if (types.count(type) != 0 && std::find(out.begin(), out.end(), folder) == out.end()) out.push_back(folder);
    };
    add(RecordType::sms, imap.sms_folder);
    add(RecordType::mms, imap.mms_folder);
    add(RecordType::call, imap.call_folder);
    return out;
  }

  void require_writing() const {
    if (access == Access::read)
      throw Error(ErrorCode::invalid_argument, "writing to " + name + ": it was opened for reading");
  }

  ImapOptions imap;
  Access access;
  StoreOptions options;
  std::string name;
  MimeEncoder encoder;
  MimeDecoder decoder;
  Sessions sessions;
  FolderStarts starts;
  Uploader uploader;
  bool has_written = false;
};

ImapStore::ImapStore(ImapOptions imap, Access access, StoreOptions options) {
  const auto refuse = [](const char* why) { throw Error(ErrorCode::invalid_argument, why); };
  if (imap.host.empty()) refuse("opening a mailbox: the host name is missing");
  if (imap.user.empty()) refuse("opening a mailbox: the user name is missing");
  if (imap.folder.empty() && (imap.sms_folder.empty() || imap.mms_folder.empty() || imap.call_folder.empty()))
    refuse("opening a mailbox: the name of a folder is empty");
  if (imap.security == ImapOptions::Security::plain && !imap.allow_plain)
    throw Error(
        ErrorCode::invalid_argument,
        "opening a mailbox: imap:// is not encrypted, anybody on the line could read the password and all messages",
        "use imaps:// or imap+starttls://, or --insecure if you are sure");
  state_ = std::make_unique<State>(std::move(imap), access, std::move(options));
}

ImapStore::~ImapStore() = default;

std::string ImapStore::name() const { return state_->name; }

ImapServerInfo ImapStore::check() {
  auto& s = *state_;
  const auto folders = s.folders_of({RecordType::sms, RecordType::mms, RecordType::call});
  return s.sessions.run([&](Session& session, Backoff&) { return server_info(session, folders); });
}

std::unique_ptr<Cursor> ImapStore::open(const Query& query) {
  auto& s = *state_;
  return std::make_unique<MailCursor>(s.imap, s.options, s.sessions, s.folders_of(query.types), query, s.access,
                                      s.name);
}

void ImapStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  auto& s = *state_;
  for (const auto& path : s.folders_of(query.types)) {
    FolderScan scan(s.imap, s.decoder, path, false);
    const auto open = scan.run(s.sessions, [&](const KeyEntry& entry, bool) {
      if (!entry.is_record) return;
      s.encoder.remember(entry.message_id, entry.key.content.value_or(Digest{}));
      if (query.types.count(entry.key.type) == 0) return;
      RecordKey key = entry.key;
      if (policy.level == DedupLevel::exact) key.content.reset();
      key.locator = Locator{scan.uid_validity(), entry.uid, path}.text();
      visit(key);
    });
    s.starts[path] = open ? FolderStart{open->uid_validity, open->uid_next, true, 0, open->messages}
                          : FolderStart{0, 1, false, 0, 0};
  }
}

bool ImapStore::is_empty() {
  auto& s = *state_;
  if (s.starts.empty() || s.has_written) return false;
  const auto folders = s.folders_of({RecordType::sms, RecordType::mms, RecordType::call});
  const auto has_mail = [](const auto& start) { return start.second.messages != 0; };
  if (std::any_of(s.starts.begin(), s.starts.end(), has_mail)) return false;
  // keys() has looked into the folders of its query only.
  return std::all_of(folders.begin(), folders.end(), [&](const std::string& path) {
    if (s.starts.count(path) != 0) return true;
    return s.sessions.run([&](Session& session, Backoff&) {
      const auto open = session.select(path, true);
      return !open || open->messages == 0;
    });
  });
}

std::optional<Record> ImapStore::fetch(std::string_view locator) {
  auto& s = *state_;
  const auto where = Locator::parse(locator);
  if (!where) return std::nullopt;
  return s.sessions.run([&](Session& session, Backoff&) -> std::optional<Record> {
    const auto open = session.keep_open(where->folder);
    if (!open || open->uid_validity != where->uid_validity) return std::nullopt;
    std::optional<Record> found;
    LargeMail large;
    const auto take = [&](std::string_view mail) {
      auto decoded = s.decoder.decode(mail);
      if (decoded.kind == MailKind::record) found = std::move(decoded.record);
    };
    auto& dialogue = session.dialogue();
    dialogue.finish_fetch(
        dialogue.send("UID FETCH " + std::to_string(where->uid) + " (UID " + first_piece_item() + ')'),
        [&](const FetchedMail& mail) {
          if (mail.uid != where->uid || !mail.has_content) return;
          if (may_go_on(mail))
            large.start(mail);
          else
            take(mail.content);
        });
    if (large.uid() != 0 && large.fetch(dialogue, s.options.limits.mail_size) == LargeMail::End::complete)
      take(large.view());
    return found;
  });
}

Outcomes ImapStore::write(std::span<const Record> records) {
  state_->require_writing();
  state_->has_written = true;
  return state_->uploader.write(records, true);
}

Outcomes ImapStore::write_ahead(std::span<const Record> records) {
  state_->require_writing();
  state_->has_written = true;
  return state_->uploader.write(records);
}

Outcomes ImapStore::settle() { return state_->uploader.settle(); }

void ImapStore::finish() {
  settle();
  state_->uploader.look_for_late_copies();
  state_->sessions.log_out();
}

ImapStore::Cleaning ImapStore::clean_duplicates(const DedupPolicy& policy, const std::optional<std::string>& move_to,
                                                bool remove) {
  auto& s = *state_;
  if (move_to && remove)
    throw Error(ErrorCode::invalid_argument,
                "cleaning " + s.name + ": duplicates are either moved or deleted, not both");
  Cleaning total;
  KeyIndex index(policy);
  for (const auto& path : s.folders_of({RecordType::sms, RecordType::mms, RecordType::call})) {
    if (move_to && path == *move_to)
      throw Error(ErrorCode::invalid_argument,
                  "cleaning " + s.name + ": duplicates can't be moved into the folder they are in");
    FolderScan scan(s.imap, s.decoder, path, false);
    DuplicateFinder finder(index, *this);
    scan.run(s.sessions, [&](const KeyEntry& entry, bool) {
      if (!entry.is_record) return;
      ++total.looked_at;
      RecordKey key = entry.key;
      if (policy.level == DedupLevel::exact) key.content.reset();
      key.locator = Locator{scan.uid_validity(), entry.uid, path}.text();
      finder.see(std::move(key), entry.uid);
    });
    const auto duplicates = finder.finish();
    total.duplicates += duplicates.size();
    if (duplicates.empty() || (!move_to && !remove)) continue;
    s.sessions.run(
        [&](Session& session, Backoff&) { move_or_remove(session, path, scan.uid_validity(), duplicates, move_to); });
    (move_to ? total.moved : total.removed) += duplicates.size();
  }
  return total;
}

}  // namespace smsbackup
