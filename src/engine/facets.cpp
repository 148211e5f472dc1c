#include "engine/facets.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/mix.hpp"

namespace smsbackup::engine {
namespace {

// What is the same by the level has the same hash.
std::uint64_t hash_of(Record record, DedupLevel level) {
  const Digest digest = content_digest(record, level);
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.bytes.data(), sizeof hash);
  return hash;
}

std::uint64_t spelling_of(const Record& record) {
  std::vector<std::string_view> parties = parties_of(record);
  std::sort(parties.begin(), parties.end());
  std::uint64_t hash = mix(parties.size());
  for (const std::string_view party : parties) hash = mix(party, hash);
  return hash;
}

bool same_moment(std::optional<std::int64_t> a, std::optional<std::int64_t> b, bool to_the_second) {
  if (a == b || !a || !b) return a.has_value() == b.has_value();
  return to_the_second && (*a % 1000 == 0 || *b % 1000 == 0);
}

}  // namespace

Facets::Facets(const Record& record, DedupLevel level)
    : type_(type_of(record)), date_(date_of(record)), spelling_(spelling_of(record)) {
  if (const auto* sms = std::get_if<Sms>(&record)) {
    Sms subject;
    subject.subject = sms->subject;
    subject_ = hash_of(std::move(subject), level);
    Sms body;
    body.body = sms->body;
    body_ = hash_of(std::move(body), level);
  } else if (const auto* mms = std::get_if<Mms>(&record)) {
    Mms subject;
    subject.sub = mms->sub;
    subject_ = hash_of(std::move(subject), level);
    Mms parts;
    parts.parts = mms->parts;
    count_ = parts.parts.size();
    body_ = hash_of(std::move(parts), level);
    const std::string id = key_of(record, level).message_id;
    if (!id.empty()) message_id_ = mix(id, 0) | 1;
  } else if (const auto* call = std::get_if<Call>(&record)) {
    Call subject;
    if (level == DedupLevel::exact) subject.subject = call->subject;
    subject_ = hash_of(std::move(subject), level);
    body_ = static_cast<std::uint64_t>(call->type.value_or(0));
    count_ = static_cast<std::uint64_t>(call->duration.value_or(0));
  }
}

std::vector<std::string> Facets::differences(const Facets& other) const {
  std::vector<std::string> names;
  if (subject_ != other.subject_) names.emplace_back("subject");
  switch (type_) {
    case RecordType::sms:
      if (body_ != other.body_) names.emplace_back("text");
      break;
    case RecordType::mms:
      if (body_ != other.body_) names.emplace_back(count_ != other.count_ ? "number of parts" : "parts");
      break;
    case RecordType::call:
      if (body_ != other.body_) names.emplace_back("kind of call");
      if (count_ != other.count_) names.emplace_back("duration");
      break;
  }
  if (message_id_ != other.message_id_ && message_id_ != 0 && other.message_id_ != 0) names.emplace_back("message id");
  if (!same_moment(date_, other.date_, true)) names.emplace_back("milliseconds");
  if (!names.empty()) return names;
  // These count at the exact level only, or when the spellings are of different numbers after all.
  if (!same_moment(date_, other.date_, false)) names.emplace_back("milliseconds");
  if (spelling_ != other.spelling_) names.emplace_back("spelling of the number");
  if (names.empty()) names.emplace_back("content");
  return names;
}

}  // namespace smsbackup::engine
