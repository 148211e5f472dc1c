#include "stores/xml_tokenizer.hpp"

#include <algorithm>
#include <span>

namespace smsbackup::stores {
namespace {

using namespace std::string_view_literals;

bool ends_name(char c) noexcept {
  return is_xml_blank(c) || c == '=' || c == '/' || c == '>' || c == '<' || c == '"' || c == '\'';
}

}  // namespace

bool is_xml_blank(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_xml_blank(c); });
}

XmlTokenizer::XmlTokenizer(XmlText& text, const Limits& limits)
    : input_(text), limits_(limits), buffer_(new char[block_size + slack]), at_(buffer_.get()), limit_(at_) {
  std::memset(buffer_.get(), 0, slack);
}

// Reads on behind what is still unread. False at the end of the input, or when the buffer is full.
bool XmlTokenizer::refill() {
  if (at_end_) return false;
  char* const begin = buffer_.get();
  const auto used = static_cast<std::size_t>(at_ - begin);
  const std::size_t held = available();
  if (used > 0) {
    const std::uint64_t from = std::max(base_, kept_from_);
    const std::uint64_t to = base_ + used;
    if (from < to && kept_.size() < limits_.problem_raw) {
      kept_.append(begin + (from - base_),
                   static_cast<std::size_t>(std::min<std::uint64_t>(to - from, limits_.problem_raw - kept_.size())));
    }
    std::memmove(begin, at_, held);
    base_ += used;
    at_ = begin;
  }
  const std::size_t got = input_.read(std::span(begin + held, block_size - held));
  if (got == 0 && held < block_size) at_end_ = true;
  limit_ = begin + held + got;
  std::memset(begin + held + got, 0, slack);
  return got > 0;
}

bool XmlTokenizer::have(std::size_t size) {
  while (available() < size) {
    if (!refill()) return false;
  }
  return true;
}

bool XmlTokenizer::skip_blanks() {
  for (;;) {
    while (at_ < limit_ && is_xml_blank(*at_)) ++at_;
    if (at_ < limit_) return true;
    if (!refill()) return false;
  }
}

bool XmlTokenizer::skip_past(std::string_view mark) {
  for (;;) {
    const std::string_view rest(at_, available());
    const std::size_t found = rest.find(mark);
    if (found != std::string_view::npos) {
      at_ += found + mark.size();
      return true;
    }
    at_ = limit_ - std::min(available(), mark.size() - 1);
    if (!refill()) {
      at_ = limit_;
      return false;
    }
  }
}

// Behind "<!": up to the '>' that is in no quotes, no comment and no internal subset.
bool XmlTokenizer::skip_doctype() {
  std::size_t brackets = 0;
  while (have(1)) {
    const char c = *at_;
    if (c == '"' || c == '\'') {
      ++at_;
      if (!skip_past(std::string_view(&c, 1))) return false;
    } else if (c == '<' && have(4) && std::memcmp(at_, "<!--", 4) == 0) {
      at_ += 4;
      if (!skip_past("-->"sv)) return false;
    } else {
      ++at_;
      if (c == '[') ++brackets;
      if (c == ']' && brackets > 0) --brackets;
      if (c == '>' && brackets == 0) return true;
    }
  }
  return false;
}

// Reads a name into name_, up to Limits::name_size of it. False at the end of the input.
bool XmlTokenizer::read_name() {
  name_.clear();
  name_too_long_ = false;
  for (;;) {
    const char* end = at_;
    while (end < limit_ && !ends_name(*end)) ++end;
    const auto size = static_cast<std::size_t>(end - at_);
    const std::size_t room = limits_.name_size - std::min(limits_.name_size, name_.size());
    if (size > room) name_too_long_ = true;
    name_.append(at_, std::min(size, room));
    at_ = end;
    if (at_ < limit_) return true;
    if (!refill()) return false;
  }
}

XmlTokenizer::Token XmlTokenizer::next() {
  cut_ = false;
  was_cdata_ = false;
  const bool more = skip_blanks();
  keep_from_here();
  if (!more) return Token::end;
  if (*at_ == '<') return markup();
  const void* const found = std::memchr(at_, '<', available());
  const char* const end = found == nullptr ? limit_ : static_cast<const char*>(found);
  piece_ = std::string_view(at_, static_cast<std::size_t>(end - at_));
  at_ = end;
  return Token::text;
}

