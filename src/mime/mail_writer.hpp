// Writes records as mails. What is common to all three kinds stands here; the kinds are in sms_writer.cpp,
// call_writer.cpp and mms_writer.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mime/header_writer.hpp"
#include "mime/mail_buffer.hpp"
#include "mime/mail_date.hpp"
#include "mime/message_id.hpp"
#include "mime/mms_parties.hpp"
#include "mime/people.hpp"
#include "mime/wire_columns.hpp"
#include "mime/wire_names.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup::mime {

// Which columns of a row the X-smssync headers carry exactly, and which they carry wrongly (bits of column_bit()).
struct Carried {
  std::uint64_t columns = 0;
  std::uint64_t extras = 0;  // extras under a typed column's name that a header carries
  std::uint64_t denied = 0;  // absent columns about which a header says something
};

class MailWriter {
 public:
  explicit MailWriter(MimeOptions options);
  MailWriter(const MailWriter&) = delete;
  MailWriter& operator=(const MailWriter&) = delete;

  // Leaves the mail, or with a sink what is not handed over yet, in buffer().
  MailHead write(const Record& record, const ByteSink* sink);
  MailBuffer& buffer() noexcept { return out_; }

  void remember(std::string_view message_id, const Digest& content);

 private:
  struct Identity {
    Digest digest;   // SMS Backup+'s, before it was made distinct
    Digest content;  // content_digest()
    std::string message_id;
  };

  MailHead write_sms(const Record& record, const Sms& sms);
  MailHead write_call(const Record& record, const Call& call);
  MailHead write_mms(const Record& record, const Mms& mms);

  Identity identify(const Record& record, std::int64_t date_ms, std::string_view address, std::int64_t type);
  bool is_seen(const Record& record, const Integer& read) const;

  // References and Message-ID.
  std::string group_reference(const MmsParties& parties);
  void add_thread(std::string_view thread, const Identity& identity);
  // The X-smssync headers that say what kind of mail this is, and Date.
  void add_kind(std::string_view datatype, std::int64_t date_ms);
  template <class Row>
  void add_seed_header(const Row& row, const SeedColumn<Row>& seed, Carried& carried);
  // A value that a header can't hold as it is: cleaned, encoded, cut.
  void add_seed_text(std::string_view name, std::string_view text);
  void add_lines(std::string_view text);
  void add_own_headers(const Identity& identity);
  template <class Row>
  void add_columns(const Row& row, const Carried& carried);
  template <class Row>
  void list_columns(const Row& row, const Carried& carried, ColumnListWriter& list);
  // What is too long for a header goes to overflow_.
  void add_list(std::string_view header, std::string_view list, std::string_view overflow_name);

  // MIME headers, the text, and the overflow parts if there are any.
  void add_text_body(const Identity& identity, std::string_view text);
  std::string boundary_for(const Identity& identity) const;
  void add_multipart_headers(std::string_view boundary);
  void add_delimiter(std::string_view boundary, bool last = false);
  void add_overflow_parts(std::string_view boundary);
  void add_data(const Blob& data);

  void add_group_headers(const MmsParties& parties);
  void add_addresses(const Mms& mms);
  void add_hidden_part(const MmsPart& part, std::size_t index);
  void add_part(const MmsPart& part, std::size_t index, std::string_view boundary);
  void add_part_list(const MmsPart& part, std::size_t index, bool is_text, bool has_data);

  struct Overflow {
    std::string name;
    std::string list;
  };

  MimeOptions options_;
  MailBuffer out_;
  MailDates dates_;
  MessageIds ids_;
  People people_;
  std::string own_from_;  // header lines for the owner
  std::string own_to_;
  std::string reference_start_;
  std::string reference_start_line_;
  bool plain_reference_ = false;  // nothing in it has to be encoded or folded
  std::string version_line_;
  std::int64_t backup_second_ = -1;
  std::string backup_time_line_;
  std::unique_ptr<CharsetConverter> charsets_ = system_charsets();
  std::string list_;  // scratch
  std::vector<Overflow> overflow_;
};

// A typed column as the provider prints it, or the extra that stands for it; nothing if there is neither.
template <class Row>
std::optional<std::string> provider_text(const Row& row, const Integer& cell, std::string_view name) {
  if (cell.has_value()) return std::string(Decimal(*cell).view());
  if (cell.is_null() || row.extras.empty()) return std::nullopt;
  const auto extra = row.extras.find(name);
  return extra == row.extras.end() ? std::nullopt : extra->second;
}

// Rows of a phone have the column, NULL or not; those of most files don't.
template <class Row>
bool has_thread(const Row& row) {
  return !row.thread_id.is_absent() || row.extras.find("thread_id") != row.extras.end();
}

// SMS Backup+ takes -1 for a type that is no int.
inline std::int64_t type_number(const Integer& type) noexcept {
  const bool fits = type.has_value() && *type >= INT32_MIN && *type <= INT32_MAX;
  return fits ? *type : -1;
}

template <class Row>
void MailWriter::add_columns(const Row& row, const Carried& carried) {
  list_.clear();
  ColumnListWriter list(list_, columns_header.size() + 2);
  list_columns(row, carried, list);
  if (!list_.empty()) add_list(columns_header, list_, "columns");
}

template <class Row>
void MailWriter::list_columns(const Row& row, const Carried& carried, ColumnListWriter& list) {
  write_columns(row, carried.columns, carried.denied, list);
  for (const auto& [name, value] : row.extras) {
    const std::uint64_t bit = column_bit<Row>(name);
    if ((carried.extras & bit) != 0) continue;
    if (bit != 0 || name.empty()) {
      list.extra(name, value);
    } else if (value) {
      list.value(name, *value);
    } else {
      list.null(name);
    }
  }
}

}  // namespace smsbackup::mime
