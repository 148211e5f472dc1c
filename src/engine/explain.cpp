#include "engine/explain.hpp"

#include <string_view>

namespace smsbackup::engine {
namespace {

std::string_view time_words(const Likeness& likeness) {
  if (likeness.moment == Moment::never) return "neither has a date";
  if (likeness.moment != likeness.moment_there) return "same second, known to the millisecond on one side only";
  if (likeness.moment == Moment::some_time) return "same second";
  return "same millisecond";
}

std::string_view party_words(const Likeness& likeness) {
  if (likeness.type == RecordType::mms) {
    return likeness.same_spelling ? "same parties" : "same parties, spelled differently";
  }
  return likeness.same_spelling ? "same number or sender" : "same number or sender, spelled differently";
}

std::string_view content_words(const Likeness& likeness) {
  const bool exact = likeness.level == DedupLevel::exact;
  switch (likeness.type) {
    case RecordType::sms:
      return exact ? "same text to the last byte" : "same text (but for white space)";
    case RecordType::mms:
      return exact ? "same subject and parts to the last byte"
                   : "same subject and parts (but for white space, layout, names and order)";
    case RecordType::call:
      return "same kind of call and duration";
  }
  return "same content";
}

}  // namespace

std::string explain_duplicate(const Likeness& likeness) {
  std::string words = "same type and direction; ";
  words += time_words(likeness);
  words += "; ";
  words += party_words(likeness);
  words += "; ";
  words += content_words(likeness);
  if (likeness.same_message_id) words += "; same message id";
  return words;
}

std::string explain_undecided(RecordType type) {
  return type == RecordType::mms
             ? "one of the same type, direction and second is there, whose content is not known without fetching it"
             : "one of the same type, direction, second and other party is there, whose content is not known without "
               "fetching it";
}

std::string explain_unseen() { return "nothing like it is there"; }

std::string explain_off() { return "duplicates are not looked for"; }

}  // namespace smsbackup::engine
