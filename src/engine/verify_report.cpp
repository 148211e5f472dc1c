#include <string_view>

#include "engine/json_object.hpp"
#include "smsbackup/verify.hpp"

namespace smsbackup {
namespace {

using engine::JsonObject;

std::string_view name_of(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::missing:
      return "missing";
    case Difference::Kind::changed:
      return "changed";
    case Difference::Kind::extra:
      return "extra";
  }
  return "missing";
}

void append(std::string& out, const VerifyReport::PerType& counts) {
  JsonObject object(out);
  object.number("compared", counts.compared);
  object.number("found", counts.found);
  object.number("changed", counts.changed);
  object.number("missing", counts.missing);
  object.number("extra", counts.extra);
}

}  // namespace

VerifyReport::PerType& VerifyReport::of(RecordType type) noexcept {
  return type == RecordType::sms ? sms : type == RecordType::mms ? mms : call;
}

VerifyReport::PerType VerifyReport::total() const noexcept {
  PerType sum;
  for (const PerType* each : {&sms, &mms, &call}) {
    sum.compared += each->compared;
    sum.found += each->found;
    sum.changed += each->changed;
    sum.missing += each->missing;
    sum.extra += each->extra;
  }
  return sum;
}

std::string VerifyReport::to_json() const {
  std::string out;
  {
    JsonObject object(out);
    object.boolean("all_there", all_there());
    object.boolean("same", same());
    append(object.name("total"), total());
    append(object.name("sms"), sms);
    append(object.name("mms"), mms);
    append(object.name("call"), call);
    object.number("unreadable", unreadable);
    object.number("unreadable_in_b", unreadable_in_b);
    object.number("differences_total", differences_total);
    object.list("differences", differences, [](std::string& list, const Difference& one) { list += one.to_json(); });
  }
  return out;
}

std::string Difference::to_json() const {
  std::string out;
  {
    JsonObject object(out);
    object.text("kind", name_of(kind));
    engine::describe(object, type, direction, date);
    if (!in_a.empty()) object.text("in_a", in_a);
    if (!in_b.empty()) object.text("in_b", in_b);
    if (kind == Kind::changed) object.texts("what", what);
  }
  return out;
}

}  // namespace smsbackup
