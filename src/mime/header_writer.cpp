#include "mime/header_writer.hpp"

#include <string>

#include "mime/encoded_word.hpp"

namespace smsbackup::mime {
namespace {

constexpr std::size_t wanted_line = 76;
constexpr std::size_t longest_line = 998;

void add_value(std::string_view name, std::string_view value, std::size_t line, MailBuffer& out) {
  out.add(name);
  out.add(": ");
  std::size_t column = name.size() + 2;
  while (column + value.size() > line) {
    // The last single blank that leaves the line short enough, else the first one after it.
    const std::size_t fits = line > column ? line - column : 0;
    const std::size_t most = longest_line - column;
    std::size_t cut = 0;
    for (std::size_t at = 1; at + 1 < value.size() && at <= most && (at <= fits || cut == 0); ++at) {
      if (value[at] == ' ' && value[at - 1] != ' ' && value[at + 1] != ' ') cut = at;
    }
    if (cut != 0) {
      out.add(value.substr(0, cut));
      value.remove_prefix(cut);
      out.add("\r\n");
    } else {
      if (value.size() <= most) break;
      // A word longer than any line may be: breaking it is all that is left.
      out.add(value.substr(0, most));
      value.remove_prefix(most);
      out.add("\r\n ");
    }
    column = 1;
  }
  out.add(value);
  out.add("\r\n");
}

}  // namespace

void add_folded_header(std::string_view name, std::string_view value, MailBuffer& out) {
  add_value(name, value, wanted_line, out);
}

void add_unfolded_header(std::string_view name, std::string_view value, MailBuffer& out) {
  add_value(name, value, longest_line, out);
}

void add_text_header(std::string_view name, std::string_view text, std::size_t most, MailBuffer& out) {
  std::string value;
  append_header_text(sanitized(prefix_of_characters(text, most)), value);
  add_folded_header(name, value, out);
}

}  // namespace smsbackup::mime
