#include "stores/batch_filler.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace smsbackup::stores {

Query without_group(Query query) {
  query.contact_group.clear();
  return query;
}

bool BatchFiller::record(Record&& record, std::string_view position, bool starred) {
  ++seen_;
  if ((query_.starred_only && !starred) || !matches(query_, record)) {
    ++out_.filtered;
    return false;
  }
  // As add() does, with one move less of what is a good kilobyte.
  out_.bytes += memory_size(record);
  out_.records.push_back(std::move(record));
  out_.positions.push_back(position);
  return true;
}

void BatchFiller::problem(Problem problem) {
  ++seen_;
  raw_bytes_ += static_cast<std::size_t>(problem.raw.size());
  out_.problems.push_back(std::move(problem));
}

void append_place(std::string& out, std::string_view store, std::string_view what, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(store).append(", ").append(what).append(1, ' ');
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

Problem problem_of(const Error& error, std::string where, std::uint64_t begin) {
  Problem problem;
  problem.code = error.code();
  problem.where = std::move(where);
  problem.why = error.what();
  problem.offset = begin + error.offset().value_or(0);
  return problem;
}

void keep_raw(Problem& problem, std::string_view raw, const Limits& limits) {
  problem.raw_is_complete = raw.size() <= limits.problem_raw;
  problem.raw = Blob(std::string(raw.substr(0, limits.problem_raw)));
}

}  // namespace smsbackup::stores
