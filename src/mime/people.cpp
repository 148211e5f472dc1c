#include "mime/people.hpp"

#include "mime/call_text.hpp"
#include "mime/encoded_word.hpp"
#include "mime/header_writer.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t most_known = 8192;  // then it starts anew: memory stays bounded with hostile archives
constexpr std::size_t longest_kept_address = 256;
constexpr std::size_t longest_name = 1024;

std::string header_line(std::string_view name, std::string_view value) {
  MailBuffer line;
  add_folded_header(name, value, line);
  return std::string(line.view());
}

std::string text_line(std::string_view name, std::string_view text) {
  MailBuffer line;
  add_text_header(name, text, 2 * longest_name, line);
  return std::string(line.view());
}

}  // namespace

std::string People::subject(RecordType type, std::string_view name) const {
  const bool is_call = type == RecordType::call;
  if (options_.subject_prefix) {
    return "[" + (is_call ? options_.call_folder : options_.sms_folder) + "] " + std::string(name);
  }
  const Wording& wording = options_.wording;
  return with_name(is_call ? wording.call_with : type == RecordType::mms ? wording.mms_with : wording.sms_with, name);
}

KnownPerson People::make(std::string_view address) const {
  std::optional<Contact> contact;
  if (options_.contacts && address != "-1") contact = options_.contacts->lookup(address);
  const Person person(prefix_of_characters(address, longest_name), contact, options_.wording.unknown);
  KnownPerson known;
  known.name = prefix_of_characters(person.name(), longest_name);
  known.number = person.number();
  known.mailbox = person.mailbox(options_.address_style);
  known.from = header_line("From", known.mailbox);
  known.to = header_line("To", known.mailbox);
  known.sms_subject = text_line("Subject", subject(RecordType::sms, known.name));
  known.mms_subject = text_line("Subject", subject(RecordType::mms, known.name));
  known.call_subject = text_line("Subject", subject(RecordType::call, known.name));
  known.reference = person.id().value_or("null");
  return known;
}

const KnownPerson& People::find(std::optional<std::string_view> address) {
  const std::string_view key = address && !address->empty() ? *address : std::string_view("-1");
  if (key.size() > longest_kept_address) return uncommon_.emplace(make(key));
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (known_.size() >= most_known) known_.clear();
  return known_.emplace(key, make(key)).first->second;
}

}  // namespace smsbackup::mime
