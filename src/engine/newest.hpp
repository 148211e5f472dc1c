// Finds the N newest of many dates while keeping only N of them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

namespace smsbackup::engine {

// Records without a date count as oldest.
inline std::int64_t age_key(std::optional<std::int64_t> date) noexcept {
  return date.value_or(std::numeric_limits<std::int64_t>::min());
}

class NewestDates {
 public:
  explicit NewestDates(std::uint64_t wanted) : wanted_(wanted) {}

  void see(std::int64_t date) {
    if (wanted_ == 0) return;
    if (heap_.size() < wanted_) {
      heap_.push(date);
    } else if (date > heap_.top()) {
      heap_.pop();
      heap_.push(date);
    }
  }

  // All were seen.
  void settle() {
    if (heap_.empty()) return;
    threshold_ = heap_.top();
    for (; !heap_.empty(); heap_.pop()) {
      if (heap_.top() == threshold_) ++ties_left_;
    }
  }

  // After settle(), asked for each once more in the same order: whether it is among the N. Of those as old as the
  // oldest wanted, the first come.
  bool take(std::int64_t date) {
    if (date != threshold_) return date > threshold_;
    if (ties_left_ == 0) return false;
    --ties_left_;
    return true;
  }

 private:
  std::uint64_t wanted_;
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> heap_;  // the oldest on top
  std::int64_t threshold_ = std::numeric_limits<std::int64_t>::max();
  std::uint64_t ties_left_ = 0;
};

}  // namespace smsbackup::engine
