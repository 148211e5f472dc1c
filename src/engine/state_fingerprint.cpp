// What goes into a fingerprint is a format: states keep it. Whatever changes it must change `version`; records that are
// done are then looked up in the archive once more.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/sha256.hpp"
#include "smsbackup/state_store.hpp"

namespace smsbackup {
namespace {

using engine::Sha256;

constexpr std::uint8_t version = 1;

enum class Domain : std::uint8_t { fingerprint = 'f', name = 'n' };

void begin(Sha256& digest, Domain domain) {
  digest.start();
  digest.tag(version);
  digest.tag(static_cast<std::uint8_t>(domain));
}

Digest digest_of(Sha256& digest) {
  const Sha256::Value value = digest.finish();
  Digest result;
  std::copy_n(value.begin(), result.bytes.size(), result.bytes.begin());
  return result;
}

// Null, absent and empty are one: databases have no absent columns, and some archives no null ones.
void feed(Sha256& digest, const Text& text) {
  digest.field(text.has_value() ? std::string_view(*text) : std::string_view());
}

void feed(Sha256& digest, const Integer& integer) {
  digest.tag(integer.has_value() ? 1 : 0);
  if (integer.has_value()) digest.number(static_cast<std::uint64_t>(*integer));
}

// A date that is no number stands in `extras`.
template <class Row>
void feed_date(Sha256& digest, const Row& row, std::int64_t unit) {
  Integer date = row.date;
  if (date.has_value()) date = *date / unit - (*date % unit < 0 ? 1 : 0);
  feed(digest, date);
  const auto odd = row.extras.find("date");
  if (!row.date.has_value() && odd != row.extras.end() && odd->second) digest.field(*odd->second);
}

bool is_smil(const MmsPart& part) {
  return part.ct.has_value() && std::string_view(*part.ct).substr(0, 16) == "application/smil";
}

void feed(Sha256& digest, const MmsPart& part) {
  feed(digest, part.ct);
  feed(digest, part.name);
  feed(digest, part.text);
  digest.number(part.data ? part.data->size() : 0);
}

void feed(Sha256& digest, const Sms& sms) {
  feed(digest, sms.type);
  feed_date(digest, sms, 1);
  feed(digest, sms.address);
  feed(digest, sms.subject);
  feed(digest, sms.body);
}

void feed(Sha256& digest, const Record& record, const Mms& mms) {
  feed(digest, mms.msg_box);
  feed(digest, mms.m_type);
  constexpr std::int64_t second = 1000;  // all that the provider keeps
  feed_date(digest, mms, second);
  std::vector<std::string_view> parties = parties_of(record);
  std::sort(parties.begin(), parties.end());
  digest.number(parties.size());
  for (const std::string_view party : parties) digest.field(party);
  feed(digest, mms.m_id);
  feed(digest, mms.sub);
  // A layout comes and goes with the app that writes it.
  const auto parts = static_cast<std::size_t>(
      std::count_if(mms.parts.begin(), mms.parts.end(), [](const MmsPart& part) { return !is_smil(part); }));
  digest.number(parts);
  for (const MmsPart& part : mms.parts) {
    if (!is_smil(part)) feed(digest, part);
  }
}

void feed(Sha256& digest, const Call& call) {
  feed(digest, call.type);
  feed_date(digest, call, 1);
  feed(digest, call.number);
  feed(digest, call.duration);
}

}  // namespace

Digest state_fingerprint(const Record& record) {
  thread_local Sha256 digest;
  begin(digest, Domain::fingerprint);
  digest.tag(static_cast<std::uint8_t>(type_of(record)));
  if (const auto* mms = std::get_if<Mms>(&record)) {
    feed(digest, record, *mms);
  } else if (const auto* sms = std::get_if<Sms>(&record)) {
    feed(digest, *sms);
  } else {
    feed(digest, std::get<Call>(record));
  }
  return digest_of(digest);
}

Digest state_name(std::string_view phone, std::string_view archive) {
  Sha256 digest;
  begin(digest, Domain::name);
  digest.field(phone);
  digest.field(archive);
  return digest_of(digest);
}

}  // namespace smsbackup
