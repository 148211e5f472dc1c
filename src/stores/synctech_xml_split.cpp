#include "stores/synctech_xml_split.hpp"

#include <array>
#include <optional>

#include "stores/xml_tokenizer.hpp"

namespace smsbackup::stores::synctech {
namespace {

bool is_root(std::string_view name) noexcept { return name == "smses" || name == "calls"; }
bool is_row(std::string_view name) noexcept { return name == "sms" || name == "mms" || name == "call"; }
bool is_within_row(std::string_view name) noexcept {
  return name == "parts" || name == "part" || name == "addrs" || name == "addr";
}

// Follows a file as long as it is one root element with rows in it, tag by tag.
class RowFinder {
 public:
  RowFinder(XmlText& text, const Limits& limits) : text_(text), xml_(text, limits) {}

  // The offset in the input of the next row in the root; nothing when there is no such row that can be told.
  std::optional<std::uint64_t> next() {
    while (true) {
      switch (xml_.next()) {
        case XmlTokenizer::Token::start_tag: {
          const bool at_row = root_open_ && is_row(xml_.name());
          // A row within a row ends that one, as it does for who reads the rows.
          if (at_row) depth_ = 0;
          const std::uint64_t offset = xml_.token_offset() + text_.skipped();
          if (!open_tag()) return std::nullopt;
          if (at_row) return offset;
          break;
        }
        case XmlTokenizer::Token::end_tag:
          if (!close_tag()) return std::nullopt;
          break;
        case XmlTokenizer::Token::other:
          if (xml_.was_cdata()) return std::nullopt;
          break;
        case XmlTokenizer::Token::text:
        case XmlTokenizer::Token::end:
          return std::nullopt;
      }
    }
  }

  const std::string& root() const noexcept { return root_; }

 private:
  // What is left open within the row: <mms>, <parts>, <part>.
  static constexpr std::size_t deepest = 8;

  bool open_tag() {
    const std::string name(xml_.name());
    const bool known =
        root_open_ ? is_row(name) || (depth_ > 0 && is_within_row(name)) : is_root(name) && root_.empty();
    if (!known) return false;
    const std::optional<bool> empty = skip_attributes();
    if (!empty) return false;
    if (!root_open_) {
      root_ = name;
      root_open_ = true;
      return !*empty;
    }
    if (*empty) return true;
    if (depth_ == deepest) return false;
    within_[depth_++] = name;
    return true;
  }

  bool close_tag() {
    if (depth_ == 0) return false;  // the root's end, or something strange
    return within_[--depth_] == xml_.name();
  }

  // Whether the tag ends as an empty one; nothing if it has no end.
  std::optional<bool> skip_attributes() {
    while (true) {
      switch (xml_.next_attribute()) {
        case XmlTokenizer::InTag::attribute:
          for (auto piece = XmlTokenizer::Piece::more; piece == XmlTokenizer::Piece::more;) {
            std::string_view raw;
            piece = xml_.next_piece(raw);
            if (piece == XmlTokenizer::Piece::cut || piece == XmlTokenizer::Piece::lost) return std::nullopt;
          }
          break;
        case XmlTokenizer::InTag::end:
          return false;
        case XmlTokenizer::InTag::empty_end:
          return true;
        case XmlTokenizer::InTag::unclosed:
        case XmlTokenizer::InTag::cut:
          return std::nullopt;
      }
    }
  }

  XmlText& text_;
  XmlTokenizer xml_;
  std::string root_;
  bool root_open_ = false;
  std::array<std::string, deepest> within_;
  std::size_t depth_ = 0;
};

}  // namespace

XmlPiece parse_xml_piece(std::string_view piece, const std::string& store) {
  if (piece.empty()) return {};
  const auto slash = piece.find('/');
  const std::string_view root = slash == std::string_view::npos ? std::string_view() : piece.substr(slash + 1);
  // An empty root makes no range.
  return {parse_byte_range(is_root(root) ? piece.substr(0, slash) : "?", store), std::string(root)};
}

std::vector<std::string> split_xml(XmlText& text, std::uint64_t size, std::size_t wanted, const Limits& limits) {
  const std::vector<std::uint64_t> even = even_cuts(size, wanted);
  if (even.empty() || text.converted()) return {std::string()};
  RowFinder rows(text, limits);
  std::vector<std::uint64_t> cuts;
  std::size_t wanted_cut = 0;
  while (wanted_cut < even.size()) {
    const std::optional<std::uint64_t> row = rows.next();
    if (!row) break;
    if (*row < even[wanted_cut]) continue;
    cuts.push_back(*row);
    while (wanted_cut < even.size() && even[wanted_cut] <= *row) ++wanted_cut;
  }
  std::vector<std::string> pieces = name_byte_ranges(cuts);
  if (pieces.size() > 1) {
    for (std::string& piece : pieces) piece += "/" + rows.root();
  }
  return pieces;
}

}  // namespace smsbackup::stores::synctech
