#include "smsbackup/forwarding_store.hpp"

#include <map>
#include <utility>
#include <vector>

namespace smsbackup {

ForwardingStore::ForwardingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {
  if (!inner_) throw Error(ErrorCode::invalid_argument, "wrapping a store: there is none");
}
ForwardingStore::~ForwardingStore() = default;

std::unique_ptr<Cursor> ForwardingStore::open(const Query& query) { return inner_->open(query); }
std::vector<std::string> ForwardingStore::split(std::size_t wanted) { return inner_->split(wanted); }
std::unique_ptr<Cursor> ForwardingStore::open_piece(const Query& query, std::string_view piece) {
  return inner_->open_piece(query, piece);
}
bool ForwardingStore::reopenable() const { return inner_->reopenable(); }
void ForwardingStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  inner_->keys(query, policy, visit);
}
std::optional<Record> ForwardingStore::fetch(std::string_view locator) { return inner_->fetch(locator); }
Outcomes ForwardingStore::write(std::span<const Record> records) { return inner_->write(records); }
bool ForwardingStore::takes(RecordType type) const { return inner_->takes(type); }
void ForwardingStore::finish() { inner_->finish(); }
Durability ForwardingStore::durability() const { return inner_->durability(); }
bool ForwardingStore::is_empty() { return inner_->is_empty(); }
std::string ForwardingStore::name() const { return inner_->name(); }

struct FaultInjectingStore::State {
  Plan plan;
  std::map<Operation, std::uint64_t> counts;

  std::optional<ErrorCode> ask(Operation operation) {
    const std::uint64_t count = counts[operation]++;
    return plan ? plan(operation, count) : std::nullopt;
  }
  void fail_as_planned(Operation operation, const char* doing) {
    if (const std::optional<ErrorCode> code = ask(operation)) {
      throw Error(*code, std::string(doing) + ": failed on request");
    }
  }
};

namespace {

class FaultInjectingCursor final : public Cursor {
 public:
  FaultInjectingCursor(std::unique_ptr<Cursor> inner, std::function<void()> before_next)
      : inner_(std::move(inner)), before_next_(std::move(before_next)) {}

  bool next(Batch& out) override {
    before_next_();
    return inner_->next(out);
  }
  Position position() const override { return inner_->position(); }

 private:
  std::unique_ptr<Cursor> inner_;
  std::function<void()> before_next_;
};

}  // namespace

FaultInjectingStore::FaultInjectingStore(std::unique_ptr<Store> inner, Plan plan)
    : ForwardingStore(std::move(inner)), state_(std::make_shared<State>(State{std::move(plan), {}})) {}
FaultInjectingStore::~FaultInjectingStore() = default;

std::unique_ptr<Cursor> FaultInjectingStore::open(const Query& query) {
  state_->fail_as_planned(Operation::open, "opening");
  return std::make_unique<FaultInjectingCursor>(
      ForwardingStore::open(query), [state = state_] { state->fail_as_planned(Operation::next, "reading on"); });
}

void FaultInjectingStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  state_->fail_as_planned(Operation::keys, "reading keys");
  ForwardingStore::keys(query, policy, visit);
}

std::optional<Record> FaultInjectingStore::fetch(std::string_view locator) {
  state_->fail_as_planned(Operation::fetch, "fetching");
  return ForwardingStore::fetch(locator);
}

Outcomes FaultInjectingStore::write(std::span<const Record> records) {
  state_->fail_as_planned(Operation::write, "writing");
  Outcomes outcomes(records.size());
  std::vector<Record> accepted;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (const std::optional<ErrorCode> code = state_->ask(Operation::write_record)) {
      Problem problem;
      problem.code = *code;
      problem.where = name();
      problem.why = "refused on request";
      problem.type = type_of(records[i]);
      outcomes[i].problem = std::move(problem);
    } else {
      accepted.push_back(records[i]);
      rows.push_back(i);
    }
  }
  Outcomes inner_outcomes = ForwardingStore::write(accepted);
  for (std::size_t i = 0; i < rows.size() && i < inner_outcomes.size(); ++i) {
    outcomes[rows[i]] = std::move(inner_outcomes[i]);
  }
  return outcomes;
}

void FaultInjectingStore::finish() {
  state_->fail_as_planned(Operation::finish, "finishing");
  ForwardingStore::finish();
}

}  // namespace smsbackup
