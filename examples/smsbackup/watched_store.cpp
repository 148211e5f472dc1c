#include "watched_store.hpp"

#include <utility>

namespace tool {
namespace {

using smsbackup::Error;
using smsbackup::ErrorCode;

void note(const Error& error, Side side, Trouble& trouble) {
  if (error.code() == ErrorCode::cancelled) return;
  auto& slot = side == Side::reading ? trouble.reading : trouble.writing;
  if (!slot) slot.emplace(error);
}

bool is_damage(ErrorCode code) {
  return code == ErrorCode::corrupt_input || code == ErrorCode::truncated_input || code == ErrorCode::limit_exceeded;
}

class WatchedCursor final : public smsbackup::Cursor {
 public:
  WatchedCursor(std::unique_ptr<smsbackup::Cursor> inner, Trouble& trouble)
      : inner_(std::move(inner)), trouble_(trouble) {}

  bool next(smsbackup::Batch& out) override {
    try {
      const bool more = inner_->next(out);
      if (more) trouble_.reading_had_begun = true;
      for (const smsbackup::Problem& problem : out.problems) {
        if (problem.code == ErrorCode::truncated_input) trouble_.cut_off = true;
        if (!problem.record_kept) ++trouble_.unreadable;
      }
      return more;
    } catch (const Error& error) {
      note(error, Side::reading, trouble_);
      throw;
    }
  }

  smsbackup::Position position() const override { return inner_->position(); }

 private:
  std::unique_ptr<smsbackup::Cursor> inner_;
  Trouble& trouble_;
};

}  // namespace

ExitCode Trouble::exit_code(bool cancelled) const noexcept {
  if (writing) return ExitCode::output;
  if (cancelled) return ExitCode::cancelled;
  if (reading && !(reading_had_begun && is_damage(reading->code()))) return ExitCode::input;
  if (reading || unreadable > 0) return ExitCode::damaged;
  return refused > 0 ? ExitCode::incomplete : ExitCode::done;
}

WatchedStore::WatchedStore(std::unique_ptr<smsbackup::Store> inner, Side side, Trouble& trouble)
    : ForwardingStore(std::move(inner)), side_(side), trouble_(trouble) {}

template <class Call>
auto WatchedStore::watched(Call&& call) {
  try {
    return call();
  } catch (const Error& error) {
    note(error, side_, trouble_);
    throw;
  }
}

std::unique_ptr<smsbackup::Cursor> WatchedStore::open(const smsbackup::Query& query) {
  return watched([&] { return std::make_unique<WatchedCursor>(ForwardingStore::open(query), trouble_); });
}

void WatchedStore::keys(const smsbackup::Query& query, const smsbackup::DedupPolicy& policy, const KeyVisitor& visit) {
  watched([&] { ForwardingStore::keys(query, policy, visit); });
}

std::optional<smsbackup::Record> WatchedStore::fetch(std::string_view locator) {
  return watched([&] { return ForwardingStore::fetch(locator); });
}

template <class Call>
smsbackup::Outcomes WatchedStore::counted(Call&& call) {
  smsbackup::Outcomes outcomes = watched(call);
  for (const smsbackup::Outcome& outcome : outcomes) {
    if (!outcome.written) ++trouble_.refused;
  }
  return outcomes;
}

smsbackup::Outcomes WatchedStore::write(std::span<const smsbackup::Record> records) {
  return counted([&] { return inner().write(records); });
}

smsbackup::Outcomes WatchedStore::write_ahead(std::span<const smsbackup::Record> records) {
  return counted([&] { return inner().write_ahead(records); });
}

smsbackup::Outcomes WatchedStore::settle() {
  return counted([&] { return inner().settle(); });
}

void WatchedStore::finish() {
  watched([&] { ForwardingStore::finish(); });
}

}  // namespace tool
