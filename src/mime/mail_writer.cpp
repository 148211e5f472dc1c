#include "mime/mail_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "mime/encoded_word.hpp"
#include "mime/fingerprint.hpp"
#include "mime/line_ends.hpp"
#include "mime/quoted_printable.hpp"
#include "mime/seed_value.hpp"
#include "model/base64.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::mime {
namespace {

std::string own_mailbox(std::string_view email) {
  const std::string clean = sanitized(email);
  const std::vector<Mailbox> parsed = parse_mailboxes(clean, 1);
  if (parsed.empty()) return format_mailbox({}, clean);
  return format_mailbox(parsed.front().name, parsed.front().address);
}

std::string header_line(std::string_view name, std::string_view value) {
  MailBuffer line;
  add_folded_header(name, value, line);
  return std::string(line.view());
}

}  // namespace

MailWriter::MailWriter(MimeOptions options) : options_(std::move(options)), dates_(options_.zone), people_(options_) {
  const std::string owner = own_mailbox(options_.user_email);
  own_from_ = header_line("From", owner);
  own_to_ = header_line("To", owner);
  reference_start_ = '<';
  reference_start_ += sanitized(options_.reference_uid);
  reference_start_ += '.';
  reference_start_line_ = "References: " + reference_start_;
  plain_reference_ = is_plain_header_text(reference_start_) && reference_start_.size() <= 32 &&
                     reference_start_.find(' ') == std::string::npos;
  version_line_ = "X-smssync-version: " + std::to_string(options_.version_code) + "\r\n";
}

MailHead MailWriter::write(const Record& record, const ByteSink* sink) {
  out_.start(sink);
  overflow_.clear();
  if (const auto* sms = std::get_if<Sms>(&record)) return write_sms(record, *sms);
  if (const auto* call = std::get_if<Call>(&record)) return write_call(record, *call);
  return write_mms(record, std::get<Mms>(record));
}

void MailWriter::remember(std::string_view message_id, const Digest& content) {
  ids_.claim(MessageIds::number_of(message_id), {short_digest(content), 0});
}

MailWriter::Identity MailWriter::identify(const Record& record, std::int64_t date_ms, std::string_view address,
                                          std::int64_t type) {
  Identity identity{message_digest(date_ms, address, type), content_digest(record), {}};
  const MessageIds::Content content{short_digest(identity.content), fingerprint(record)};
  if (ids_.claim(MessageIds::number_of(identity.digest), content) != MessageIds::Found::taken) {
    identity.message_id = format_message_id(identity.digest);
    return identity;
  }
  // Another record has this id: the content makes it distinct, with white space if need be, and in the end a number.
  std::string hex = identity.content.hex().substr(0, 16);
  for (int attempt = 0;; ++attempt) {
    if (attempt == 1) hex = content_digest(record, DedupLevel::exact).hex().substr(0, 16);
    std::string suffix(1, '.');
    suffix += hex;
    if (attempt > 1) suffix.append(1, '.').append(std::to_string(attempt));
    identity.message_id = format_message_id(identity.digest, suffix);
    if (ids_.claim(MessageIds::number_of(identity.message_id), content) != MessageIds::Found::taken) return identity;
  }
}

bool MailWriter::is_seen(const Record& record, const Integer& read) const {
  if (options_.mark_as_read == MarkAsRead::read) return true;
  if (options_.mark_as_read == MarkAsRead::unread) return false;
  return !read.is_null() && is_read(record);
}

void MailWriter::add_thread(std::string_view thread, const Identity& identity) {
  const bool plain = plain_reference_ && thread.size() <= 20 && std::all_of(thread.begin(), thread.end(), is_digit);
  if (plain) {
    out_.add(reference_start_line_);
    out_.add(thread);
    out_.add("@sms-backup-plus.local>\r\nMessage-ID: ");
    out_.add(identity.message_id);
    out_.add("\r\n");
    return;
  }
  std::string value = reference_start_;
  append_sanitized(prefix_of_characters(thread, longest_seed_value), value);
  value += '@';
  value += id_domain;
  value += '>';
  if (is_plain_header_text(value)) {
    add_folded_header("References", value, out_);
  } else {
    add_text_header("References", value, value.size(), out_);
  }
  out_.add("Message-ID: ");
  out_.add(identity.message_id);
  out_.add("\r\n");
}

void MailWriter::add_kind(std::string_view datatype, std::int64_t date_ms) {
  out_.add("X-smssync-datatype: ");
  out_.add(datatype);
  const std::int64_t now = options_.clock();
  const std::int64_t second = now / 1000;
  if (second != backup_second_ || backup_time_line_.empty()) {
    backup_second_ = second;
    backup_time_line_ = "\r\nX-smssync-backup-time: " + format_backup_time(now) + "\r\n" + version_line_ + "Date: ";
  }
  out_.add(backup_time_line_);
  dates_.add(date_ms, out_);
  out_.add("\r\n");
}

void MailWriter::add_own_headers(const Identity& identity) {
  out_.add("X-smsbackup-version: 1\r\nX-smsbackup-digest: ");
  out_.commit(write_hex(identity.content, out_.room(32)));
  out_.add("\r\n");
}

void MailWriter::add_list(std::string_view header, std::string_view list, std::string_view overflow_name) {
  if (list.size() > longest_list) {
    overflow_.push_back({std::string(overflow_name), std::string(list)});
    // So that whoever sees the header section only knows that it is not all there is.
    out_.add("X-smsbackup-overflow: ");
    out_.add(overflow_name);
    out_.add("\r\n");
    return;
  }
  out_.add(header);
  out_.add(": ");
  out_.add(list);
  out_.add("\r\n");
}

