// What goes into the digest is a format: mails carry it in a header. Whatever changes it must change `version`.
#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "engine/folded_text.hpp"
#include "engine/sha256.hpp"
#include "model/blob_memo.hpp"
#include "smsbackup/columns.hpp"
#include "smsbackup/key.hpp"

namespace smsbackup {
namespace {

using engine::feed_folded;
using engine::Sha256;

constexpr std::uint8_t version = 1;

// What comes first says what follows, so that nothing digested for one purpose equals what was for another.
enum class Domain : std::uint8_t { record = 'r', part = 'p' };

void begin(Sha256& digest, Domain domain, DedupLevel level, RecordType type) {
  digest.start();
  digest.tag(version);
  digest.tag(static_cast<std::uint8_t>(domain));
  digest.tag(level == DedupLevel::exact ? 'e' : 't');
  digest.tag(static_cast<std::uint8_t>(type));
}

// A date that is no number stands in `extras`. It keeps two records apart that have no other time.
template <class Row>
void feed_odd_date(Sha256& digest, const Row& row) {
  const auto odd = row.date.has_value() ? row.extras.end() : row.extras.find("date");
  const bool has_odd = odd != row.extras.end() && odd->second;
  digest.tag(has_odd ? 1 : 0);
  if (has_odd) digest.field(*odd->second);
}

std::string_view text_or_nothing(const Text& text) noexcept {
  return text.has_value() ? std::string_view(*text) : std::string_view();
}

char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// "Text/Plain; charset=utf-8" is "text/plain".
std::string media_type(const Text& content_type) {
  std::string_view type = text_or_nothing(content_type);
  type = type.substr(0, type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.remove_prefix(1);
  std::string folded(type);
  std::transform(folded.begin(), folded.end(), folded.begin(), ascii_lower);
  return folded;
}

// The layout of an MMS. Apps write it anew at will, and it says nothing by itself.
bool is_smil(const MmsPart& part, std::string_view type) {
  if (type == "application/smil" || type == "application/smil+xml") return true;
  constexpr std::size_t prologue = 1024;
  return part.seq == Integer(-1) &&
         text_or_nothing(part.text).substr(0, prologue).find("<smil") != std::string_view::npos;
}

// Of this size on, looking for a digest that was computed before takes less than computing it.
constexpr std::uint64_t worth_remembering = 4096;

void begin_tolerant_part(Sha256& digest, const MmsPart& part, std::string_view type) {
  begin(digest, Domain::part, DedupLevel::tolerant, RecordType::mms);
  digest.field(type);
  feed_folded(digest, text_or_nothing(part.text));
}

Sha256::Value tolerant_part(const MmsPart& part, std::string_view type) {
  Sha256 digest;
  const bool is_text = type.substr(0, 5) == "text/";
  if (is_text && text_or_nothing(part.text).empty() && part.data) {
    begin(digest, Domain::part, DedupLevel::tolerant, RecordType::mms);
    digest.field(type);
    // Some stores keep the text of a part in its file, others in the column.
    feed_folded(digest, [&](const auto& visit) { part.data->for_each_chunk(visit); });
    return digest.finish();
  }
  begin_tolerant_part(digest, part, type);
  if (is_text) return digest.finish();
  const std::uint64_t size = part.data ? part.data->size() : 0;
  const bool remembers = size >= worth_remembering;
  Sha256::Value before{};
  if (remembers) {
    before = digest.finish();
    if (const auto known = model::BlobMemo::recall(*part.data, before)) return *known;
    begin_tolerant_part(digest, part, type);
  }
  digest.number(size);
  if (part.data) part.data->for_each_chunk([&](std::string_view bytes) { digest.feed(bytes); });
  const auto value = digest.finish();
  if (remembers) model::BlobMemo::remember(*part.data, before, value);
  return value;
}

void feed_tolerant(Sha256& digest, const Sms& sms) {
  feed_folded(digest, text_or_nothing(sms.subject));
  feed_folded(digest, text_or_nothing(sms.body));
}

void feed_tolerant(Sha256& digest, const Mms& mms) {
  std::vector<Sha256::Value> parts;
  for (const MmsPart& part : mms.parts) {
    const std::string type = media_type(part.ct);
    if (!is_smil(part, type)) parts.push_back(tolerant_part(part, type));
  }
  std::sort(parts.begin(), parts.end());
  feed_folded(digest, text_or_nothing(mms.sub));
  digest.number(parts.size());
  for (const Sha256::Value& part : parts) {
    digest.feed(std::string_view(reinterpret_cast<const char*>(part.data()), part.size()));
  }
}

// The type keeps a missed call apart from one that was answered and hung up at once.
void feed_tolerant(Sha256& digest, const Call& call) {
  digest.number(static_cast<std::uint64_t>(call.type.value_or(0)));
  digest.number(static_cast<std::uint64_t>(call.duration.value_or(0)));
}

void feed_exact(Sha256& digest, const Text& text) {
  digest.tag(text.has_value() ? 1 : 0);
  if (text.has_value()) digest.field(*text);
}

void feed_exact(Sha256& digest, const Integer& integer) {
  digest.tag(integer.has_value() ? 1 : 0);
  if (integer.has_value()) digest.number(static_cast<std::uint64_t>(*integer));
}

void feed_exact(Sha256& digest, const Sms& sms) {
  feed_exact(digest, sms.subject);
  feed_exact(digest, sms.body);
}

// All but the numbers and paths that rows have on their own phone only.
void feed_exact(Sha256& digest, const MmsPart& part) {
  for_each_column(part, [&](std::string_view name, std::optional<std::string_view> text) {
    if (!text || name == "_id" || name == "mid" || name == "_data") return;
    digest.tag(1);
    digest.field(name);
    digest.field(*text);
  });
  digest.tag(0);
  digest.tag(part.data ? 1 : 0);
  if (!part.data) return;
  digest.number(part.data->size());
  part.data->for_each_chunk([&](std::string_view bytes) { digest.feed(bytes); });
}

void feed_exact(Sha256& digest, const Mms& mms) {
  feed_exact(digest, mms.sub);
  digest.number(mms.parts.size());
  for (const MmsPart& part : mms.parts) feed_exact(digest, part);
}

void feed_exact(Sha256& digest, const Call& call) {
  feed_exact(digest, call.type);
  feed_exact(digest, call.duration);
  feed_exact(digest, call.subject);
}

}  // namespace

Digest content_digest(const Record& record, DedupLevel level) {
  // Setting up OpenSSL's context takes as long as digesting a short message does.
  thread_local Sha256 digest;
  begin(digest, Domain::record, level, type_of(record));
  std::visit(
      [&](const auto& row) {
        feed_odd_date(digest, row);
        if (level == DedupLevel::exact) {
          feed_exact(digest, row);
        } else {
          feed_tolerant(digest, row);
        }
      },
      record);
  const Sha256::Value value = digest.finish();
  Digest result;
  std::copy_n(value.begin(), result.bytes.size(), result.bytes.begin());
  return result;
}

}  // namespace smsbackup