XmlTokenizer::Token XmlTokenizer::markup() {
  const auto skipped = [&](bool complete) {
    cut_ = !complete;
    return complete ? Token::other : Token::end;
  };
  if (!have(2)) {
    at_ = limit_;
    return skipped(false);
  }
  const char second = at_[1];
  if (second == '?') {
    at_ += 2;
    return skipped(skip_past("?>"sv));
  }
  if (second == '!') {
    if (have(4) && std::memcmp(at_, "<!--", 4) == 0) {
      at_ += 4;
      return skipped(skip_past("-->"sv));
    }
    if (have(9) && std::memcmp(at_, "<![CDATA[", 9) == 0) {
      at_ += 9;
      was_cdata_ = true;
      return skipped(skip_past("]]>"sv));
    }
    at_ += 2;
    return skipped(skip_doctype());
  }
  if (second == '/') {
    at_ += 2;
    if (!read_name()) return skipped(false);
    // Whatever else stands in an end tag is left out; one without an end ends where the next tag begins.
    for (;;) {
      const char* const end = model::find_either_padded(at_, limit_, '>', '<');
      at_ = end;
      if (end < limit_) break;
      if (!refill()) return skipped(false);
    }
    if (*at_ == '>') ++at_;
    return Token::end_tag;
  }
  if (is_xml_name(second)) {
    // The whole name comes into the buffer before anything of the tag leaves it.
    for (std::size_t size = 2; size <= limits_.name_size && have(size + 1) && !ends_name(at_[size]);) ++size;
    ++at_;
    if (!read_name()) return skipped(false);
    return Token::start_tag;
  }
  piece_ = std::string_view(at_, 1);
  ++at_;
  return Token::text;
}

XmlTokenizer::InTag XmlTokenizer::next_attribute() {
  for (;;) {
    if (!skip_blanks()) return InTag::cut;
    switch (*at_) {
      case '>':
        ++at_;
        return InTag::end;
      case '<':
        return InTag::unclosed;
      case '/':
        if (!have(2)) {
          at_ = limit_;
          return InTag::cut;
        }
        if (at_[1] == '>') {
          at_ += 2;
          return InTag::empty_end;
        }
        ++at_;
        repairs_.stray = true;
        continue;
      case '=':
      case '"':
      case '\'':
        ++at_;
        repairs_.stray = true;
        continue;
      default:
        break;
    }
    if (!read_name() || !skip_blanks()) return InTag::cut;
    if (*at_ != '=') {
      repairs_.stray = true;
      continue;
    }
    ++at_;
    if (!skip_blanks()) return InTag::cut;
    if (*at_ == '"' || *at_ == '\'') {
      quote_ = *at_++;
    } else {
      quote_ = 0;
      repairs_.unquoted_value = true;
    }
    return InTag::attribute;
  }
}

XmlTokenizer::Piece XmlTokenizer::next_piece(std::string_view& raw) {
  const auto take = [&](const char* end) {
    raw = std::string_view(at_, static_cast<std::size_t>(end - at_));
    at_ = end;
  };
  std::size_t scanned = 0;
  std::size_t searched = 0;
  for (;;) {
    const char* const from = at_ + scanned;
    const char* found = limit_;
    if (quote_ == 0) {
      for (found = from; found < limit_ && !is_xml_blank(*found) && *found != '>';) ++found;
    } else if (const void* const hit = std::memchr(from, quote_, static_cast<std::size_t>(limit_ - from))) {
      found = static_cast<const char*>(hit);
    }
    if (found == limit_) {
      scanned = available();
      if (scanned >= largest_piece) {
        // Not within a reference: these are short, so one that is still open begins near the end.
        const std::size_t tail = std::min<std::size_t>(scanned, 32);
        const std::string_view last(limit_ - tail, tail);
        const std::size_t open = last.rfind('&');
        take(open != std::string_view::npos && last.find(';', open) == std::string_view::npos ? limit_ - tail + open
                                                                                              : limit_);
        return Piece::more;
      }
      if (!refill()) {
        take(limit_);
        return Piece::cut;
      }
      continue;
    }
    if (quote_ == 0) {
      const bool empty_end = *found == '>' && found > at_ && found[-1] == '/';
      take(empty_end ? found - 1 : found);
      return Piece::last;
    }
    switch (quote_ends(found + 1)) {
      case Verdict::unknown:
        scanned = static_cast<std::size_t>(found - at_);
        if (available() < block_size && refill()) continue;
        found = at_ + scanned;  // the text may have moved all the same
        [[fallthrough]];        // at the end of the input, or of patience
      case Verdict::ends:
        take(found);
        ++at_;
        return Piece::last;
      case Verdict::goes_on:
        repairs_.raw_quote = true;
        if (const char* const row = row_start_in(at_ + searched, found); row != nullptr) {
          take(row);
          return Piece::lost;
        }
        scanned = static_cast<std::size_t>(found - at_) + 1;
        searched = scanned > 8 ? scanned - 8 : 0;
    }
  }
}

