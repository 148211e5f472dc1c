#include <algorithm>
#include <set>

#include "mime/encoded_word.hpp"
#include "mime/line_ends.hpp"
#include "mime/mail_writer.hpp"
#include "mime/parameters.hpp"
#include "mime/quoted_printable.hpp"
#include "mime/seed_value.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t longest_group_subject = 4096;
constexpr std::size_t longest_thread_group = 32;
constexpr std::size_t longest_recipient_list = 256 * 1024;  // all of them are in X-smsbackup-addresses
constexpr std::size_t longest_file_name = 1024;
constexpr std::size_t longest_type = 127;  // RFC 6838 section 4.2

// SMS Backup+ leaves the layout of a message out; so that its mails and ours have the same parts, it is in a header.
bool is_hidden(const MmsPart& part) noexcept {
  return part.ct.has_value() && equals_ignoring_case(*part.ct, "application/smil") && !part.data;
}

bool is_text(const MmsPart& part) noexcept {
  return part.ct.has_value() && starts_ignoring_case(*part.ct, "text/") && part.text.has_value() && !part.text->empty();
}

// "image/jpeg" out of whatever the column holds.
std::string_view media_type(const MmsPart& part, std::string_view otherwise) noexcept {
  if (!part.ct.has_value()) return otherwise;
  const std::string_view type = trim(std::string_view(*part.ct).substr(0, part.ct->find(';')));
  const std::size_t slash = type.find('/');
  const bool right = type.size() <= longest_type && slash != std::string_view::npos &&
                     is_token(type.substr(0, slash)) && is_token(type.substr(slash + 1));
  const bool composite = starts_ignoring_case(type, "multipart/") || starts_ignoring_case(type, "message/");
  return right && !composite ? type : otherwise;
}

// The parameters that the content type column has beside those that are written anyway.
void append_type_parameters(const MmsPart& part, bool as_text, bool named, CharsetConverter& charsets,
                            std::string& line) {
  if (!part.ct.has_value() || part.ct->find(';') == std::string::npos || part.ct->size() > 4096) return;
  for (const auto& [name, value] : parse_structured_field(*part.ct, charsets).parameters) {
    const bool written_anyway = (as_text && name == "charset") || (named && name == "name");
    if (written_anyway || !is_token(name) || name.size() > 64) continue;
    const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (!printable || value.size() > 512) {
      append_parameter(name, prefix_of_characters(value, 512), line);
      continue;
    }
    line += ";\r\n ";
    line += name;
    line += '=';
    if (is_token(value)) {
      line += value;
      continue;
    }
    line += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
    line += '"';
  }
}

// The order of Java's strings: by UTF-16 units, where characters beyond U+FFFF come before U+E000.
bool less_in_java(std::string_view a, std::string_view b) noexcept {
  const auto rank = [](char c) -> unsigned {
    const unsigned value = byte(c);
    return value >= 0xf0 ? value - 2 : value >= 0xee ? value + 8 : value;
  };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

std::optional<std::string_view> address_of(const MmsAddress* row) noexcept {
  if (row == nullptr || !row->address.has_value()) return std::nullopt;
  return std::string_view(*row->address);
}

}  // namespace

// Subject, From and To.
void MailWriter::add_group_headers(const MmsParties& parties) {
  if (parties.recipients.size() <= 1) {
    const MmsAddress* const recipient = parties.recipients.empty() ? nullptr : parties.recipients.front();
    const bool sent_to_nobody = !parties.inbound && recipient == nullptr;
    out_.add(people_.find(address_of(parties.inbound || sent_to_nobody ? parties.sender : recipient)).mms_subject);
  } else {
    std::vector<std::string> names;
    if (parties.sender != nullptr) names.push_back(people_.find(address_of(parties.sender)).name);
    std::size_t size = 0;
    for (const MmsAddress* recipient : parties.recipients) {
      if (size > longest_group_subject) break;
      names.push_back(people_.find(address_of(recipient)).name);
      size += names.back().size();
    }
    std::sort(names.begin(), names.end(), less_in_java);
    std::string all;
    for (const std::string& name : names) {
      if (!all.empty()) all += '/';
      all += name;
    }
    add_text_header("Subject", people_.subject(RecordType::mms, all), longest_group_subject, out_);
  }
  out_.add(parties.inbound ? people_.find(address_of(parties.sender)).from : own_from_);
  if (parties.recipients.empty()) {
    out_.add(parties.inbound ? own_to_ : people_.find(std::nullopt).to);
    return;
  }
  std::string list;
  for (const MmsAddress* recipient : parties.recipients) {
    const std::string& mailbox = people_.find(address_of(recipient)).mailbox;
    if (list.size() + mailbox.size() > longest_recipient_list) break;
    if (!list.empty()) list += ',';
    list += mailbox;
  }
  add_folded_header("To", list, out_);
}

// One other party shares a thread with its SMS; a group is the set of its members.
std::string MailWriter::group_reference(const MmsParties& parties) {
  if (parties.recipients.size() <= 1) {
    const MmsAddress* const recipient = parties.recipients.empty() ? nullptr : parties.recipients.front();
    return people_.find(address_of(parties.inbound || recipient == nullptr ? parties.sender : recipient)).reference;
  }
  std::set<std::string> members;
  if (parties.inbound) members.insert(people_.find(address_of(parties.sender)).reference);
  for (const MmsAddress* recipient : parties.recipients) {
    if (members.size() >= longest_thread_group) break;
    members.insert(people_.find(address_of(recipient)).reference);
  }
  std::string reference;
  for (const std::string& member : members) {
    if (!reference.empty()) reference += '-';
    reference += member;
  }
  return reference;
}

