#include "engine/run_state.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace smsbackup::engine {
namespace {

constexpr std::size_t marked_together = 4096;
constexpr std::size_t read_between_calls = 1024;

}  // namespace

void RunState::read(const std::function<void()>& on_mark) {
  std::size_t read = 0;
  store_.visit_done([&](const Digest& fingerprint) {
    done_.add(fingerprint);
    if (++read % read_between_calls == 0) on_mark();
  });
  const std::optional<StateRun> last = store_.last_run();
  if (last) {
    run_.runs_before = last->runs_before + (last->finished ? 1 : 0);
    run_.skipped = last->skipped;
  }
  first_ = done_.size() == 0 && run_.runs_before == 0;
}

void RunState::begin(std::int64_t now) {
  run_.started = now;
  store_.save_run(run_);
  begun_ = true;
}

void RunState::mark(const Digest& fingerprint) {
  if (begun_) marked_.push_back(fingerprint);
}

bool RunState::has_many_marks() const noexcept { return marked_.size() >= marked_together; }

void RunState::flush() {
  const std::vector<Digest> marks = std::exchange(marked_, {});
  if (marks.empty() || broken_) return;
  broken_ = true;
  store_.mark_done(marks);
  broken_ = false;
}

void RunState::flush_skipped() {
  const std::size_t skipped = marked_.size();
  flush();
  run_.skipped += skipped;
}

void RunState::end(std::int64_t now, const Report& report, bool complete) {
  if (!std::exchange(begun_, false)) return;
  run_.finished = now;
  run_.complete = complete;
  run_.counts = report.total();
  store_.save_run(run_);
}

}  // namespace smsbackup::engine
