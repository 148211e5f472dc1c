// Makes records of mails. What is common stands in mail_reader.cpp, MMS in mms_reader.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mime/body_reader.hpp"
#include "mime/mail_fields.hpp"
#include "mime/part_tree.hpp"
#include "mime/row_reader.hpp"
#include "smsbackup/mime.hpp"

namespace smsbackup::mime {

class MailReader {
 public:
  MailReader(Limits limits, std::unique_ptr<CharsetConverter> charsets);

  void read(std::string_view mail, DecodedMail& out);
  // The header of the mail that was read last, as far as it was looked at; views into the mail.
  const MailFields& fields() const noexcept { return fields_; }
  std::optional<RecordKey> read_key(std::string_view headers, DedupLevel level);

 private:
  // Why a mail is no record after all. Caught in read().
  struct Damage {
    ErrorCode code;
    std::string why;
  };
  // One row of an MMS's parts while its pieces come in, in any order.
  using PartRows = std::map<std::size_t, MmsPart>;

  bool read_message(const MailFields& fields, std::string_view body, std::size_t depth, DecodedMail& out);
  std::optional<RecordType> type_of_mail(const MailFields& fields);
  void read_sms(const MailFields& fields, std::string_view body, DecodedMail& out);
  void read_call(const MailFields& fields, std::string_view body, DecodedMail& out);
  void read_mms(const MailFields& fields, std::string_view body, DecodedMail& out);
  void read_own_parts(const MailFields& fields, Mms& mms, DecodedMail& out);
  void read_own_part(const MailPart& leaf, PartRows& rows, DecodedMail& out);
  void read_foreign_part(const MailPart& leaf, Mms& mms, DecodedMail& out);
  void read_part_columns(std::string_view list, PartRows& rows);

  // X-smsbackup-columns and the overflow part for it.
  template <class Row>
  void apply_columns(const MailFields& fields, Row& row);
  void apply_addresses(std::string_view list, Mms& mms);
  // SMS Backup+ writes the sender's address, and everybody in From and To.
  void addresses_from_seed(const MailFields& fields, Mms& mms);

  void split(const MailFields& fields, std::string_view body, DecodedMail& out);
  // The overflow parts of that name.
  void for_each_overflow(std::string_view name, const std::function<void(std::string_view)>& visit);
  const MailPart* text_leaf() const noexcept;
  QuotedPrintable dialect(const MailFields& fields) const noexcept;

  void check(const BodyCondition& condition, DecodedMail& out);
  void note(DecodedMail& out, ErrorCode code, std::string_view why) const;
  void set_damaged(DecodedMail& out, ErrorCode code, std::string_view why, std::string_view mail) const;

  Limits limits_;
  std::unique_ptr<CharsetConverter> charsets_;
  PartTree tree_;
  MailFields fields_;
  std::string scratch_;
  std::string words_;
  std::string overflow_;
};

template <class Row>
void MailReader::apply_columns(const MailFields& fields, Row& row) {
  if (fields.columns.data() != nullptr) read_column_list(fields.columns, limits_, row);
  if (tree_.leaves.empty()) return;
  for_each_overflow("columns", [&](std::string_view list) { read_column_list(list, limits_, row); });
}

}  // namespace smsbackup::mime
