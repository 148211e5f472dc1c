#include "smsbackup/tee_sink.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <utility>

#include "engine/known_records.hpp"
#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup {
namespace {

// A record on its way into one or more sinks.
struct OnItsWay {
  std::size_t awaited = 0;              // sinks that have not answered yet
  std::optional<Problem> problem;       // of the first that refused it
  std::vector<std::string> written_to;  // names, for the case that another one refuses
};

Problem without_a_reason(const Sink& sink) {
  Problem problem;
  problem.code = ErrorCode::internal;
  problem.where = sink.name();
  problem.why = "not written, and the sink does not say why";
  return problem;
}

Problem nobody_takes(RecordType type, const std::string& where) {
  Problem problem;
  problem.code = ErrorCode::unsupported;
  problem.where = where;
  problem.why = "no sink takes records of this type";
  problem.type = type;
  return problem;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : " and ") + name;
  return list;
}

}  // namespace

struct [[gnu::visibility("hidden")]] TeeSink::State {
  // One of the sinks, and what it was given.
  struct Branch {
    Sink* sink = nullptr;
    std::optional<engine::KnownRecords> known;  // of types that another one takes as well
    struct Given {
      std::uint64_t number;          // of the record, counted from the first write
      std::optional<Record> record;  // of a shared type: to be forgotten if it is refused
    };
    std::deque<Given> given;
  };

  std::vector<Branch> branches;
  std::deque<OnItsWay> on_their_way;
  std::uint64_t first_number = 0;  // of the front one
  bool broken = false;

  bool is_shared(RecordType type) const {
    return std::count_if(branches.begin(), branches.end(),
                         [&](const Branch& branch) { return branch.sink->takes(type); }) > 1;
  }

  std::vector<std::size_t> missing_in(Branch & branch, std::span<const Record> records, std::uint64_t first);
  void take(Branch & branch, Outcomes outcomes);
  void give(Branch & branch, std::span<const Record> records, std::uint64_t first,
            Outcomes(Sink::*write)(std::span<const Record>));
  Outcomes give_all(std::span<const Record> records, const std::string& name,
                    Outcomes (Sink::*write)(std::span<const Record>));
  Outcomes answered();
  void settle_all();
};

TeeSink::TeeSink(std::vector<Sink*> sinks) : state_(std::make_unique<State>()) {
  if (sinks.empty()) throw Error(ErrorCode::invalid_argument, "writing into several sinks: there is none");
  for (Sink* sink : sinks) state_->branches.emplace_back().sink = sink;
}

TeeSink::~TeeSink() = default;

void TeeSink::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  auto& branches = state_->branches;
  for (State::Branch& branch : branches) branch.known.emplace(*branch.sink, policy);
  for (std::size_t i = 0; i < branches.size(); ++i) {
    Query asked = query;
    std::erase_if(asked.types, [&](RecordType type) { return !branches[i].sink->takes(type); });
    if (asked.types.empty()) continue;
    branches[i].sink->keys(asked, policy, [&](const RecordKey& key) {
      if (!branches[i].sink->takes(key.type)) return;
      if (!state_->is_shared(key.type)) {
        RecordKey forwarded = key;
        if (!key.locator.empty()) forwarded.locator = std::to_string(i) + ":" + key.locator;
        visit(forwarded);
        return;
      }
      branches[i].known->learn(key);
      // Once the last one that takes the type says it, all have been asked. What has no content is compared when it is
      // written.
      const bool is_last = std::none_of(branches.begin() + static_cast<std::ptrdiff_t>(i) + 1, branches.end(),
                                        [&](const State::Branch& later) { return later.sink->takes(key.type); });
      if (!is_last || !key.content) return;
      const bool everywhere = std::all_of(
          branches.begin(), branches.begin() + static_cast<std::ptrdiff_t>(i),
          [&](const State::Branch& other) { return !other.sink->takes(key.type) || other.known->has(key); });
      if (!everywhere) return;
      RecordKey common = key;
      common.locator.clear();
      // A key in whole seconds may stand for another moment here than there. So it is taken by its very date, and what
      // else it may stand for is decided for each sink when it is written.
      common.whole_second = false;
      visit(common);
    });
  }
}

std::optional<Record> TeeSink::fetch(std::string_view locator) {
  std::size_t branch = 0;
  const auto [end, error] = std::from_chars(locator.data(), locator.data() + locator.size(), branch);
  const auto used = static_cast<std::size_t>(end - locator.data());
  if (error != std::errc() || branch >= state_->branches.size() || locator.substr(used, 1) != ":") return std::nullopt;
  return state_->branches[branch].sink->fetch(locator.substr(used + 1));
}