void MailWriter::add_addresses(const Mms& mms) {
  list_.clear();
  ColumnListWriter list(list_, addresses_header.size() + 2);
  list.number(mms.addresses.size());
  for (const MmsAddress& row : mms.addresses) {
    list.next_row();
    list_columns(row, Carried(), list);
  }
  add_list(addresses_header, list_, "addresses");
}

void MailWriter::add_hidden_part(const MmsPart& part, std::size_t index) {
  list_.clear();
  ColumnListWriter list(list_, hidden_part_header.size() + 2);
  list.number(index);
  list_columns(part, Carried(), list);
  add_list(hidden_part_header, list_, "hidden-part");
}

// With is_text the MIME body is the part's text, with has_data its file, with neither there is nothing in it.
void MailWriter::add_part_list(const MmsPart& part, std::size_t index, bool is_text, bool has_data) {
  list_.clear();
  ColumnListWriter list(list_, part_header.size() + 2);
  list.number(index);
  Carried carried;
  if (is_text) {
    carried.columns = column_bit<MmsPart>("text");
    list.mark(text_mark);
    const std::string lines = line_end_list(*part.text, '.', longest_line_list);
    if (!lines.empty()) list.mark(lines_mark, lines);
  } else if (has_data) {
    list.mark(data_mark);
  }
  const std::string head = list_;
  list_columns(part, carried, list);
  if (list_.size() <= longest_list) {
    add_list(part_header, list_, {});
    return;
  }
  add_list(part_header, head, {});
  std::string rest;
  ColumnListWriter rest_list(rest);
  rest_list.number(index);
  list_columns(part, carried, rest_list);
  overflow_.push_back({"part", std::move(rest)});
}

void MailWriter::add_part(const MmsPart& part, std::size_t index, std::string_view boundary) {
  add_delimiter(boundary);
  const bool as_text = is_text(part);
  std::string name;
  if (part.cl.has_value()) name = prefix_of_characters(*part.cl, longest_file_name);
  if (as_text) {
    std::string type = "Content-Type: ";
    type += media_type(part, "text/plain");
    type += "; charset=utf-8";
    append_type_parameters(part, true, false, *charsets_, type);
    out_.add(type);
    out_.add("\r\nContent-Transfer-Encoding: quoted-printable\r\n");
    add_part_list(part, index, true, false);
    out_.add("\r\n");
    encode_quoted_printable(*part.text, out_);
    out_.add("\r\n");
    if (!part.data) return;
    add_delimiter(boundary);
  }
  std::string type = "Content-Type: ";
  type += as_text ? "application/octet-stream" : media_type(part, "application/octet-stream");
  if (!as_text) append_type_parameters(part, false, !name.empty(), *charsets_, type);
  if (!name.empty()) append_parameter("name", name, type);
  out_.add(type);
  std::string disposition = "\r\nContent-Disposition: attachment";
  if (!name.empty()) append_parameter("filename", name, disposition);
  out_.add(disposition);
  out_.add("\r\nContent-Transfer-Encoding: base64\r\n");
  if (as_text) {
    // The file of a part whose text stands before it.
    list_.clear();
    ColumnListWriter list(list_, part_header.size() + 2);
    list.number(index);
    list.mark(data_mark);
    add_list(part_header, list_, {});
  } else {
    add_part_list(part, index, false, part.data.has_value());
  }
  out_.add("\r\n");
  add_data(part.data ? *part.data : Blob());
}

MailHead MailWriter::write_mms(const Record& record, const Mms& mms) {
  // SMS Backup+ counts in whole seconds.
  const std::int64_t date = mms.date.has_value() ? *mms.date : options_.clock();
  const std::int64_t seconds = from_milliseconds(date, Unit::seconds);
  const std::int64_t dated = mms.date.has_value() ? to_milliseconds(seconds, Unit::seconds).value_or(date) : date;
  const MmsParties parties = parties_for_mail(record, mms);
  const std::optional<std::string_view> address = address_of(parties.first());
  const Identity identity = identify(record, dated, address.value_or("null"), type_number(mms.msg_box));

  add_group_headers(parties);
  add_thread(
      has_thread(mms) ? provider_text(mms, mms.thread_id, "thread_id").value_or("null") : group_reference(parties),
      identity);
  if (address) add_seed_text(name_of(SeedHeader::address), *address);
  add_kind("MMS", dated);
  Carried carried;
  for (const SeedColumn<Mms>& seed : SeedColumns<Mms>::columns) add_seed_header(mms, seed, carried);

  add_own_headers(identity);
  add_columns(mms, carried);
  add_addresses(mms);
  out_.add("X-smsbackup-parts: ");
  out_.add(Decimal(static_cast<std::int64_t>(mms.parts.size())).view());
  out_.add("\r\n");
  for (std::size_t i = 0; i < mms.parts.size(); ++i) {
    if (is_hidden(mms.parts[i])) add_hidden_part(mms.parts[i], i);
  }

  const std::string boundary = boundary_for(identity);
  add_multipart_headers(boundary);
  bool any = false;
  for (std::size_t i = 0; i < mms.parts.size(); ++i) {
    if (is_hidden(mms.parts[i])) continue;
    add_part(mms.parts[i], i, boundary);
    any = true;
  }
  add_overflow_parts(boundary);
  if (!any && overflow_.empty()) add_delimiter(boundary);  // a multipart needs a part; SMS Backup+ writes it like that
  add_delimiter(boundary, true);
  out_.finish();
  return {identity.message_id, is_seen(record, mms.read), date, RecordType::mms};
}

}  // namespace smsbackup::mime
