#include "smsbackup/maildir_store.hpp"

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "stores/batch_filler.hpp"
#include "stores/emptiness.hpp"
#include "stores/file_lock.hpp"
#include "stores/growing_file.hpp"
#include "stores/input_file.hpp"
#include "stores/known_mails.hpp"
#include "stores/lf_mail.hpp"
#include "stores/mail_headers.hpp"
#include "stores/mail_reader.hpp"
#include "stores/maildir_folder.hpp"
#include "stores/new_files.hpp"
#include "stores/pieces.hpp"

namespace smsbackup {

using stores::BatchFiller;
using stores::FileLock;
using stores::InputFile;
using stores::MailReader;
using stores::NameList;
using stores::NewFiles;
using stores::OutputFile;
using stores::WholeFile;

namespace {

// Enough for the header of almost any mail.
constexpr std::size_t header_guess = 16 * 1024;

// Loads a mail that another program may have renamed since it was listed. False if it is gone.
bool load_mail(const std::filesystem::path& folder, std::string& name, WholeFile& file) {
  try {
    file.load(folder / name);
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
  }
  name = stores::find_mail(folder, name);
  if (name.empty()) return false;
  file.load(folder / name);
  return true;
}

class MaildirCursor final : public Cursor {
 public:
  MaildirCursor(std::filesystem::path folder, stores::NameRange range, Query query, const StoreOptions& options)
      : folder_(std::move(folder)),
        range_(std::move(range)),
        names_(stores::list_maildir(folder_)),
        query_(std::move(query)),
        mail_limit_(options.limits.mail_size),
        reader_(options) {}

  bool next(Batch& out) override {
    BatchFiller filler(query_, out);
    for (; at_ < names_.size() && !filler.full(); ++at_) {
      if (range_.holds(stores::unchanging_name(names_[at_]))) read(stores::mail_path(names_[at_]), filler);
    }
    return filler.any();
  }

  Position position() const override { return {at_, names_.size()}; }

 private:
  void read(std::string name, BatchFiller& out) {
    try {
      if (!load_mail(folder_, name, file_)) {
        throw Error(ErrorCode::not_found, "the mail was removed by another program while the folder was read");
      }
    } catch (const Error& error) {
      return fail(error, name, out);
    }
    const auto flags = stores::maildir_flags(name);
    if (flags.trashed) return out.foreign();
    if (query_.starred_only && !flags.flagged) return out.filtered();
    if (file_.view().size() > mail_limit_) {
      return fail(Error(ErrorCode::limit_exceeded, "the mail is larger than Limits::mail_size"), name, out);
    }
    reader_.read(file_.view(), {(folder_ / name).native(), 0, flags.flagged}, query_, out);
  }

  void fail(const Error& error, const std::string& name, BatchFiller& out) {
    if (error.code() == ErrorCode::no_space) throw error;
    Problem problem = stores::problem_of(error, (folder_ / name).string(), 0);
    problem.raw_is_complete = false;
    out.problem(std::move(problem));
  }

  std::filesystem::path folder_;
  stores::NameRange range_;
  NameList names_;
  Query query_;
  std::uint64_t mail_limit_;
  MailReader reader_;
  WholeFile file_;
  std::size_t at_ = 0;
};

}  // namespace

struct MaildirStore::State {
  State(std::filesystem::path path, Access how, StoreOptions given)
      : folder(std::move(path)), access(how), options(std::move(given)), reader(options) {}

  std::filesystem::path folder;
  Access access;
  StoreOptions options;
  MailReader reader;
  stores::KnownMails known;  // good as long as the lock is held
  stores::MaildirNames names;
  FileLock lock;

  void begin_writing() {
    if (lock) return;
    stores::make_maildir(folder);
    lock = FileLock::in_folder(folder);
    stores::clean_maildir(folder, options.mime.clock());
    known.forget();
  }

  // What is in the folder, without those that can't be read; tells the encoder on the way if there is one to tell.
  template <class Visit>
  void identify_all(const DedupPolicy& policy, Visit&& visit) {
    WholeFile file;
    const NameList list = stores::list_maildir(folder);
    for (std::size_t i = 0; i < list.size(); ++i) {
      std::string name = stores::mail_path(list[i]);
      if (stores::maildir_flags(name).trashed) continue;
      try {
        auto identity = identify(name, policy, file);
        if (!identity) continue;
        identity->key.locator = std::move(name);
        visit(*identity);
      } catch (const Error& error) {
        // One that can't be read is not there, as far as keys are concerned; the next backup writes it again.
        if (error.code() == ErrorCode::no_space) throw;
      }
    }
  }

