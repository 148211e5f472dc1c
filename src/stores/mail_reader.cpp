#include "stores/mail_reader.hpp"

#include <utility>

#include "stores/mail_headers.hpp"

namespace smsbackup::stores {
namespace {

// Larger mails are looked at by their header first, where the query may leave them out.
constexpr std::size_t worth_a_look = 32 * 1024;

bool restricts(const Query& query) { return query.types.size() < 3 || query.since || query.until; }

// Our own mails say in their header what is in them. One that was cut off inside its text looks whole otherwise.
std::optional<Problem> check_digest(std::string_view digest, const Record& record) {
  std::string scratch;
  const auto promised = Digest::from_hex(mime::unfolded(digest, scratch));
  if (!promised || *promised == content_digest(record, DedupLevel::tolerant)) return std::nullopt;
  Problem problem;
  problem.code = ErrorCode::corrupt_input;
  problem.why = "the content is not what its digest in the header says: cut off or changed; kept as it is";
  problem.type = type_of(record);
  return problem;
}

std::unique_ptr<CharsetConverter> charsets_of(const StoreOptions& options) {
  return options.charsets ? options.charsets() : nullptr;
}

}  // namespace

bool excludes(const Query& query, const RecordKey& key) {
  if (query.types.count(key.type) == 0) return true;
  // The record itself may be up to a second later than a key that knows the second only.
  if (key.date && query.since && *key.date < *query.since - (key.whole_second ? 999 : 0)) return true;
  return key.date && query.until && *key.date >= *query.until;
}

MailReader::MailReader(const StoreOptions& options)
    : limits_(options.limits), mails_(options.limits, charsets_of(options)) {}

void MailReader::read(std::string_view mail, const Place& place, const Query& query, BatchFiller& out) {
  if (mail.size() > worth_a_look && restricts(query)) {
    const auto key = mails_.read_key(header_section(mail.substr(0, limits_.header_size)), DedupLevel::tolerant);
    if (key && excludes(query, *key)) return out.filtered();
  }
  mails_.read(mail, decoded_);
  if (decoded_.kind == MailKind::foreign) return out.foreign();
  bool starred = place.starred;
  if (place.has_status) {
    const MailStatus status = status_of(mail);
    if (status.deleted) return out.foreign();
    starred = status.flagged;
  }

  std::optional<Problem> problem = std::exchange(decoded_.problem, std::nullopt);
  if (decoded_.kind == MailKind::record && !mails_.fields().ended) {
    decoded_.kind = MailKind::damaged;
    problem.emplace();
    problem->code = ErrorCode::truncated_input;
    problem->why = "the mail ends inside its header";
    problem->type = type_of(decoded_.record);
  }
  if (decoded_.kind == MailKind::record && !problem) {
    problem = check_digest(mails_.fields().digest, decoded_.record);
  }
  if (decoded_.kind == MailKind::damaged && !problem) {
    problem.emplace();
    problem->why = "the mail can't be read as a record";
  }
  if (problem) {
    problem->where = place.where;
    problem->offset = place.offset + problem->offset.value_or(0);
    if (problem->raw.empty()) keep_raw(*problem, mail, limits_);
    problem->record_kept = decoded_.kind == MailKind::record;
  }
  const bool kept = decoded_.kind == MailKind::damaged || out.record(std::move(decoded_.record), place.where, starred);
  if (problem && kept) out.problem(std::move(*problem));
}

// A header that breaks the limits was not read to its end.
MailStatus MailReader::status_of(std::string_view mail) const {
  if (decoded_.kind == MailKind::record) return MailStatus(mails_.fields().status);
  return MailStatus(header_value(header_section(mail.substr(0, limits_.header_size)), "X-Status"));
}

std::optional<Record> MailReader::record(std::string_view mail) {
  mails_.read(mail, decoded_);
  if (decoded_.kind != MailKind::record) return std::nullopt;
  return std::move(decoded_.record);
}

std::optional<MailReader::Identity> MailReader::identify_by_header(std::string_view headers,
                                                                   const DedupPolicy& policy) {
  if (policy.level == DedupLevel::exact) return std::nullopt;
  auto key = mails_.read_key(headers, policy.level);
  if (!key || !key->content) return std::nullopt;
  Identity identity{std::move(*key), header_value(headers, "Message-ID"), {}};
  identity.content = *identity.key.content;
  return identity;
}

std::optional<MailReader::Identity> MailReader::identify(std::string_view mail, const DedupPolicy& policy) {
  // What read() would call damaged is not there.
  if (!has_complete_header(mail)) return std::nullopt;
  const std::string_view headers = header_section(mail.substr(0, limits_.header_size));
  if (auto identity = identify_by_header(headers, policy)) return identity;
  mails_.read(mail, decoded_);
  if (decoded_.kind != MailKind::record) return std::nullopt;
  Identity identity{key_of(decoded_.record, policy.level, policy.own_numbers), decoded_.message_id, {}};
  identity.content = policy.level == DedupLevel::tolerant && identity.key.content
                         ? *identity.key.content
                         : content_digest(decoded_.record, DedupLevel::tolerant);
  return identity;
}

}  // namespace smsbackup::stores
