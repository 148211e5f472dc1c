#include "smsbackup/eml_store.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "stores/atomic_file.hpp"
#include "stores/eml_folder.hpp"
#include "stores/emptiness.hpp"
#include "stores/file_lock.hpp"
#include "stores/growing_file.hpp"
#include "stores/known_mails.hpp"
#include "stores/mail_reader.hpp"
#include "stores/new_files.hpp"
#include "stores/pieces.hpp"
#include "stores/system_failure.hpp"

namespace smsbackup {

using stores::BatchFiller;
using stores::MailReader;
using stores::NameList;
using stores::NewFiles;
using stores::WholeFile;

namespace {

constexpr std::string_view work_folder = ".smsbackup-tmp";

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

bool is_folder(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// Loads a mail that is one as far as its size goes.
void load_mail(WholeFile& file, const std::filesystem::path& path, const Limits& limits) {
  file.load(path);
  if (file.view().size() > limits.mail_size) {
    throw Error(ErrorCode::limit_exceeded, "reading " + path.string() + ": it is larger than Limits::mail_size");
  }
}

class EmlCursor final : public Cursor {
 public:
  // The paths are taken from `base`.
  EmlCursor(std::filesystem::path base, NameList names, stores::NameRange range, Query query,
            const StoreOptions& options)
      : base_(std::move(base)),
        names_(std::move(names)),
        range_(std::move(range)),
        query_(std::move(query)),
        limits_(options.limits),
        reader_(options) {}

  bool next(Batch& out) override {
    BatchFiller filler(query_, out);
    for (; at_ < names_.size() && !filler.full(); ++at_) {
      if (range_.holds(names_[at_])) read(base_ / names_[at_], filler);
    }
    return filler.any();
  }

  Position position() const override { return {at_, names_.size()}; }

 private:
  void read(const std::filesystem::path& path, BatchFiller& out) {
    try {
      load_mail(file_, path, limits_);
    } catch (const Error& error) {
      Problem problem = stores::problem_of(error, path.string(), 0);
      problem.raw_is_complete = false;
      return out.problem(std::move(problem));
    }
    reader_.read(file_.view(), {path.native(), 0, false}, query_, out);
  }

  std::filesystem::path base_;
  NameList names_;
  stores::NameRange range_;
  Query query_;
  Limits limits_;
  MailReader reader_;
  WholeFile file_;
  std::size_t at_ = 0;
};

void make_folder(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    stores::sync_folder(path.parent_path());
  } else if (errno != EEXIST) {
    throw stores::system_failure(errno, "making the folder", path);
  }
}

Outcome refused(const std::filesystem::path& file) {
  Problem problem;
  problem.code = ErrorCode::unsupported;
  problem.where = file.string();
  problem.why = "one .eml file holds one record, and it has one already: choose a folder for more";
  return {false, std::move(problem)};
}

}  // namespace

struct EmlStore::State {
  State(std::filesystem::path where, Access how, StoreOptions given)
      : path(std::move(where)), access(how), options(std::move(given)), reader(options) {}

  std::filesystem::path path;
  Access access;
  StoreOptions options;
  bool single = false;  // one file, not a folder
  MailReader reader;
  stores::KnownMails known;  // good as long as the lock is held
  stores::FileLock lock;
  std::uint64_t temporaries = 0;
  std::set<std::string> months;  // whose folders are there

  std::filesystem::path base() const { return single ? path.parent_path() : path; }
  NameList list() const {
    if (!single) return is_there(path) ? stores::list_eml_files(path) : NameList();
    NameList one;
    if (is_there(path)) one.add(path.filename().native());
    return one;
  }

  void begin_writing() {
    if (lock) return;
    if (single) {
      lock = stores::FileLock::for_file(path);
    } else {
      make_folder(path);
      lock = stores::FileLock::in_folder(path);
      // What a killed run left: whoever has the lock is alone.
      remove_work_folder();
    }
    months.clear();
    known.forget();
  }
  void end_writing() {
    if (lock && !single) remove_work_folder();
    known.forget();
    lock.release();
  }
  void remove_work_folder() const {
    std::error_code ignored;
    std::filesystem::remove_all(path / work_folder, ignored);
  }

  template <class Visit>
  void identify_all(const DedupPolicy& policy, Visit&& visit) {
    WholeFile file;
    const NameList names = list();
    for (std::size_t i = 0; i < names.size(); ++i) {
      try {
        load_mail(file, base() / names[i], options.limits);
        auto identity = reader.identify(file.view(), policy);
        if (!identity) continue;
        identity->key.locator = names[i];
        visit(*identity);
      } catch (const Error& error) {
        // One that can't be read is not there, as far as keys are concerned.
        if (error.code() == ErrorCode::no_space) throw;
      }
    }
  }