// Whether the quote in front of `after` can end a value: what follows must be the tag's end or another attribute.
XmlTokenizer::Verdict XmlTokenizer::quote_ends(const char* after) const noexcept {
  const char* at = after;
  while (at < limit_ && is_xml_blank(*at)) ++at;
  if (at == limit_) return Verdict::unknown;
  if (*at == '>') return Verdict::ends;
  if (*at == '/') {
    if (at + 1 == limit_) return Verdict::unknown;
    return at[1] == '>' ? Verdict::ends : Verdict::goes_on;
  }
  if (at == after) return Verdict::goes_on;
  // A tag without its end, in a file with one tag a line.
  if (*at == '<')
    return std::memchr(after, '\n', static_cast<std::size_t>(at - after)) ? Verdict::ends : Verdict::goes_on;
  const char* const name = at;
  while (at < limit_ && is_xml_name(*at)) ++at;
  if (at == limit_) return Verdict::unknown;
  if (at == name) return Verdict::goes_on;
  while (at < limit_ && is_xml_blank(*at)) ++at;
  if (at == limit_) return Verdict::unknown;
  if (*at != '=') return Verdict::goes_on;
  ++at;
  while (at < limit_ && is_xml_blank(*at)) ++at;
  if (at == limit_) return Verdict::unknown;
  return *at == '"' || *at == '\'' ? Verdict::ends : Verdict::goes_on;
}

// A value with raw quotes in it may be one whose closing quote is missing, so that it runs on into the next row.
const char* XmlTokenizer::row_start_in(const char* from, const char* to) const noexcept {
  while (from < to) {
    from = static_cast<const char*>(std::memchr(from, '<', static_cast<std::size_t>(to - from)));
    if (from == nullptr) return nullptr;
    for (const std::string_view row : {"<sms "sv, "<mms "sv, "<call "sv}) {
      if (static_cast<std::size_t>(to - from) >= row.size() && std::memcmp(from, row.data(), row.size()) == 0) {
        return from;
      }
    }
    ++from;
  }
  return nullptr;
}

void XmlTokenizer::keep_from_here() {
  token_offset_ = offset();
  if (holding_) return;
  kept_from_ = token_offset_;
  kept_.clear();
}

void XmlTokenizer::hold() {
  // A start tag with a reasonable name is still in the buffer; of another one, what is.
  if (kept_from_ != token_offset_) {
    kept_from_ = std::max(token_offset_, base_);
    kept_.clear();
  }
  holding_ = true;
}

std::string XmlTokenizer::kept(std::uint64_t end) const {
  std::string all = kept_;
  // What left the buffer may be more than was asked for.
  if (base_ > end) all.resize(static_cast<std::size_t>(std::min<std::uint64_t>(all.size(), end - kept_from_)));
  const std::uint64_t from = std::max(base_, kept_from_);
  if (from < end && all.size() < limits_.problem_raw) {
    all.append(buffer_.get() + (from - base_),
               static_cast<std::size_t>(std::min<std::uint64_t>(end - from, limits_.problem_raw - all.size())));
  }
  return all;
}

}  // namespace smsbackup::stores
