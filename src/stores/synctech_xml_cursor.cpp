#include "stores/synctech_xml_cursor.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "stores/batch_filler.hpp"

namespace smsbackup::stores::synctech {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t most_files_in_batch = 64;

std::optional<RecordType> row_type(std::string_view element) noexcept {
  if (element == "sms") return RecordType::sms;
  if (element == "mms") return RecordType::mms;
  if (element == "call") return RecordType::call;
  return std::nullopt;
}

bool is_root_of_ours(std::string_view element) noexcept { return element == "smses" || element == "calls"; }

bool is_within_row(std::string_view element) noexcept {
  return element == "parts" || element == "part" || element == "addrs" || element == "addr";
}

// Files of 2011 have no <addrs>: the parties are in `address`, joined, and who is who follows from the direction.
void addresses_from_column(Mms& mms) {
  const auto column = mms.extras.find("address"sv);
  if (column == mms.extras.end() || !column->second || column->second->empty()) return;
  const std::string_view parties = *column->second;
  const Direction direction = [&] {
    if (mms.msg_box.has_value()) return *mms.msg_box == mms_inbox ? Direction::incoming : Direction::outgoing;
    if (mms.m_type == Integer(mms_send_req)) return Direction::outgoing;
    return mms.m_type.has_value() ? Direction::incoming : Direction::unknown;
  }();
  const bool one = parties.find('~') == std::string_view::npos;
  for (std::size_t begin = 0; begin <= parties.size();) {
    const std::size_t end = std::min(parties.find('~', begin), parties.size());
    if (end > begin) {
      MmsAddress& row = mms.addresses.emplace_back();
      row.address = std::string(parties.substr(begin, end - begin));
      if (direction == Direction::outgoing) row.type = mms_to;
      // Which of several parties sent it is not told.
      if (direction == Direction::incoming && one) row.type = mms_from;
    }
    begin = end + 1;
  }
}

}  // namespace

void refuse_what_is_no_xml(const XmlText& text, const std::string& name) {
  const std::string_view head = text.head();
  if (head.empty()) throw Error(ErrorCode::empty_input, name + " is empty");
  const std::size_t first = head.find_first_not_of(" \t\r\n\0"sv);
  if (first != std::string_view::npos && head[first] == '<') return;
  for (const std::string_view sign : {"<smses"sv, "<calls"sv, "<sms "sv, "<mms "sv, "<call "sv, "<?xml"sv}) {
    if (head.find(sign) != std::string_view::npos) return;
  }
  throw Error(ErrorCode::unknown_format, name + " is no XML file");
}

XmlCursor::XmlCursor(std::unique_ptr<XmlText> text, std::string name, const Query& query, const Limits& limits,
                     const Needs& needs, Layout* layout, Extent extent)
    : text_(std::move(text)),
      name_(std::move(name)),
      query_(query),
      with_positions_(needs.positions),
      limits_(limits),
      layout_(layout),
      end_(extent.end),
      xml_(*text_, limits),
      sms_(limits, needs.columns),
      mms_(limits),
      address_(limits),
      part_(limits),
      call_(limits, needs.columns) {
  // Who is in a group only the engine knows.
  query_.contact_group.clear();
  takes_all_ = query_.types.size() == 3 && !query_.since && !query_.until && query_.call_types.empty() &&
               query_.addresses.empty();
  if (extent.root.empty()) return;
  any_root_ = true;
  root_name_ = extent.root;
  open_.push_back(std::move(extent.root));
}

XmlCursor::~XmlCursor() = default;