  void learn() {
    if (known.complete()) return;
    known.learn(options.mime, [&](const auto& tell) { identify_all({}, tell); });
  }

  // A name that isn't taken. Equal ones are rare: the same record written twice, or the same first digits.
  std::filesystem::path free_name(const std::string& name, const std::set<std::filesystem::path>& taken) const {
    std::filesystem::path target = path / (name + ".eml");
    for (std::uint64_t number = 2; is_there(target) || taken.count(target) != 0; ++number) {
      target = path / (name + "-" + std::to_string(number) + ".eml");
    }
    return target;
  }

  void write_folder(std::span<const Record> records) {
    make_folder(path / work_folder);
    NewFiles files;
    std::set<std::filesystem::path> taken;
    for (const Record& record : records) {
      auto& file = files.begin(path / work_folder / std::to_string(++temporaries));
      const MailHead head = known.encoder().encode(record, [&](std::string_view piece) { file.write(piece); });
      const std::string name = stores::eml_name(head);
      if (months.insert(name.substr(0, name.find('/'))).second) make_folder(path / name.substr(0, name.find('/')));
      const auto target = free_name(name, taken);
      taken.insert(target);
      files.complete(target, head.internal_date);
    }
    files.publish();
  }

  Outcomes write_single(std::span<const Record> records) {
    Outcomes outcomes;
    for (const Record& record : records) {
      if (is_there(path)) {
        outcomes.push_back(refused(path));
        continue;
      }
      stores::AtomicFile file(path, std::move(lock));
      known.encoder().encode(record, [&](std::string_view piece) { file.write(piece); });
      file.commit();
      lock = stores::FileLock::for_file(path);
      outcomes.push_back({true, std::nullopt});
    }
    return outcomes;
  }
};

EmlStore::EmlStore(std::filesystem::path path, Access access, StoreOptions options)
    : state_(std::make_unique<State>(std::move(path), access, std::move(options))) {
  State& state = *state_;
  // "eml:x/" means x, and is a folder whatever its name.
  const bool named_as_folder = !state.path.has_filename();
  if (named_as_folder && state.path.has_parent_path() && state.path != state.path.root_path()) {
    state.path = state.path.parent_path();
  }
  if (is_folder(state.path)) {
    if (access == Access::write) stores::expect_writable_place(state.path / work_folder);
    return;
  }
  state.single = is_there(state.path) || (!named_as_folder && stores::is_eml_name(state.path.filename().native()));
  if (access == Access::read) {
    const stores::InputFile file(state.path);
    file.refuse_empty();
  } else {
    stores::expect_writable_place(state.path);
  }
}

EmlStore::~EmlStore() { state_->end_writing(); }

std::unique_ptr<Cursor> EmlStore::open(const Query& query) { return open_piece(query, {}); }

std::vector<std::string> EmlStore::split(std::size_t wanted) {
  return stores::split_names(state_->list(), wanted, [](std::string_view name) { return std::string(name); });
}

std::unique_ptr<Cursor> EmlStore::open_piece(const Query& query, std::string_view piece) {
  return std::make_unique<EmlCursor>(state_->base(), state_->list(), stores::parse_name_range(piece, name()),
                                     stores::without_group(query), state_->options);
}

void EmlStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  State& state = *state_;
  const auto visit_all = [&](const auto& tell) {
    state.identify_all(policy, [&](const MailReader::Identity& identity) {
      tell(identity);
      if (!stores::excludes(query, identity.key)) visit(identity.key);
    });
  };
  // A dry run asks for keys too, and makes no folder.
  if (state.access == Access::write && is_there(state.path)) {
    state.begin_writing();
    state.known.learn(state.options.mime, visit_all);
  } else {
    visit_all([](const auto&) {});
  }
}

std::optional<Record> EmlStore::fetch(std::string_view locator) {
  const State& state = *state_;
  const std::filesystem::path relative(locator);
  // Only what this store itself gives as a locator.
  if (!stores::is_eml_name(relative.filename().native()) && !state.single) return std::nullopt;
  if (relative.is_absolute()) return std::nullopt;
  for (const auto& step : relative) {
    if (step == "..") return std::nullopt;
  }
  const auto path = state.base() / relative;
  if (!is_there(path)) return std::nullopt;
  WholeFile file;
  load_mail(file, path, state.options.limits);
  return state_->reader.record(file.view());
}

Outcomes EmlStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  state.begin_writing();
  state.learn();
  if (state.single) return state.write_single(records);
  state.write_folder(records);
  return Outcomes(records.size(), Outcome{true, std::nullopt});
}

void EmlStore::finish() {
  State& state = *state_;
  if (state.access == Access::write && !state.single) state.begin_writing();
  state.end_writing();
}

bool EmlStore::is_empty() { return stores::holds_nothing(state_->path); }

std::string EmlStore::name() const { return state_->path.string(); }

}  // namespace smsbackup
