// One pass over a SyncTech file: from its text to records, with whatever is wrong beside them.
#pragma once

#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/read.hpp"
#include "smsbackup/source.hpp"
#include "stores/synctech_xml_row.hpp"
#include "stores/xml_input.hpp"
#include "stores/xml_tokenizer.hpp"

namespace smsbackup::stores::synctech {

// Half open, in bytes of the text.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// How a file is laid out, for whoever wants to add to it.
struct Layout {
  std::uint64_t rows = 0;     // read whole
  bool has_messages = false;  // among them
  bool has_calls = false;
  bool ours = false;                      // the comment at its top says that this library made it
  std::uint64_t roots = 0;                // elements around the rows, one after the other
  std::string root_name;                  // of the first
  Span root_tag;                          // of the first
  std::optional<std::uint64_t> root_end;  // where the first's end tag begins
  bool row_outside = false;               // rows before or behind the first root
  bool cut = false;                       // it ends in the middle
  bool damaged = false;                   // something in it is neither a row nor markup that rows may stand in
  std::vector<Span> good;                 // the rows, where only white space is between them in one span
};

// Which rows of a text to read: those that begin before `end`, an offset in the text. With a root, that element is open
// where the text begins.
struct Extent {
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
  std::string root;
};

// What a file of that name begins with. Throws Error(unknown_format) if it is nothing like XML, Error(empty_input).
void refuse_what_is_no_xml(const XmlText& text, const std::string& name);

class XmlCursor final : public Cursor {
 public:
  // With a layout, every row is noted there, and records come without part data; it must outlive the cursor.
  XmlCursor(std::unique_ptr<XmlText> text, std::string name, const Query& query, const Limits& limits,
            const Needs& needs = {}, Layout* layout = nullptr, Extent extent = {});
  ~XmlCursor() override;

  bool next(Batch& out) override;
  Position position() const override { return text_->position(); }

 private:
  using Token = XmlTokenizer::Token;

  void step(Batch& out);
  void at_start_tag(Batch& out);
  void at_end_tag(Batch& out);
  TagEnd skip_attributes();

  void read_row(RecordType type, Batch& out);
  TagEnd read_mms(Mms& mms);
  bool read_mms_child(Mms& mms, TagEnd& end);
  void accept_row(RecordType type, Batch& out);

  void begin_garbage();
  void end_garbage(Batch& out);
  void finish(Batch& out);
  void cut_off(Batch& out, std::optional<RecordType> type, std::string_view why, bool with_raw);
  void cut_off_between_rows(Batch& out, std::string_view why);

  Problem problem(ErrorCode code, std::string why, std::optional<RecordType> type, std::uint64_t end, bool with_raw);
  void report(Batch& out, Problem problem);
  std::string repairs() const;

  std::unique_ptr<XmlText> text_;
  const std::string name_;
  Query query_;
  bool takes_all_ = true;
  const bool with_positions_;
  std::string where_;
  const Limits limits_;
  Layout* const layout_;
  const std::uint64_t end_;
  XmlTokenizer xml_;
  RowReader<Sms> sms_;
  RowReader<Mms> mms_;
  RowReader<MmsAddress> address_;
  RowReader<MmsPart> part_;
  RowReader<Call> call_;

  std::vector<std::string> open_;  // elements around the current place, outermost first
  std::uint64_t rows_ = 0;         // begun
  std::size_t complete_ = 0;       // records of the current batch that are whole
  std::size_t files_in_batch_ = 0;
  std::uint64_t row_begin_ = 0;
  std::uint64_t row_end_ = 0;
  RowNotes notes_;
  bool seconds_reported_ = false;
  bool has_addresses_ = false;
  std::optional<Token> pending_;  // a tag that ended the row before it and is still to be handled
  std::optional<std::uint64_t> garbage_;
  bool any_garbage_ = false;
  bool row_is_good_ = false;
  bool follows_row_ = false;  // nothing but white space since the last good row
  bool any_root_ = false;
  std::string root_name_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace smsbackup::stores::synctech