void MailWriter::add_seed_text(std::string_view name, std::string_view text) {
  std::string value;
  append_sanitized(prefix_of_characters(text, longest_seed_value), value);
  std::string encoded;
  append_header_text(value, encoded);
  add_unfolded_header(name, encoded, out_);
}

void MailWriter::add_lines(std::string_view text) {
  if (text.find('\n') == std::string_view::npos && text.find('\r') == std::string_view::npos) {
    out_.add("X-smsbackup-lines: 0\r\n");
    return;
  }
  const std::string lines = line_end_list(text, ' ', longest_line_list);
  if (!lines.empty()) add_folded_header(lines_header, lines, out_);
}

template <class Row>
void MailWriter::add_seed_header(const Row& row, const SeedColumn<Row>& seed, Carried& carried) {
  const ColumnOf<Row>& column = *seed.column;
  const std::string_view name = name_of(seed.header);
  if (column.integer != nullptr) {
    const Integer& cell = row.*column.integer;
    if (cell.has_value()) {
      const std::int64_t number = from_milliseconds(*cell, column.unit);
      char* to = out_.room(64);
      std::memcpy(to, seed.start.data(), seed.start.size());
      to = std::to_chars(to + seed.start_size, to + 60, number).ptr;
      *to++ = '\r';
      *to++ = '\n';
      out_.commit(to);
      if (to_milliseconds(number, column.unit) == *cell) carried.columns |= seed.bit;
      return;
    }
    if (cell.is_null() || row.extras.empty()) return;
    const auto extra = row.extras.find(column.name);
    if (extra == row.extras.end() || !extra->second) return;
    const std::string_view text = *extra->second;
    if (survives_in_header(text) && !parse_lenient_integer(text)) {
      carried.extras |= seed.bit;
    } else {
      carried.denied |= seed.bit;
    }
    add_seed_text(name, text);
    return;
  }
  const Text& cell = row.*column.text;
  if (!cell.has_value()) return;
  if (survives_in_header(*cell)) {
    carried.columns |= seed.bit;
    out_.add(name);
    out_.add(": ");
    out_.add(*cell);
    out_.add("\r\n");
    return;
  }
  add_seed_text(name, *cell);
}
template void MailWriter::add_seed_header(const Sms&, const SeedColumn<Sms>&, Carried&);
template void MailWriter::add_seed_header(const Mms&, const SeedColumn<Mms>&, Carried&);
template void MailWriter::add_seed_header(const Call&, const SeedColumn<Call>&, Carried&);

void MailWriter::add_text_body(const Identity& identity, std::string_view text) {
  constexpr std::string_view text_headers =
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  if (overflow_.empty()) {
    out_.add(text_headers);
    encode_quoted_printable(text, out_);
    return;
  }
  const std::string boundary = boundary_for(identity);
  add_multipart_headers(boundary);
  add_delimiter(boundary);
  out_.add(text_headers.substr(text_headers.find('\n') + 1));
  encode_quoted_printable(text, out_);
  out_.add("\r\n");
  add_overflow_parts(boundary);
  add_delimiter(boundary, true);
}

std::string MailWriter::boundary_for(const Identity& identity) const {
  if (!options_.boundary) {
    // No text or base64 of ours can hold this: they escape '=' and '-' at the start of a line.
    std::string boundary = "=_smsbackup_";
    append_hex(identity.digest, boundary);
    return boundary;
  }
  std::string boundary = options_.boundary(identity.digest);
  const auto allowed = [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           (c != '\0' && std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos);
  };
  const bool right = !boundary.empty() && boundary.size() <= 70 && boundary.back() != ' ' &&
                     std::all_of(boundary.begin(), boundary.end(), allowed);
  if (!right) {
    throw Error(ErrorCode::invalid_argument,
                "writing a mail: the boundary that was handed in is none (RFC 2046 5.1.1)");
  }
  return boundary;
}

void MailWriter::add_multipart_headers(std::string_view boundary) {
  out_.add("MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"");
  out_.add(boundary);
  out_.add("\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
}

// The line end before a delimiter belongs to it: whoever calls this has written that already.
void MailWriter::add_delimiter(std::string_view boundary, bool last) {
  out_.add("--");
  out_.add(boundary);
  out_.add(last ? "--\r\n" : "\r\n");
  out_.pass_on();
}

void MailWriter::add_overflow_parts(std::string_view boundary) {
  for (const Overflow& overflow : overflow_) {
    add_delimiter(boundary);
    out_.add(
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n"
        "Content-Transfer-Encoding: base64\r\nX-smsbackup-overflow: ");
    out_.add(overflow.name);
    out_.add("\r\n\r\n");
    add_data(Blob(overflow.list));
  }
}

void MailWriter::add_data(const Blob& data) {
  constexpr std::size_t piece = 57 * 512;  // whole lines
  base64::Encoder encoder(76);
  data.for_each_chunk([&](std::string_view bytes) {
    while (!bytes.empty()) {
      const std::string_view some = bytes.substr(0, piece);
      out_.commit(encoder.write(some, out_.room(encoder.most_for(some.size()))));
      out_.pass_on();
      bytes.remove_prefix(some.size());
    }
  });
  std::string rest;
  encoder.finish(rest);
  out_.add(rest);
  out_.add("\r\n");
}

}  // namespace smsbackup::mime
