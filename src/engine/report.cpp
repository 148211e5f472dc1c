#include "smsbackup/report.hpp"

#include <string_view>

#include "model/unicode.hpp"
#include "smsbackup/time.hpp"

namespace smsbackup {
namespace {

// Builds one JSON object; values are appended in the order of the calls.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject() { out_ += '}'; }

  std::string& name(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    quote(name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name_of, std::string_view value) {
    name(name_of);
    quote(value);
  }
  void number(std::string_view name_of, std::uint64_t value) { name(name_of) += std::to_string(value); }
  void boolean(std::string_view name_of, bool value) { name(name_of) += value ? "true" : "false"; }

 private:
  void quote(std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    out_ += '"';
    for (const char c : model::to_valid_utf8(text)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (byte < 0x20) {
        out_ += "\\u00";
        out_ += hex[byte >> 4];
        out_ += hex[byte & 0xf];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string& out_;
  bool first_ = true;
};

void append_counts(std::string& out, const Counts& counts) {
  JsonObject object(out);
  object.number("read", counts.read);
  object.number("filtered", counts.filtered);
  object.number("duplicate", counts.duplicate);
  object.number("written", counts.written);
  object.number("failed", counts.failed);
}

void append_problem(std::string& out, const Problem& problem) {
  JsonObject object(out);
  object.text("code", to_string(problem.code));
  object.text("where", problem.where);
  object.text("why", problem.why);
  if (problem.type) object.text("type", to_string(*problem.type));
  if (problem.offset) object.number("offset", *problem.offset);
  object.boolean("record_kept", problem.record_kept);
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
    object.boolean("dry_run", dry_run);
    object.boolean("cancelled", cancelled);
    object.boolean("complete", complete());
    if (error) object.text("error", *error);
    object.text("started", format_iso8601(started));
    object.text("finished", format_iso8601(finished));
    object.number("problems_total", problems_total);
    std::string& list = object.name("problems");
    list += '[';
    for (std::size_t i = 0; i < problems.size(); ++i) {
      if (i > 0) list += ',';
      append_problem(list, problems[i]);
    }
    list += ']';
  }
  return out;
}

}  // namespace smsbackup
