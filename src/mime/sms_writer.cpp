#include "mime/mail_writer.hpp"

namespace smsbackup::mime {

MailHead MailWriter::write_sms(const Record& record, const Sms& sms) {
  const std::int64_t date = sms.date.has_value() ? *sms.date : options_.clock();
  std::optional<std::string_view> address;
  if (sms.address.has_value()) address = *sms.address;
  Identity identity = identify(record, date, address.value_or("null"), type_number(sms.type));
  const KnownPerson& person = people_.find(address);
  const bool inbound = sms.type.has_value() && *sms.type == sms_inbox;

  out_.add(person.sms_subject);
  out_.add(inbound ? person.from : own_from_);
  out_.add(inbound ? own_to_ : person.to);
  add_thread(has_thread(sms) ? provider_text(sms, sms.thread_id, "thread_id").value_or("null") : person.reference,
             identity);
  constexpr auto& seeds = SeedColumns<Sms>::columns;
  Carried carried;
  add_seed_header(sms, seeds.front(), carried);
  add_kind("SMS", date);
  for (std::size_t i = 1; i < seeds.size(); ++i) add_seed_header(sms, seeds[i], carried);

  add_own_headers(identity);
  constexpr std::uint64_t body_bit = column_bit<Sms>("body");
  std::string_view body;
  if (sms.body.has_value()) {
    carried.columns |= body_bit;
    body = *sms.body;
    add_lines(body);
  } else {
    carried.denied |= body_bit;
  }
  add_columns(sms, carried);
  add_text_body(identity, body);
  out_.finish();
  return {std::move(identity.message_id), is_seen(record, sms.read), date, RecordType::sms};
}

}  // namespace smsbackup::mime