  std::optional<MailReader::Identity> identify(std::string& name, const DedupPolicy& policy, WholeFile& file) {
    std::error_code error;
    if (std::filesystem::file_size(folder / name, error) > header_guess && !error) {
      std::string beginning(header_guess, '\0');
      beginning.resize(InputFile(folder / name).read(beginning));
      if (stores::has_complete_header(beginning)) {
        auto identity = reader.identify_by_header(stores::header_section(beginning), policy);
        if (identity) return identity;
      }
    }
    if (!load_mail(folder, name, file) || file.view().size() > options.limits.mail_size) return std::nullopt;
    return reader.identify(file.view(), policy);
  }
};

MaildirStore::MaildirStore(std::filesystem::path folder, Access access, StoreOptions options)
    : state_(std::make_unique<State>(std::move(folder), access, std::move(options))) {
  // "maildir:x/" means x.
  auto& path = state_->folder;
  if (!path.has_filename() && path.has_parent_path() && path != path.root_path()) path = path.parent_path();
  std::error_code error;
  if (access == Access::read && !std::filesystem::exists(path, error)) {
    throw Error(ErrorCode::not_found, "opening " + path.string() + ": there is no such folder");
  }
  if (stores::is_maildir(path)) return;
  if (access == Access::read || !stores::is_free_for_maildir(path)) {
    throw Error(ErrorCode::unknown_format,
                "opening " + path.string() + " as a Maildir: it is no folder with the folders cur and new in it",
                access == Access::write ? "Choose a new or empty folder." : "");
  }
  stores::expect_writable_place(std::filesystem::exists(path, error) ? path / "cur" : path);
}

MaildirStore::~MaildirStore() = default;

std::unique_ptr<Cursor> MaildirStore::open(const Query& query) { return open_piece(query, {}); }

std::vector<std::string> MaildirStore::split(std::size_t wanted) {
  return stores::split_names(stores::list_maildir(state_->folder), wanted, stores::unchanging_name);
}

std::unique_ptr<Cursor> MaildirStore::open_piece(const Query& query, std::string_view piece) {
  return std::make_unique<MaildirCursor>(state_->folder, stores::parse_name_range(piece, name()),
                                         stores::without_group(query), state_->options);
}

void MaildirStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  State& state = *state_;
  const auto visit_all = [&](const auto& tell) {
    state.identify_all(policy, [&](const MailReader::Identity& identity) {
      tell(identity);
      if (!stores::excludes(query, identity.key)) visit(identity.key);
    });
  };
  // A dry run asks for keys too, and makes no folder.
  if (state.access == Access::write && stores::is_maildir(state.folder)) {
    state.begin_writing();
    state.known.learn(state.options.mime, visit_all);
  } else {
    visit_all([](const auto&) {});
  }
}

std::optional<Record> MaildirStore::fetch(std::string_view locator) {
  std::string name = stores::find_mail(state_->folder, locator);
  if (name.empty()) return std::nullopt;
  const WholeFile file(state_->folder / name);
  return state_->reader.record(file.view());
}

Outcomes MaildirStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  state.begin_writing();
  if (!state.known.complete()) {
    state.known.learn(state.options.mime, [&](const auto& tell) { state.identify_all({}, tell); });
  }
  NewFiles files;
  for (const Record& record : records) {
    OutputFile& file = files.begin(state.folder / "tmp" / state.names.next(state.options.mime.clock()));
    const MailHead head = state.known.encoder().encode(record, [&](std::string_view piece) {
      stores::write_with_lf(piece, [&](std::string_view bytes) { file.write(bytes); });
    });
    const std::string final_name = state.names.next(head.internal_date) + (head.seen ? ":2,S" : ":2,");
    files.complete(state.folder / "cur" / final_name, head.internal_date);
  }
  files.publish();
  return Outcomes(records.size(), Outcome{true, std::nullopt});
}

void MaildirStore::finish() {
  if (state_->access == Access::write) state_->begin_writing();
  state_->known.forget();
  state_->lock.release();
}

bool MaildirStore::is_empty() { return stores::holds_nothing(state_->folder); }

std::string MaildirStore::name() const { return state_->folder.string(); }

}  // namespace smsbackup
