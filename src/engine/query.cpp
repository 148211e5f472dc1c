#include "smsbackup/query.hpp"

#include <algorithm>
#include <limits>

#include "engine/left_behind.hpp"
#include "smsbackup/address.hpp"

namespace smsbackup {

KnownKeys::~KnownKeys() = default;
namespace {

bool any_party_is_wanted(const Query& query, const Record& record) {
  const std::vector<std::string_view> parties = parties_of(record);
  return std::any_of(parties.begin(), parties.end(), [&](std::string_view party) {
    return std::any_of(query.addresses.begin(), query.addresses.end(),
                       [&](const std::string& wanted) { return same_address(party, wanted); });
  });
}

bool any_party_is_in_group(const Query& query, const Record& record, ContactBook& contacts) {
  const std::vector<std::string_view> parties = parties_of(record);
  return std::any_of(parties.begin(), parties.end(), [&](std::string_view party) {
    const std::optional<Contact> contact = contacts.lookup(party);
    return contact && contacts.in_group(*contact, query.contact_group);
  });
}

}  // namespace

bool matches(const Query& query, const Record& record, ContactBook* contacts) {
  if (query.types.count(type_of(record)) == 0) return false;
  if (query.leave_out_drafts && (engine::is_draft(record) || engine::is_mms_report(record))) return false;

  const std::int64_t date = date_of(record).value_or(std::numeric_limits<std::int64_t>::min());
  if (query.since && date < *query.since) return false;
  if (query.until && date >= *query.until) return false;

  if (const auto* call = std::get_if<Call>(&record); call != nullptr && !query.call_types.empty()) {
    if (!call->type.has_value() || query.call_types.count(*call->type) == 0) return false;
  }
  if (!query.addresses.empty() && !any_party_is_wanted(query, record)) return false;
  if (!query.contact_group.empty() && (contacts == nullptr || !any_party_is_in_group(query, record, *contacts))) {
    return false;
  }
  return true;
}

}  // namespace smsbackup
