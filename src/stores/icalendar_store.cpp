#include "smsbackup/icalendar_store.hpp"

#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "stores/atomic_file.hpp"
#include "stores/emptiness.hpp"
#include "stores/growing_file.hpp"
#include "stores/icalendar_cursor.hpp"
#include "stores/icalendar_writer.hpp"

namespace smsbackup {
namespace {

namespace icalendar = stores::icalendar;

constexpr std::size_t looked_at = 64 * 1024;

class NoRecords final : public Cursor {
 public:
  bool next(Batch&) override { return false; }
};

void expect_calendar(const stores::InputFile& file) {
  std::string beginning(looked_at, '\0');
  beginning.resize(file.read_at(0, beginning));
  if (beginning.find("BEGIN:VCALENDAR") != std::string::npos) return;
  throw Error(ErrorCode::unknown_format, "opening " + file.path().string() + ": this is no calendar");
}

// The new file: the old one with events before its end.
class AddedCalendar {
 public:
  AddedCalendar(const std::filesystem::path& target, stores::FileLock lock, const StoreOptions& options, bool exists)
      : file_(target, std::move(lock)), writer_(options.mime) {
    if (!exists) {
      file_.write(icalendar::prologue());
      return;
    }
    old_.emplace(target);
    old_end_ = icalendar::survey(*old_, options.limits, [&](std::string uid) {
      if (uid.ends_with(icalendar::uid_domain)) uids_.insert(std::move(uid));
    });
    file_.copy(*old_, 0, old_end_);
  }

  void write(const Call& call) {
    std::string uid = icalendar::uid_of(call);
    if (uids_.count(uid) != 0) return;  // a calendar holds an event once
    event_.clear();
    writer_.write(call, uid, event_);
    file_.write(event_);
    uids_.insert(std::move(uid));
  }

  void commit() {
    if (old_) {
      file_.copy(*old_, old_end_, old_->size().value_or(old_end_) - old_end_);
    } else {
      file_.write(icalendar::epilogue);
    }
    file_.commit();
  }

 private:
  stores::AtomicFile file_;
  icalendar::EventWriter writer_;
  std::optional<stores::InputFile> old_;
  std::uint64_t old_end_ = 0;  // where what is added goes
  std::unordered_set<std::string> uids_;
  std::string event_;
};

}  // namespace

struct IcalendarStore::State {
  std::filesystem::path file;    // as it was named
  std::filesystem::path target;  // behind any links
  Access access = Access::read;
  StoreOptions options;
  stores::FileLock lock;
  std::optional<AddedCalendar> added;
  bool failed = false;

  bool has_content() const {
    std::error_code error;
    return std::filesystem::exists(target, error) && std::filesystem::file_size(target, error) > 0 && !error;
  }
  void take_lock() {
    if (!lock && !added) lock = stores::FileLock::for_file(target);
  }
  AddedCalendar& begin() {
    if (!added) {
      take_lock();
      added.emplace(target, std::move(lock), options, has_content());
    }
    return *added;
  }
  // What fails half way leaves half an event: such a file never gets the name.
  template <class Work>
  void guard(Work&& work) {
    try {
      work();
    } catch (...) {
      failed = true;
      added.reset();
      throw;
    }
  }
};

IcalendarStore::IcalendarStore(std::filesystem::path file, Access access, StoreOptions options)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.file = std::move(file);
  state.target = stores::resolve_links(state.file);
  state.access = access;
  state.options = std::move(options);
  if (access == Access::write) {
    stores::expect_writable_place(state.target);
    if (!state.has_content()) return;
  }
  const stores::InputFile input(state.target);
  input.refuse_empty();
  if (!input.is_regular()) {
    throw Error(ErrorCode::invalid_argument, "opening " + name() + ": a calendar must be a regular file");
  }
  expect_calendar(input);
}

IcalendarStore::~IcalendarStore() = default;

std::unique_ptr<Cursor> IcalendarStore::open(const Query& query) {
  State& state = *state_;
  if (state.access == Access::write && !state.has_content()) return std::make_unique<NoRecords>();
  return icalendar::open_calendar(stores::InputFile(state.target), query, state.options.limits);
}

void IcalendarStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  // From now on nobody else adds what the caller takes for missing.
  if (state_->access == Access::write) state_->take_lock();
  const auto cursor = open(query);
  for (Batch batch; cursor->next(batch); batch.clear()) {
    for (const Record& record : batch.records) visit(key_of(record, policy.level, policy.own_numbers));
  }
}

Outcomes IcalendarStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  Outcomes outcomes;
  outcomes.reserve(records.size());
  state.guard([&] {
    for (const Record& record : records) {
      const auto* call = std::get_if<Call>(&record);
      std::optional<std::string> why = call != nullptr ? icalendar::why_not(*call) : "a calendar takes calls only";
      if (!why) {
        state.begin().write(*call);
        outcomes.push_back({true, std::nullopt});
        continue;
      }
      Problem problem;
      problem.code = ErrorCode::unsupported;
      problem.where = name();
      problem.why = std::move(*why);
      problem.type = type_of(record);
      outcomes.push_back({false, std::move(problem)});
    }
  });
  return outcomes;
}

void IcalendarStore::finish() {
  State& state = *state_;
  if (std::exchange(state.failed, false)) {
    state.lock.release();
    throw Error(ErrorCode::io, "writing " + name() + ": nothing was added, since writing failed before");
  }
  if (state.added) state.guard([&] { state.added->commit(); });
  state.failed = false;
  state.added.reset();
  state.lock.release();
}

bool IcalendarStore::is_empty() { return stores::holds_nothing(state_->target); }

std::string IcalendarStore::name() const { return state_->file.string(); }

}  // namespace smsbackup