bool XmlCursor::next(Batch& out) {
  if (failure_) {
    ended_ = true;
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  complete_ = out.records.size();
  files_in_batch_ = 0;
  if (out.records.capacity() == 0) out.records.reserve(Batch::max_records);
  const std::uint64_t begin = xml_.offset();
  const auto goes_on = [&] {
    if (ended_ || out.full() || out.problems.size() >= Batch::max_records) return false;
    if (files_in_batch_ >= most_files_in_batch) return false;
    // Where the query leaves out everything, give the caller a chance to stop.
    return out.filtered == 0 || xml_.offset() - begin < Batch::max_bytes;
  };
  try {
    while (goes_on()) step(out);
  } catch (const Error& error) {
    // What is whole is good; the failure comes with the next call.
    out.records.resize(complete_);
    const bool of_input = error.code() == ErrorCode::corrupt_input || error.code() == ErrorCode::truncated_input;
    if (of_input) {
      report(out, problem(error.code(), error.what(), std::nullopt, xml_.offset(), true));
      ended_ = true;
      if (layout_ != nullptr) layout_->cut = true;
    } else if (out.records.empty() && out.problems.empty()) {
      ended_ = true;
      throw;
    } else {
      failure_ = std::current_exception();
    }
  }
  return !out.records.empty() || !out.problems.empty() || out.filtered > 0;
}

void XmlCursor::step(Batch& out) {
  if (!any_root_ && rows_ == 0 && text_->charset_unknown() && xml_.offset() == 0) {
    Problem about = problem(ErrorCode::unsupported, "its XML declaration names an unknown charset; read as UTF-8",
                            std::nullopt, 0, false);
    about.record_kept = true;
    report(out, std::move(about));
  }
  const Token token = pending_ ? *std::exchange(pending_, std::nullopt) : xml_.next();
  switch (token) {
    case Token::start_tag:
      at_start_tag(out);
      return;
    case Token::end_tag:
      at_end_tag(out);
      return;
    case Token::text:
      follows_row_ = false;
      begin_garbage();
      return;
    case Token::other:
      follows_row_ = false;
      if (xml_.was_cdata()) {
        begin_garbage();
      } else if (layout_ != nullptr && rows_ == 0 && !garbage_ &&
                 xml_.kept(xml_.offset()).starts_with("<!--File Created By libsmsbackup")) {
        layout_->ours = true;
      }
      return;
    case Token::end:
      finish(out);
      return;
  }
}

void XmlCursor::at_start_tag(Batch& out) {
  if (const std::optional<RecordType> type = row_type(xml_.name())) {
    end_garbage(out);
    if (xml_.token_offset() >= end_) {
      ended_ = true;
      return;
    }
    row_is_good_ = false;
    read_row(*type, out);
    follows_row_ = row_is_good_;
    return;
  }
  follows_row_ = false;
  const bool is_root = open_.empty();
  if (is_root) {
    end_garbage(out);
  } else {
    begin_garbage();
  }
  std::string name(xml_.name());
  const std::uint64_t begin = xml_.token_offset();
  const TagEnd end = skip_attributes();
  if (end == TagEnd::cut) {
    cut_off_between_rows(out, "the file ends within a tag");
    return;
  }
  if (is_root) {
    if (layout_ != nullptr && layout_->roots++ == 0) {
      layout_->root_name = name;
      layout_->root_tag = {begin, xml_.offset()};
    }
    if (!any_root_) root_name_ = name;
    any_root_ = true;
  }
  if (end != TagEnd::closed && open_.size() < limits_.nesting) open_.push_back(std::move(name));
}

void XmlCursor::at_end_tag(Batch& out) {
  const std::string_view name = xml_.name();
  const auto match = std::find(open_.rbegin(), open_.rend(), name);
  if (match != open_.rend()) {
    const bool closes_root = match == open_.rend() - 1;
    if (closes_root) end_garbage(out);
    open_.erase(match.base() - 1, open_.end());
    if (layout_ != nullptr && open_.empty() && layout_->roots == 1 && !layout_->root_end) {
      layout_->root_end = xml_.token_offset();
    }
  } else if (!row_type(name)) {
    begin_garbage();
  } else if (follows_row_ && layout_ != nullptr) {
    layout_->good.back().end = xml_.offset();  // <sms …></sms>
    return;
  }
  follows_row_ = false;
}

TagEnd XmlCursor::skip_attributes() {
  for (;;) {
    switch (xml_.next_attribute()) {
      case XmlTokenizer::InTag::attribute:
        for (XmlTokenizer::Piece piece = XmlTokenizer::Piece::more; piece == XmlTokenizer::Piece::more;) {
          std::string_view raw;
          piece = xml_.next_piece(raw);
          if (piece == XmlTokenizer::Piece::cut) return TagEnd::cut;
          if (piece == XmlTokenizer::Piece::lost) return TagEnd::unclosed;
        }
        break;
      case XmlTokenizer::InTag::end:
        return TagEnd::open;
      case XmlTokenizer::InTag::empty_end:
        return TagEnd::closed;
      case XmlTokenizer::InTag::unclosed:
        return TagEnd::unclosed;
      case XmlTokenizer::InTag::cut:
        return TagEnd::cut;
    }
  }
}

void XmlCursor::read_row(RecordType type, Batch& out) {
  ++rows_;
  xml_.hold();
  xml_.clear_repairs();
  row_begin_ = xml_.token_offset();
  notes_ = {};
  notes_.without_data = layout_ != nullptr;
  TagEnd end = TagEnd::closed;
  switch (type) {
    case RecordType::sms:
      end = sms_.read(xml_, std::get<Sms>(out.records.emplace_back(std::in_place_type<Sms>)), notes_);
      break;
    case RecordType::mms:
      end = read_mms(std::get<Mms>(out.records.emplace_back(std::in_place_type<Mms>)));
      break;
    case RecordType::call:
      end = call_.read(xml_, std::get<Call>(out.records.emplace_back(std::in_place_type<Call>)), notes_);
      break;
  }
  row_end_ = pending_ ? xml_.token_offset() : xml_.offset();
  if (end == TagEnd::cut) {
    out.records.pop_back();
    cut_off(out, type, "the file ends within this row", true);
    return;
  }
  if (end == TagEnd::unclosed) {
    out.records.pop_back();
    report(out, problem(ErrorCode::corrupt_input, "the row's tag has no end; left out", type, row_end_, true));
  } else {
    accept_row(type, out);
  }
  xml_.release();
}

void XmlCursor::accept_row(RecordType type, Batch& out) {
  Record& record = out.records.back();
  if (notes_.discarding()) {
    out.records.pop_back();
    report(out, problem(ErrorCode::limit_exceeded, "too much for one row: " + std::string(notes_.limit) + "; left out",
                        type, row_end_, true));
    return;
  }
  const auto* const mms = std::get_if<Mms>(&record);
  if (notes_.columns == 0 && (mms == nullptr || (mms->parts.empty() && mms->addresses.empty()))) {
    out.records.pop_back();
    report(out, problem(ErrorCode::corrupt_input, "a row without any column; left out", type, row_end_, true));
    return;
  }
  if (layout_ != nullptr) {
    ++layout_->rows;
    (type == RecordType::call ? layout_->has_calls : layout_->has_messages) = true;
    if (open_.empty() || layout_->roots != 1) layout_->row_outside = true;
    if (follows_row_) {
      layout_->good.back().end = row_end_;
    } else {
      layout_->good.push_back({row_begin_, row_end_});
    }
    row_is_good_ = true;
  }
  if (!takes_all_ && !matches(query_, record)) {
    out.records.pop_back();
    ++out.filtered;
    return;
  }
  out.bytes += memory_size(record);
  if (with_positions_) {
    where_.clear();
    append_place(where_, name_, "row", rows_);
    out.positions.push_back(where_);
  }
  ++complete_;
  files_in_batch_ += notes_.in_files;
  const bool new_seconds = notes_.seconds && !seconds_reported_;
  if (!notes_.repaired() && !xml_.repairs().any() && !new_seconds) return;
  Problem about = problem(ErrorCode::corrupt_input, repairs(), type, row_end_, true);
  about.record_kept = true;
  if (new_seconds) seconds_reported_ = true;
  report(out, std::move(about));
}

std::string XmlCursor::repairs() const {
  std::string why;
  const auto add = [&](bool happened, std::string_view what) {
    if (!happened) return;
    if (!why.empty()) why += "; ";
    why += what;
  };
  add(xml_.repairs().raw_quote, "a quote within a value was taken as text");
  add(xml_.repairs().unquoted_value, "a value without quotes was read up to the next blank");
  add(xml_.repairs().stray, "something in a tag that is no attribute was left out");
  add(notes_.duplicate_column, "a column that is there twice has its first value");
  add(notes_.bad_name, "bytes in a column's name that are no UTF-8 were replaced");
  add(notes_.damaged_data, "part data that is no clean base64 was decoded as far as it goes");
  add(notes_.bad_overrides, "what smsbackup_columns says makes no sense in part; that part was left out");
  add(notes_.unknown_element, "something in the message that is no part or address was left out");
  add(notes_.missing_end, "the row's end tag is missing");
  add(notes_.seconds && !seconds_reported_,
      "a time in seconds was taken as such, here and in all other rows (reported once)");
  return why;
}

TagEnd XmlCursor::read_mms(Mms& mms) {
  has_addresses_ = false;
  TagEnd end = mms_.read(xml_, mms, notes_);
  if (end == TagEnd::open) {
    end = TagEnd::closed;
    while (read_mms_child(mms, end)) {
    }
  }
  if (end == TagEnd::closed && !has_addresses_ && !notes_.discarding()) addresses_from_column(mms);
  return end;
}

// Reads one thing between <mms> and </mms>. False at the end of the message, however it ends.
bool XmlCursor::read_mms_child(Mms& mms, TagEnd& end) {
  // A row that already broke a limit is still read to its end, into nothing.
  const auto read_into = [&](auto& reader, auto& rows, std::size_t most, std::string_view limit) {
    if (rows.size() >= most) notes_.limit = limit;
    if (notes_.discarding()) {
      typename std::remove_reference_t<decltype(rows)>::value_type nothing;
      return reader.read(xml_, nothing, notes_);
    }
    return reader.read(xml_, rows.emplace_back(), notes_);
  };
  switch (xml_.next()) {
    case Token::end:
      end = TagEnd::cut;
      return false;
    case Token::text:
      notes_.unknown_element = true;
      return true;
    case Token::other:
      if (xml_.was_cdata()) notes_.unknown_element = true;
      return true;
    case Token::end_tag:
      if (xml_.name() == "mms") return false;
      if (std::find(open_.begin(), open_.end(), xml_.name()) != open_.end()) {
        notes_.missing_end = true;
        pending_ = Token::end_tag;
        return false;
      }
      return true;
    case Token::start_tag:
      break;
  }
  TagEnd child = TagEnd::open;
  if (xml_.name() == "part") {
    child = read_into(part_, mms.parts, limits_.parts, "its parts");
  } else if (xml_.name() == "addr") {
    has_addresses_ = true;
    child = read_into(address_, mms.addresses, limits_.addresses, "its addresses");
  } else if (row_type(xml_.name())) {
    notes_.missing_end = true;
    pending_ = Token::start_tag;
    return false;
  } else {
    if (xml_.name() == "addrs") has_addresses_ = true;
    if (!is_within_row(xml_.name())) notes_.unknown_element = true;
    child = skip_attributes();
  }
  if (child == TagEnd::open || child == TagEnd::closed) return true;
  end = child;
  return false;
}

void XmlCursor::begin_garbage() {
  if (garbage_) return;
  xml_.hold();
  garbage_ = xml_.token_offset();
}

// What stood between the rows goes into one Problem.
void XmlCursor::end_garbage(Batch& out) {
  if (!garbage_) return;
  const std::uint64_t begin = *std::exchange(garbage_, std::nullopt);
  any_garbage_ = true;
  if (layout_ != nullptr) layout_->damaged = true;
  row_begin_ = begin;
  report(out, problem(ErrorCode::corrupt_input, "something between the rows that is no row; left out", std::nullopt,
                      xml_.token_offset(), true));
  xml_.release();
}

void XmlCursor::finish(Batch& out) {
  ended_ = true;
  if (xml_.cut()) {
    cut_off_between_rows(out, "the file ends within a tag or a comment");
    return;
  }
  end_garbage(out);
  row_begin_ = xml_.token_offset();
  if (rows_ == 0 && (any_root_ ? !is_root_of_ours(root_name_) : any_garbage_)) {
    throw Error(ErrorCode::unknown_format, name_ + " holds no messages or calls of SMS Backup & Restore");
  }
  if (!open_.empty() || (!any_root_ && rows_ == 0)) {
    cut_off(out, std::nullopt, "the file ends before its root element does", false);
  } else if (!any_root_) {
    Problem about = problem(ErrorCode::corrupt_input, "rows without a root element: the file may be a piece of one",
                            std::nullopt, xml_.offset(), false);
    about.record_kept = true;
    report(out, std::move(about));
  }
}

void XmlCursor::cut_off_between_rows(Batch& out, std::string_view why) {
  row_begin_ = garbage_ ? *std::exchange(garbage_, std::nullopt) : xml_.token_offset();
  cut_off(out, std::nullopt, why, true);
}

void XmlCursor::cut_off(Batch& out, std::optional<RecordType> type, std::string_view why, bool with_raw) {
  ended_ = true;
  if (layout_ != nullptr) layout_->cut = true;
  report(out, problem(ErrorCode::truncated_input, std::string(why) + ": it is cut off, and what came behind is lost",
                      type, xml_.offset(), with_raw));
}

Problem XmlCursor::problem(ErrorCode code, std::string why, std::optional<RecordType> type, std::uint64_t end,
                           bool with_raw) {
  Problem about;
  about.code = code;
  about.why = std::move(why);
  about.type = type;
  // Of a converted text, bytes are counted after conversion.
  about.offset = row_begin_ + (text_->converted() ? 0 : text_->skipped());
  about.where = name_;
  if (type) about.where += ", row " + std::to_string(rows_);
  about.where += ", byte " + std::to_string(*about.offset);
  if (text_->converted()) about.where += " of its text as UTF-8";
  if (with_raw) {
    std::string raw = xml_.kept(end);
    while (!type && !raw.empty() && is_xml_blank(raw.back())) raw.pop_back();
    about.raw = Blob(std::move(raw));
    about.raw_is_complete = xml_.kept_all(end);
  }
  return about;
}

void XmlCursor::report(Batch& out, Problem problem) {
  out.bytes += static_cast<std::size_t>(problem.raw.size());
  out.problems.push_back(std::move(problem));
}

}  // namespace smsbackup::stores::synctech
