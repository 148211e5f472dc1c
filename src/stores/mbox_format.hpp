// The mboxrd form: "From " lines between the mails, and one '>' more before every line of a mail that looks like one
// behind any number of '>' (docs/stores/mbox.md).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "stores/input_file.hpp"
#include "stores/line_reader.hpp"
#include "stores/spill_buffer.hpp"

namespace smsbackup::stores {

// "From smsbackup@localhost Tue Aug  8 06:13:36 2023\n", the time in UTC.
std::string mbox_from_line(std::int64_t time);

// Whether a line begins a mail: "From ", and further on a date as asctime() writes it. A text that merely begins with
// "From " is none, also where the program that wrote the file forgot to quote it.
bool is_mbox_from_line(std::string_view line);

// Where the first mail begins that begins at `start` (not 0) or behind; nothing if there is none.
std::optional<std::uint64_t> next_mbox_mail(InputFile& file, std::uint64_t start);

// Appends a mail with LF line ends as it stands in the file, with an empty line behind it.
template <class Out>
void write_mbox_mail(std::string_view mail, Out&& out);

// Takes a file apart into its mails.
class MboxReader {
 public:
  // The file must outlive this. Mails above `mail_limit` come cut off. Ends before a mail that begins at `end` or
  // behind.
  MboxReader(InputFile& file, std::uint64_t mail_limit, std::uint64_t end = std::numeric_limits<std::uint64_t>::max())
      : lines_(file), mail_limit_(mail_limit), end_(end) {}

  // Goes to the next mail. False at the end.
  bool next();
  // Without quoting and without the "From " line; until the next call.
  std::string_view mail() { return in_place_.data() != nullptr ? in_place_ : mail_.view(); }
  // From 1.
  std::uint64_t number() const noexcept { return number_; }
  // Of the "From " line.
  std::uint64_t offset() const noexcept { return offset_; }
  bool over_limit() const noexcept { return over_limit_; }
  std::uint64_t consumed() const noexcept { return lines_.consumed(); }

 private:
  bool next_in_place();
  void append(std::string_view bytes);
  void add_line(std::string_view first_piece);

  LineReader lines_;
  std::uint64_t mail_limit_;
  std::uint64_t end_;
  std::string_view in_place_;  // the mail, where it is in the file as it is here
  SpillBuffer mail_;           // else
  std::string held_line_end_;  // the empty line that may turn out to belong to the file and not to the mail
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t next_offset_ = 0;
  bool at_from_line_ = false;  // the next mail's was read already
  bool over_limit_ = false;
  bool ended_ = false;
};

// Whether the line is ">" any number of times and then "From ".
inline bool is_quoted_from(std::string_view line) {
  const auto text = line.find_first_not_of('>');
  return text != std::string_view::npos && line.substr(text).starts_with("From ");
}

template <class Out>
void write_mbox_mail(std::string_view mail, Out&& out) {
  bool ended = true;
  while (!mail.empty()) {
    // Everything up to the next line that needs a '>' goes out at once.
    std::size_t line = 0;
    while (line < mail.size() && !is_quoted_from(mail.substr(line))) {
      const auto end = mail.find('\n', line);
      line = end == std::string_view::npos ? mail.size() : end + 1;
    }
    if (line > 0) {
      out(mail.substr(0, line));
      ended = mail[line - 1] == '\n';
      mail.remove_prefix(line);
    }
    if (mail.empty()) break;
    out(std::string_view(">"));
    const auto end = mail.find('\n');
    const std::size_t length = end == std::string_view::npos ? mail.size() : end + 1;
    out(mail.substr(0, length));
    ended = mail[length - 1] == '\n';
    mail.remove_prefix(length);
  }
  out(std::string_view(ended ? "\n" : "\n\n"));
}

}  // namespace smsbackup::stores
