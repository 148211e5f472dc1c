#include <charconv>

#include "mime/ascii.hpp"
#include "mime/line_ends.hpp"
#include "mime/mail_reader.hpp"
#include "mime/mailbox.hpp"
#include "mime/parameters.hpp"
#include "mime/row_reader.hpp"

namespace smsbackup::mime {
namespace {

std::optional<std::size_t> parse_count(std::string_view text) noexcept {
  text = trim(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The number that a mailbox at unknown.email stands for; any other mailbox stands for itself.
std::string number_of(const Mailbox& mailbox) {
  const std::size_t at = mailbox.address.rfind('@');
  if (at == std::string::npos || std::string_view(mailbox.address).substr(at + 1) != unknown_domain) {
    return mailbox.address;
  }
  return mailbox.address.substr(0, at);
}

struct PartMarks {
  std::optional<std::size_t> index;
  bool text = false;
  bool data = false;
  std::string lines;
};

// What X-smsbackup-part says beside the columns.
PartMarks read_marks(std::string_view list) {
  PartMarks marks;
  ColumnListReader reader(list);
  ColumnToken token;
  if (!reader.next(token)) return marks;
  marks.index = parse_count(token.name);
  while (reader.next(token)) {
    if (token.prefix != '*') continue;
    if (token.name == text_mark) marks.text = true;
    if (token.name == data_mark) marks.data = true;
    if (token.name == lines_mark) marks.lines = token.value;
  }
  return marks;
}

}  // namespace

void MailReader::read_mms(const MailFields& fields, std::string_view body, DecodedMail& out) {
  Mms& mms = out.record.emplace<Mms>();
  read_seed_headers(fields, *charsets_, scratch_, words_, mms);
  split(fields, body, out);
  apply_columns(fields, mms);
  bool any_addresses = fields.addresses.data() != nullptr;
  if (any_addresses) apply_addresses(fields.addresses, mms);
  for_each_overflow("addresses", [&](std::string_view list) {
    apply_addresses(list, mms);
    any_addresses = true;
  });
  if (!any_addresses) addresses_from_seed(fields, mms);
  if (fields.is_ours()) {
    read_own_parts(fields, mms, out);
    return;
  }
  for (const MailPart& leaf : tree_.leaves) read_foreign_part(leaf, mms, out);
}

void MailReader::apply_addresses(std::string_view list, Mms& mms) {
  ColumnListReader reader(list);
  ColumnToken token;
  if (!reader.next(token)) return;  // the number of rows
  std::optional<ColumnListApplier<MmsAddress>> applier;
  mms.addresses.clear();
  // Rows must not move while one is filled.
  std::size_t columns = 0;
  MmsAddress row;
  const auto close = [&] {
    if (applier) mms.addresses.push_back(std::move(row));
    row = MmsAddress();
    columns = 0;
  };
  while (reader.next(token)) {
    if (token.kind == ColumnToken::Kind::row_end) {
      close();
      if (mms.addresses.size() >= limits_.addresses) throw ListTooLarge{"more addresses than the limit allows"};
      applier.emplace(row);
      continue;
    }
    check_token(token, ++columns, limits_);
    if (applier && token.prefix != '*') applier->apply(token);
  }
  close();
}

void MailReader::addresses_from_seed(const MailFields& fields, Mms& mms) {
  const auto add = [&](std::string address, std::int64_t type) {
    MmsAddress row;
    row.address = std::move(address);
    row.type = type;
    mms.addresses.push_back(std::move(row));
  };
  std::optional<std::string> first;
  if (const std::string_view raw = fields.at(SeedHeader::address); raw.data() != nullptr) {
    std::string decoded;
    append_decoded_words(unfolded(raw, scratch_), *charsets_, decoded);
    first = std::move(decoded);
  }
  // Outgoing messages have the owner in From, whose number nobody knows, and the token where there is a sender's row.
  const bool outgoing = mms.m_type.has_value() && *mms.m_type == mms_send_req;
  if (first && (!outgoing || *first == insert_address_token)) add(*first, mms_from);
  const std::string list(unfolded(fields.to, scratch_));
  for (const Mailbox& mailbox : parse_mailboxes(list, limits_.addresses)) {
    std::string number = number_of(mailbox);
    // The address as stored, where the header shows a cleaned one.
    const bool is_first = outgoing && first && *first != insert_address_token && mms.addresses.empty();
    add(is_first ? *first : std::move(number), mms_to);
  }
}

void MailReader::read_part_columns(std::string_view list, PartRows& rows) {
  const PartMarks marks = read_marks(list);
  if (!marks.index) return;
  if (rows.size() > limits_.parts) throw Damage{ErrorCode::limit_exceeded, "more parts than the limit allows"};
  // The list begins with the part's number, which is no column.
  const std::size_t after = list.find(';');
  MmsPart& row = rows[*marks.index];
  if (after != std::string_view::npos) read_column_list(list.substr(after + 1), limits_, row);
}

void MailReader::read_own_part(const MailPart& leaf, PartRows& rows, DecodedMail& out) {
  read_part_columns(leaf.fields.part, rows);
  const PartMarks marks = read_marks(leaf.fields.part);
  if (!marks.index) return;
  MmsPart& row = rows[*marks.index];
  if (marks.text) {
    std::string& text = row.text.emplace();
    const BodyCondition condition =
        read_text(leaf.fields, leaf.body, QuotedPrintable::standard, limits_, *charsets_, text);
    check(condition, out);
    if (!condition.exact) restore_line_ends(marks.lines, text);
  }
  if (marks.data) check(read_data(leaf.fields, leaf.body, limits_, row.data.emplace()), out);
}

void MailReader::read_own_parts(const MailFields& fields, Mms& mms, DecodedMail& out) {
  PartRows rows;
  for (const std::string_view list : fields.hidden_parts) read_part_columns(list, rows);
  for (const MailPart& leaf : tree_.leaves) {
    if (leaf.fields.part.data() != nullptr) read_own_part(leaf, rows, out);
  }
  const auto more = [&](std::string_view list) { read_part_columns(list, rows); };
  for_each_overflow("hidden-part", more);
  for_each_overflow("part", more);
  mms.parts.reserve(rows.size());
  for (auto& [index, row] : rows) mms.parts.push_back(std::move(row));
  const std::optional<std::size_t> wanted =
      fields.parts.data() == nullptr ? std::nullopt : parse_count(unfolded(fields.parts, scratch_));
  if (wanted && *wanted <= mms.parts.size()) return;
  // Somebody took our part headers away: what is there is read like anybody's.
  for (const MailPart& leaf : tree_.leaves) {
    const bool known = leaf.fields.part.data() != nullptr || leaf.fields.overflow.data() != nullptr;
    if (!known) read_foreign_part(leaf, mms, out);
  }
  note(out, ErrorCode::corrupt_input, "parts of the message, or what was said about them, are missing in the mail");
}

void MailReader::read_foreign_part(const MailPart& leaf, Mms& mms, DecodedMail& out) {
  const bool nothing = leaf.fields.content_type.data() == nullptr && trim(leaf.body).empty();
  if (nothing) return;  // how SMS Backup+ writes a message without parts
  const StructuredField type = parse_structured_field(leaf.fields.content_type, *charsets_);
  const StructuredField disposition = parse_structured_field(leaf.fields.content_disposition, *charsets_);
  MmsPart part;
  const std::string_view raw_type = leaf.fields.content_type;
  part.ct = type.value.empty() ? "text/plain" : std::string(trim(raw_type.substr(0, raw_type.find(';'))));
  const std::string* name = disposition.find("filename");
  if (name == nullptr) name = type.find("name");
  const bool attached = disposition.value == "attachment";
  const bool is_text = !attached && part.ct->size() >= 5 && starts_ignoring_case(*part.ct, "text/");
  if (name != nullptr) (is_text ? part.name : part.cl) = *name;
  if (is_text) {
    check(read_text(leaf.fields, leaf.body, QuotedPrintable::sms_backup_plus, limits_, *charsets_, part.text.emplace()),
          out);
  } else {
    check(read_data(leaf.fields, leaf.body, limits_, part.data.emplace()), out);
  }
  mms.parts.push_back(std::move(part));
}

}  // namespace smsbackup::mime
