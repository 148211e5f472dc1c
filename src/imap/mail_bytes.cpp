#include "imap/mail_bytes.hpp"

#include <string_view>
#include <utility>

namespace smsbackup::imap {
namespace {

// Larger records are encoded piece by piece into a temporary file.
constexpr std::uint64_t encoded_in_memory = 4 << 20;
// Records from here on are mostly attachments.
constexpr std::uint64_t mostly_attachments = 16 << 10;
// What a mail in flight takes beside its bytes: whoever writes it keeps its record until it is known to be stored.
constexpr std::uint64_t record_and_accounts = 3300;
// As many as are encoded before they are sent, and none that one large mail has blown up.
constexpr std::size_t most_spare = 16;
constexpr std::size_t largest_spare = 512 << 10;

// About what a mail of it takes; its parts may be in files.
std::uint64_t size_of(const Record& record) {
  std::uint64_t size = memory_size(record);
  if (const auto* mms = std::get_if<Mms>(&record))
    for (const auto& part : mms->parts) size += part.data ? part.data->size() : 0;
  return size;
}

}  // namespace

OutgoingMailPtr MailBytes::make(const Record& record) {
  auto mail = std::make_shared<OutgoingMail>();
  MailHead head;
  const auto record_size = size_of(record);
  mail->memory = record_and_accounts;
  if (record_size > encoded_in_memory) {
    BlobWriter spill;
    head = encoder_.encode(record, [&](std::string_view piece) { spill.append(piece); });
    mail->spilled = spill.finish();
    mail->size = mail->spilled.size();
  } else if (record_size > mostly_attachments) {
    if (!spare_.empty()) {
      mail->bytes = std::move(spare_.back());
      spare_.pop_back();
    }
    head = encoder_.encode(record, mail->bytes);
    mail->size = mail->bytes.size();
    mail->record = std::make_unique<const Record>(record);
    mail->memory += memory_size(record);
  } else {
    head = encoder_.encode(record, mail->bytes);
    mail->bytes.shrink_to_fit();
    mail->size = mail->bytes.size();
    mail->memory += mail->size;
  }
  mail->message_id = std::move(head.message_id);
  mail->date = head.internal_date;
  mail->seen = head.seen;
  return mail;
}

void MailBytes::make_again(OutgoingMail& mail) {
  if (!mail.record || !mail.bytes.empty()) return;
  encoder_.encode(*mail.record, mail.bytes);
  mail.size = mail.bytes.size();
}

void MailBytes::let_go(OutgoingMail& mail) {
  if (!mail.record) return;
  auto bytes = std::exchange(mail.bytes, {});
  if (spare_.size() == most_spare || bytes.capacity() > largest_spare) return;
  bytes.clear();
  spare_.push_back(std::move(bytes));
}

}  // namespace smsbackup::imap
