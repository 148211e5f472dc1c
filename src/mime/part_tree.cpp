#include "mime/part_tree.hpp"

#include <optional>

#include "mime/ascii.hpp"
#include "mime/parameters.hpp"

namespace smsbackup::mime {
namespace {

class Splitter {
 public:
  Splitter(const Limits& limits, CharsetConverter& charsets, PartTree& tree)
      : limits_(limits), charsets_(charsets), tree_(tree) {}

  void split(const MailFields& fields, std::string_view body, std::size_t depth) {
    std::optional<std::string> boundary;
    if (is_multipart(fields.content_type)) boundary = boundary_of(fields.content_type);
    if (!boundary) {
      // Twice as many as an MMS may have parts: a text part with a file takes two.
      if (tree_.leaves.size() / 2 > limits_.parts) {
        tree_.over_limit = true;
      } else {
        tree_.leaves.push_back({fields, body});
      }
      return;
    }
    if (depth >= limits_.nesting) {
      tree_.over_limit = true;
      return;
    }
    const std::string delimiter = "--" + *boundary;
    Delimiter at = find(body, delimiter, 0);
    if (at.start == std::string_view::npos) {
      tree_.cut_off = true;
      return;
    }
    while (!at.last && !tree_.over_limit) {
      const Delimiter next = find(body, delimiter, at.end);
      std::string_view part = body.substr(at.end, next.start - at.end);
      if (next.start == std::string_view::npos) {
        tree_.cut_off = true;
      } else {
        drop_line_end(part);
      }
      read_part(part, depth);
      if (next.start == std::string_view::npos) return;
      at = next;
    }
  }

 private:
  struct Delimiter {
    std::size_t start = std::string_view::npos;
    std::size_t end = std::string_view::npos;  // after its line
    bool last = false;
  };

  static Delimiter find(std::string_view body, std::string_view delimiter, std::size_t from) {
    for (std::size_t at = body.find(delimiter, from); at != std::string_view::npos; at = body.find(delimiter, at + 1)) {
      if (at != 0 && body[at - 1] != '\n') continue;
      std::size_t end = at + delimiter.size();
      const bool last = body.substr(end).starts_with("--");
      if (last) end += 2;
      while (end < body.size() && (is_blank(body[end]) || body[end] == '\r')) ++end;
      if (end == body.size()) return {at, end, last};
      if (body[end] == '\n') return {at, end + 1, last};
    }
    return {};
  }

  static void drop_line_end(std::string_view& part) {
    if (part.ends_with('\n')) part.remove_suffix(1);
    if (part.ends_with('\r')) part.remove_suffix(1);
  }

  std::optional<std::string> boundary_of(std::string_view content_type) {
    const StructuredField field = parse_structured_field(content_type, charsets_);
    const std::string* boundary = field.find("boundary");
    // Longer ones than the standard's 70 are seen; those without end would make the search slow.
    if (boundary == nullptr || boundary->empty() || boundary->size() > 256) return std::nullopt;
    std::string text = *boundary;
    while (!text.empty() && is_blank(text.back())) text.pop_back();
    return text;
  }

  void read_part(std::string_view part, std::size_t depth) {
    MailFields fields;
    std::size_t size = 0;
    if (scan_fields(part, limits_, fields, size) != ScanResult::complete) {
      tree_.over_limit = true;
      return;
    }
    split(fields, part.substr(size), depth + 1);
  }

  const Limits& limits_;
  CharsetConverter& charsets_;
  PartTree& tree_;
};

}  // namespace

bool is_multipart(std::string_view content_type) noexcept {
  return starts_ignoring_case(trim(content_type), "multipart/");
}

bool is_mail(std::string_view content_type) noexcept {
  const std::string_view type = trim(content_type);
  return starts_ignoring_case(type, "message/rfc822") || starts_ignoring_case(type, "message/global");
}

void split_parts(const MailFields& fields, std::string_view body, const Limits& limits, CharsetConverter& charsets,
                 PartTree& tree) {
  tree.leaves.clear();
  tree.cut_off = false;
  tree.over_limit = false;
  Splitter(limits, charsets, tree).split(fields, body, 0);
}

}  // namespace smsbackup::mime
