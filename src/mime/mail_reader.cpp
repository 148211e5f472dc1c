#include "mime/mail_reader.hpp"

#include <algorithm>

#include "mime/ascii.hpp"
#include "mime/line_ends.hpp"
#include "mime/row_reader.hpp"

namespace smsbackup::mime {

MailReader::MailReader(Limits limits, std::unique_ptr<CharsetConverter> charsets)
    : limits_(limits), charsets_(charsets ? std::move(charsets) : system_charsets()) {}

void MailReader::set_damaged(DecodedMail& out, ErrorCode code, std::string_view why, std::string_view mail) const {
  out.kind = MailKind::damaged;
  const std::optional<RecordType> type = out.problem ? out.problem->type : std::nullopt;
  Problem& problem = out.problem.emplace();
  problem.code = code;
  problem.why = why;
  problem.type = type;
  const std::string_view kept = mail.substr(0, limits_.problem_raw);
  problem.raw = Blob(std::string(kept));
  problem.raw_is_complete = kept.size() == mail.size();
}

// The first thing that had to be repaired is told; the record is kept.
void MailReader::note(DecodedMail& out, ErrorCode code, std::string_view why) const {
  if (out.problem) return;
  Problem& problem = out.problem.emplace();
  problem.code = code;
  problem.why = why;
  problem.type = type_of(out.record);
  problem.record_kept = true;
}

void MailReader::check(const BodyCondition& condition, DecodedMail& out) {
  if (condition.too_large) throw Damage{ErrorCode::limit_exceeded, "a body is larger than the limit allows"};
  if (condition.damaged)
    note(out, ErrorCode::corrupt_input, "a body's transfer encoding is broken; what could be read was kept");
  if (condition.unknown_encoding) {
    note(out, ErrorCode::unsupported, "a body has an unknown transfer encoding; it was kept as it stands");
  }
  if (condition.unknown_charset) {
    note(out, ErrorCode::unsupported, "a body has an unknown charset; its bytes were kept as they are");
  }
}

void MailReader::read(std::string_view mail, DecodedMail& out) {
  out.kind = MailKind::foreign;
  out.problem.reset();
  out.message_id.clear();
  tree_.leaves.clear();
  fields_ = MailFields();
  if (mail.size() > limits_.mail_size) {
    set_damaged(out, ErrorCode::limit_exceeded, "the mail is larger than the limit allows", mail);
    return;
  }
  try {
    std::size_t size = 0;
    const ScanResult scan = scan_fields(mail, limits_, fields_, size);
    if (fields_.message_id.data() != nullptr) out.message_id = unfolded(fields_.message_id, scratch_);
    if (scan != ScanResult::complete) {
      if (!fields_.is_record()) return;
      throw Damage{ErrorCode::limit_exceeded, scan == ScanResult::too_many
                                                  ? "more header fields than the limit allows"
                                                  : "the header is longer than the limit allows"};
    }
    read_message(fields_, mail.substr(size), 0, out);
    if (out.kind == MailKind::record && out.problem) {
      const std::string_view kept = mail.substr(0, limits_.problem_raw);
      out.problem->raw = Blob(std::string(kept));
      out.problem->raw_is_complete = kept.size() == mail.size();
    }
  } catch (const Damage& damage) {
    set_damaged(out, damage.code, damage.why, mail);
  } catch (const ListTooLarge& list) {
    set_damaged(out, ErrorCode::limit_exceeded, list.why, mail);
  }
}

// False where the message is none of ours; then mails within it are tried (somebody forwarded them).
bool MailReader::read_message(const MailFields& fields, std::string_view body, std::size_t depth, DecodedMail& out) {
  if (fields.is_record()) {
    const std::optional<RecordType> type = type_of_mail(fields);
    if (!type) throw Damage{ErrorCode::corrupt_input, "the header does not say what kind of record this is"};
    switch (*type) {
      case RecordType::sms:
        read_sms(fields, body, out);
        break;
      case RecordType::mms:
        read_mms(fields, body, out);
        break;
      case RecordType::call:
        read_call(fields, body, out);
        break;
    }
    out.kind = MailKind::record;
    if (fields.is_ours() && trim(fields.version) != wire_version) {
      note(out, ErrorCode::unsupported, "written by a newer version of this library; what is new to us was left out");
    }
    return true;
  }
  if (depth >= limits_.nesting) return false;
  if (!is_multipart(fields.content_type) && !is_mail(fields.content_type)) return false;
  PartTree tree;
  split_parts(fields, body, limits_, *charsets_, tree);
  for (const MailPart& leaf : tree.leaves) {
    if (!is_mail(leaf.fields.content_type)) continue;
    MailFields inner;
    std::size_t size = 0;
    if (scan_fields(leaf.body, limits_, inner, size) != ScanResult::complete) continue;
    if (read_message(inner, leaf.body.substr(size), depth + 1, out)) {
      if (inner.message_id.data() != nullptr) out.message_id = unfolded(inner.message_id, scratch_);
      return true;
    }
  }
  return false;
}

std::optional<RecordType> MailReader::type_of_mail(const MailFields& fields) {
  if (fields.datatype.data() != nullptr) {
    const std::string_view name = unfolded(fields.datatype, scratch_);
    if (equals_ignoring_case(name, "sms")) return RecordType::sms;
    if (equals_ignoring_case(name, "mms")) return RecordType::mms;
    if (equals_ignoring_case(name, "calllog")) return RecordType::call;
    return std::nullopt;
  }
  // The first versions of SMS Backup knew nothing but SMS.
  const auto has = [&fields](SeedHeader header) { return fields.at(header).data() != nullptr; };
  if (has(SeedHeader::duration)) return RecordType::call;
  if (has(SeedHeader::type) || has(SeedHeader::address) || has(SeedHeader::date)) return RecordType::sms;
  return std::nullopt;
}

QuotedPrintable MailReader::dialect(const MailFields& fields) const noexcept {
  return fields.is_ours() ? QuotedPrintable::standard : QuotedPrintable::sms_backup_plus;
}

void MailReader::split(const MailFields& fields, std::string_view body, DecodedMail& out) {
  split_parts(fields, body, limits_, *charsets_, tree_);
  if (tree_.over_limit)
    throw Damage{ErrorCode::limit_exceeded, "the mail has more parts, or deeper ones, than the limit allows"};
  if (tree_.cut_off)
    note(out, ErrorCode::truncated_input, "the mail ends before its last part does; what is there was kept");
}

// The text of a mail that had one part before a mailing list or a client made more of it.
const MailPart* MailReader::text_leaf() const noexcept {
  const MailPart* first_text = nullptr;
  for (const MailPart& leaf : tree_.leaves) {
    if (leaf.fields.overflow.data() != nullptr) continue;
    const std::string_view type = trim(leaf.fields.content_type);
    if (type.empty() || starts_ignoring_case(type, "text/plain")) return &leaf;
    if (first_text == nullptr && starts_ignoring_case(type, "text/")) first_text = &leaf;
  }
  return first_text;
}

void MailReader::for_each_overflow(std::string_view name, const std::function<void(std::string_view)>& visit) {
  for (const MailPart& leaf : tree_.leaves) {
    if (leaf.fields.overflow.data() == nullptr || !equals_ignoring_case(trim(leaf.fields.overflow), name)) continue;
    const BodyCondition condition =
        read_text(leaf.fields, leaf.body, QuotedPrintable::standard, limits_, *charsets_, overflow_);
    if (condition.too_large)
      throw Damage{ErrorCode::limit_exceeded, "a list of columns is larger than the limit allows"};
    visit(std::string_view(overflow_));
  }
}

void MailReader::read_sms(const MailFields& fields, std::string_view body, DecodedMail& out) {
  Sms* sms = std::get_if<Sms>(&out.record);
  // Assigning to the old one keeps the memory of its strings.
  if (sms != nullptr) {
    *sms = Sms();
  } else {
    sms = &out.record.emplace<Sms>();
  }
  read_seed_headers(fields, *charsets_, scratch_, words_, *sms);
  const MailFields* text_fields = &fields;
  if (is_multipart(fields.content_type)) {
    split(fields, body, out);
    const MailPart* const leaf = text_leaf();
    text_fields = leaf == nullptr ? nullptr : &leaf->fields;
    body = leaf == nullptr ? std::string_view() : leaf->body;
    if (leaf == nullptr) note(out, ErrorCode::corrupt_input, "the mail has no text; the record's is left empty");
  }
  std::string& text = sms->body.emplace();
  if (text_fields != nullptr) {
    const BodyCondition condition = read_text(*text_fields, body, dialect(fields), limits_, *charsets_, text);
    check(condition, out);
    if (!condition.exact && fields.lines.data() != nullptr) restore_line_ends(fields.lines, text);
  }
  apply_columns(fields, *sms);
}

void MailReader::read_call(const MailFields& fields, std::string_view body, DecodedMail& out) {
  Call& call = out.record.emplace<Call>();
  read_seed_headers(fields, *charsets_, scratch_, words_, call);
  // The text is for people. It is only looked at where the columns were too long for a header.
  if (is_multipart(fields.content_type)) split(fields, body, out);
  apply_columns(fields, call);
}

std::optional<RecordKey> MailReader::read_key(std::string_view headers, DedupLevel level) {
  fields_ = MailFields();
  tree_.leaves.clear();
  std::size_t size = 0;
  const ScanResult scan = scan_fields(headers, limits_, fields_, size);
  if (scan != ScanResult::complete || !fields_.is_record()) return std::nullopt;
  // The parties may be in the body.
  if (fields_.overflow.data() != nullptr) return std::nullopt;
  const std::optional<RecordType> type = type_of_mail(fields_);
  if (!type) return std::nullopt;
  Record record;
  try {
    if (*type == RecordType::sms) {
      auto& sms = record.emplace<Sms>();
      read_seed_headers(fields_, *charsets_, scratch_, words_, sms);
      apply_columns(fields_, sms);
    } else if (*type == RecordType::call) {
      auto& call = record.emplace<Call>();
      read_seed_headers(fields_, *charsets_, scratch_, words_, call);
      apply_columns(fields_, call);
    } else {
      auto& mms = record.emplace<Mms>();
      read_seed_headers(fields_, *charsets_, scratch_, words_, mms);
      apply_columns(fields_, mms);
      if (fields_.addresses.data() != nullptr) {
        apply_addresses(fields_.addresses, mms);
      } else {
        addresses_from_seed(fields_, mms);
      }
    }
  } catch (const ListTooLarge&) {
    return std::nullopt;
  } catch (const Damage&) {
    return std::nullopt;
  }
  RecordKey key = key_of(record, DedupLevel::off);
  key.content.reset();
  if (level == DedupLevel::tolerant && fields_.digest.data() != nullptr) {
    key.content = Digest::from_hex(unfolded(fields_.digest, scratch_));
  }
  return key;
}

}  // namespace smsbackup::mime
