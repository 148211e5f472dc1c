#include "mime/call_text.hpp"
#include "mime/mail_writer.hpp"
#include "mime/seed_value.hpp"

namespace smsbackup::mime {

MailHead MailWriter::write_call(const Record& record, const Call& call) {
  const std::int64_t date = call.date.has_value() ? *call.date : options_.clock();
  std::optional<std::string_view> number;
  if (call.number.has_value()) number = *call.number;
  const std::int64_t type = type_number(call.type);
  const Identity identity = identify(record, date, number.value_or("null"), type);
  const KnownPerson& person = people_.find(number);
  const bool outbound = type == call_outgoing;

  out_.add(person.call_subject);
  out_.add(outbound ? own_from_ : person.from);
  out_.add(outbound ? person.to : own_to_);
  add_thread(person.reference, identity);
  constexpr auto& seeds = SeedColumns<Call>::columns;
  Carried carried;
  add_seed_header(call, seeds.front(), carried);
  add_kind("CALLLOG", date);
  for (std::size_t i = 1; i < seeds.size(); ++i) add_seed_header(call, seeds[i], carried);

  add_own_headers(identity);
  add_columns(call, carried);
  // A duration that is no number is -1 in SMS Backup+'s text, a missing one 0.
  const std::optional<std::string> duration = provider_text(call, call.duration, "duration");
  const std::int64_t seconds = duration ? parse_lenient_integer(*duration).value_or(-1) : 0;
  std::string body = call_body(type, person.number, seconds, options_.wording);
  if (const std::size_t line_end = body.find('\n'); line_end != std::string::npos) body.insert(line_end, 1, '\r');
  add_text_body(identity, body);
  out_.finish();
  const bool seen = options_.mark_as_read != MarkAsRead::unread;
  return {identity.message_id, seen, date, RecordType::call};
}

}  // namespace smsbackup::mime
