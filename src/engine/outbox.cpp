#include "engine/outbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "smsbackup/jsonl.hpp"
#include "smsbackup/source.hpp"

namespace smsbackup::engine {

std::int64_t Outbox::second_of(const Record& record) {
  const std::int64_t date = date_of(record).value_or(0);
  return date / 1000 - (date % 1000 < 0 ? 1 : 0);
}

void Outbox::add(Record record, Mark mark) {
  seconds_.insert(second_of(record));
  waiting_bytes_ += memory_size(record);
  waiting_.push_back(std::move(record));
  waiting_marks_.push_back(mark);
}

bool Outbox::full() const noexcept {
  return waiting_.size() >= Batch::max_records || waiting_bytes_ >= Batch::max_bytes;
}

std::vector<Outbox::Sent> Outbox::send() {
  std::vector<Record> records = std::exchange(waiting_, {});
  given_marks_.insert(given_marks_.end(), waiting_marks_.begin(), waiting_marks_.end());
  waiting_marks_.clear();
  waiting_bytes_ = 0;
  const auto move_to_given = [&] { std::move(records.begin(), records.end(), std::back_inserter(given_)); };
  Outcomes outcomes;
  try {
    outcomes = sink_.write_ahead(records);
  } catch (...) {
    move_to_given();
    throw;
  }
  move_to_given();
  return answered(std::move(outcomes));
}

std::vector<Outbox::Sent> Outbox::settle() {
  if (given_.empty()) return {};
  Outcomes outcomes = sink_.settle();
  outcomes.resize(given_.size());  // a sink that says nothing about a record did not write it
  return answered(std::move(outcomes));
}

std::vector<Outbox::Sent> Outbox::give_up() noexcept {
  Outcomes outcomes;
  try {
    outcomes = sink_.settle();
  } catch (...) {  // the first exception tells more
  }
  outcomes.resize(given_.size());
  return answered(std::move(outcomes));
}

// Outcomes of the oldest that were given.
std::vector<Outbox::Sent> Outbox::answered(Outcomes outcomes) {
  const std::size_t count = std::min(outcomes.size(), given_.size());
  std::vector<Sent> sent;
  sent.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto second = seconds_.find(second_of(given_.front()));
    if (second != seconds_.end()) seconds_.erase(second);
    sent.push_back({std::move(given_.front()), given_marks_.front(), std::move(outcomes[i])});
    given_.pop_front();
    given_marks_.pop_front();
  }
  return sent;
}

Problem problem_of(Outcome outcome, const Record& record, const Sink& sink, bool with_raw) {
  Problem problem;
  if (outcome.problem) {
    problem = std::move(*outcome.problem);
  } else {
    problem.code = ErrorCode::internal;
    problem.where = sink.name();
    problem.why = "not written, and the sink does not say why";
  }
  problem.type = type_of(record);
  problem.record_kept = false;
  if (problem.raw.empty() && with_raw) {
    BlobWriter raw;
    to_json(record, [&](std::string_view piece) { raw.append(piece); });
    problem.raw = raw.finish();
  }
  return problem;
}

}  // namespace smsbackup::engine