// Which of the records the branch takes and lacks. Notes that it is given these.
std::vector<std::size_t> TeeSink::State::missing_in(Branch& branch, std::span<const Record> records,
                                                    std::uint64_t first) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const RecordType type = type_of(records[i]);
    if (!branch.sink->takes(type)) continue;
    const bool shared = branch.known && is_shared(type);
    if (shared && branch.known->find_or_add(records[i]).match == Match::duplicate) continue;
    ++on_their_way[static_cast<std::size_t>(first - first_number) + i].awaited;
    branch.given.push_back({first + i, shared ? std::optional<Record>(records[i]) : std::nullopt});
    missing.push_back(i);
  }
  return missing;
}

void TeeSink::State::take(Branch& branch, Outcomes outcomes) {
  for (Outcome& outcome : outcomes) {
    if (branch.given.empty()) break;
    OnItsWay& one = on_their_way[static_cast<std::size_t>(branch.given.front().number - first_number)];
    --one.awaited;
    if (outcome.written) {
      one.written_to.push_back(branch.sink->name());
    } else {
      if (branch.given.front().record) branch.known->forget(*branch.given.front().record);
      if (!one.problem) one.problem = outcome.problem ? std::move(*outcome.problem) : without_a_reason(*branch.sink);
    }
    branch.given.pop_front();
  }
}

void TeeSink::State::give(Branch& branch, std::span<const Record> records, std::uint64_t first,
                          Outcomes (Sink::*write)(std::span<const Record>)) {
  const std::vector<std::size_t> missing = missing_in(branch, records, first);
  if (missing.empty()) return;
  std::vector<Record> some;
  if (missing.size() < records.size()) {
    for (const std::size_t i : missing) some.push_back(records[i]);
    records = some;
  }
  try {
    take(branch, (branch.sink->*write)(records));
  } catch (const Error& error) {
    broken = true;
    const std::string name = branch.sink->name();
    if (std::string_view(error.what()).find(name) != std::string_view::npos) throw;
    Error named(error.code(), name + ": " + error.what(), error.hint());
    if (error.offset()) named.at(*error.offset());
    throw named.with_detail(error.detail());
  } catch (...) {
    broken = true;
    throw;
  }
}

Outcomes TeeSink::State::give_all(std::span<const Record> records, const std::string& name,
                                  Outcomes (Sink::*write)(std::span<const Record>)) {
  const std::uint64_t first = first_number + on_their_way.size();
  for (const Record& record : records) {
    OnItsWay& one = on_their_way.emplace_back();
    const RecordType type = type_of(record);
    const bool taken =
        std::any_of(branches.begin(), branches.end(), [&](const Branch& branch) { return branch.sink->takes(type); });
    if (!taken) one.problem = nobody_takes(type, name);
  }
  for (Branch& branch : branches) give(branch, records, first, write);
  return answered();
}

// Of the oldest records, as far as all sinks have answered.
Outcomes TeeSink::State::answered() {
  Outcomes outcomes;
  while (!on_their_way.empty() && on_their_way.front().awaited == 0) {
    OnItsWay& one = on_their_way.front();
    if (one.problem && !one.written_to.empty())
      one.problem->why += " (it was written to " + list_of(one.written_to) + ")";
    outcomes.push_back({!one.problem, std::move(one.problem)});
    on_their_way.pop_front();
    ++first_number;
  }
  return outcomes;
}

void TeeSink::State::settle_all() {
  for (Branch& branch : branches) {
    if (branch.given.empty()) continue;
    try {
      take(branch, branch.sink->settle());
    } catch (...) {
      if (!std::exchange(broken, true)) throw;
      continue;  // the first exception tells more
    }
    // A sink that says nothing about a record did not write it.
    if (!broken) take(branch, Outcomes(branch.given.size()));
  }
}

Outcomes TeeSink::write(std::span<const Record> records) { return state_->give_all(records, name(), &Sink::write); }

Outcomes TeeSink::write_ahead(std::span<const Record> records) {
  return state_->give_all(records, name(), &Sink::write_ahead);
}

Outcomes TeeSink::settle() {
  state_->settle_all();
  return state_->answered();
}

void TeeSink::finish() {
  std::exception_ptr first;
  for (State::Branch& branch : state_->branches) {
    try {
      branch.sink->finish();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

bool TeeSink::takes(RecordType type) const {
  return std::any_of(state_->branches.begin(), state_->branches.end(),
                     [&](const State::Branch& branch) { return branch.sink->takes(type); });
}

Durability TeeSink::durability() const {
  const bool late = std::any_of(state_->branches.begin(), state_->branches.end(), [](const State::Branch& branch) {
    return branch.sink->durability() == Durability::at_finish;
  });
  return late ? Durability::at_finish : Durability::each_write;
}

bool TeeSink::is_empty() { return state_->branches.front().sink->is_empty(); }

std::string TeeSink::name() const {
  std::vector<std::string> names;
  for (const State::Branch& branch : state_->branches) names.push_back(branch.sink->name());
  return list_of(names);
}

}  // namespace smsbackup
