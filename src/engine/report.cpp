#include "smsbackup/report.hpp"

#include <string_view>

#include "engine/json_object.hpp"
#include "smsbackup/time.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {
namespace {

using engine::JsonObject;

void append_counts(std::string& out, const Counts& counts) {
  JsonObject object(out);
  object.number("read", counts.read);
  object.number("filtered", counts.filtered);
  object.number("duplicate", counts.duplicate);
  object.number("written", counts.written);
  object.number("failed", counts.failed);
}

void add_problem(JsonObject& object, const Problem& problem) {
  object.text("code", to_string(problem.code));
  object.text("where", problem.where);
  object.text("why", problem.why);
  if (problem.type) object.text("type", to_string(*problem.type));
  if (problem.offset) object.number("offset", *problem.offset);
  object.boolean("record_kept", problem.record_kept);
}

void append_problem(std::string& out, const Problem& problem) {
  JsonObject object(out);
  add_problem(object, problem);
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) noexcept {
  read += other.read;
  filtered += other.filtered;
  duplicate += other.duplicate;
  written += other.written;
  failed += other.failed;
  return *this;
}

Counts& Report::of(RecordType type) noexcept {
  return type == RecordType::sms ? sms : type == RecordType::mms ? mms : call;
}
const Counts& Report::of(RecordType type) const noexcept {
  return type == RecordType::sms ? sms : type == RecordType::mms ? mms : call;
}

Counts Report::total() const noexcept {
  Counts sum = sms;
  sum += mms;
  sum += call;
  sum += unknown;
  return sum;
}

bool Report::adds_up() const noexcept { return sms.adds_up() && mms.adds_up() && call.adds_up() && unknown.adds_up(); }

std::string Report::to_json() const {
  std::string out;
  {
    JsonObject object(out);
    append_counts(object.name("total"), total());
    append_counts(object.name("sms"), sms);
    append_counts(object.name("mms"), mms);
    append_counts(object.name("call"), call);
    append_counts(object.name("unknown"), unknown);
    object.number("foreign", foreign);
    object.number("repaired", repaired);
    object.number("remembered", remembered);
    object.boolean("dry_run", dry_run);
    object.boolean("cancelled", cancelled);
    object.boolean("limited", limited);
    object.boolean("complete", complete());
    if (error) object.text("error", *error);
    object.text("started", format_iso8601(started));
    object.text("finished", format_iso8601(finished));
    object.number("problems_total", problems_total);
    object.list("problems", problems, append_problem);
  }
  return out;
}

std::string problem_to_json(const Problem& problem) {
  std::string out;
  {
    JsonObject object(out);
    object.text("kind", "failed");
    add_problem(object, problem);
  }
  return out;
}

std::string duplicate_to_json(const Record& record, const Finding& finding, std::string_view position) {
  std::string out;
  {
    JsonObject object(out);
    object.text("kind", "duplicate");
    engine::describe(object, type_of(record), direction_of(record), date_of(record));
    object.text("dropped", position);
    object.text("kept", finding.kept);
    object.text("why", finding.explanation);
  }
  return out;
}

}  // namespace smsbackup
