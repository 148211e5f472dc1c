#include "smsbackup/icalendar_store.hpp"

#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "smsbackup/error.hpp"
#include "stores/emptiness.hpp"
#include "stores/growing_file.hpp"
#include "stores/icalendar_cursor.hpp"
#include "stores/icalendar_writer.hpp"
#include "stores/pending_file.hpp"
#include "stores/whole_scan.hpp"

namespace smsbackup {
namespace {

namespace icalendar = stores::icalendar;

constexpr std::size_t looked_at = 64 * 1024;

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
  State(std::filesystem::path where, Access how, StoreOptions given)
      : file(std::move(where)), access(how), options(std::move(given)), added(file) {}

  std::filesystem::path file;  // as it was named
  Access access;
  StoreOptions options;
  stores::PendingFile<AddedCalendar> added;

  const std::filesystem::path& target() const noexcept { return added.path(); }
  bool has_content() const {
    std::error_code error;
    return std::filesystem::exists(target(), error) && std::filesystem::file_size(target(), error) > 0 && !error;
  }
};

IcalendarStore::IcalendarStore(std::filesystem::path file, Access access, StoreOptions options)
    : state_(std::make_unique<State>(std::move(file), access, std::move(options))) {
  State& state = *state_;
  if (access == Access::write) {
    stores::expect_writable_place(state.target());
    if (!state.has_content()) return;
  }
  const stores::InputFile input(state.target());
  input.refuse_empty();
  if (!input.is_regular()) {
    throw Error(ErrorCode::invalid_argument, "opening " + name() + ": a calendar must be a regular file");
  }
  expect_calendar(input);
}

IcalendarStore::~IcalendarStore() = default;

std::unique_ptr<Cursor> IcalendarStore::open(const Query& query) {
  State& state = *state_;
  if (state.access == Access::write && !state.has_content()) return std::make_unique<stores::NoRecords>();
  return icalendar::open_calendar(stores::InputFile(state.target()), query, state.options.limits);
}

void IcalendarStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  // From now on nobody else adds what the caller takes for missing.
  if (state_->access == Access::write) state_->added.lock();
  stores::visit_all_keys(*open(query), policy, visit);
}

Outcomes IcalendarStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  Outcomes outcomes;
  outcomes.reserve(records.size());
  state.added.guard([&] {
    for (const Record& record : records) {
      const auto* call = std::get_if<Call>(&record);
      std::optional<std::string> why = call != nullptr ? icalendar::why_not(*call) : "a calendar takes calls only";
      if (!why) {
        state.added.begin(state.options, state.has_content()).write(*call);
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

void IcalendarStore::finish() { state_->added.finish(); }

bool IcalendarStore::is_empty() { return stores::holds_nothing(state_->target()); }

std::string IcalendarStore::name() const { return state_->file.string(); }

}  // namespace smsbackup
