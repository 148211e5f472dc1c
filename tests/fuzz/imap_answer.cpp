// What the IMAP store reads by itself of a server's answers: status lines, capabilities, tokens, sets of UIDs, search
// results, folder names, Message-IDs.
#include "imap/answer.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "imap/ascii.hpp"
#include "imap/capabilities.hpp"
#include "imap/folder_names.hpp"
#include "imap/locator.hpp"
#include "imap/mail_headers.hpp"
#include "imap/refusals.hpp"
#include "imap/uid_set.hpp"
#include "smsbackup/error.hpp"

namespace {

using namespace smsbackup;
using namespace smsbackup::imap;

void require(bool condition) {
  if (!condition) std::abort();
}

// Every token takes something of the text, and what is in it was in the text.
void read_tokens(std::string_view text) {
  Tokens tokens(text);
  std::size_t count = 0, bytes = 0;
  for (auto token = tokens.next(); token.kind != Tokens::Kind::end; token = tokens.next()) {
    ++count;
    bytes += token.text.size();
    if (count % 7 == 0) tokens.skip_list();
  }
  require(count <= text.size() && bytes <= text.size());
}

void read_status(std::string_view text) {
  const auto status = parse_status(text);
  if (!status) return;
  require(status->code.size() + status->arguments.size() + status->text.size() <= text.size());
  for (const auto attempt : {Attempt::log_in, Attempt::append, Attempt::other}) {
    const auto error = refusal(*status, "fuzzing", attempt);
    // What the server says may be private; it must not be in the message. A code is a word of the protocol.
    require(error.code() != ErrorCode::internal && error.detail() == status->text);
    require(std::string_view(error.what()).starts_with("fuzzing: "));
  }
  const Capabilities can(status->arguments, {});
  require(can.announced().size() <= text.size());
  (void)can.append_limit();
}

void read_sets(std::string_view text) {
  constexpr std::size_t limit = 1000;
  std::vector<std::uint32_t> uids;
  if (append_uid_set(text, uids, limit)) {
    require(!uids.empty() && uids.size() <= limit);
    for (const auto uid : uids) require(uid != 0);
    std::vector<std::uint32_t> again;
    require(append_uid_set(to_sequence_set(uids), again, uids.size()) && again == uids);
  }
  require(uids.size() <= limit);
  uids.clear();
  append_numbers(text, uids, limit);
  require(uids.size() <= limit);
  uids.clear();
  append_search_answer(text, uids, limit);
  require(uids.size() <= limit);
}

void read_names(std::string_view text) {
  for (const char delimiter : {'/', '.', '\0'}) {
    const NameSpace names{"INBOX.", delimiter};
    (void)names.path(text);
    try {
      (void)quote(names.wire_name(text));
    } catch (const Error& error) {
      require(error.code() == ErrorCode::invalid_argument);
    }
  }
  try {
    require(from_modified_utf7(to_modified_utf7(text)) == text);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::invalid_argument);
  }
  if (const auto space = read_name_space_line(text)) require(space->prefix.size() <= text.size());
  if (const auto locator = Locator::parse(text)) require(Locator::parse(locator->text()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_tokens(text);
  read_status(text);
  read_sets(text);
  read_names(text);
  require(message_id_in(text).size() <= size);
  (void)is_own(text);
  return 0;
}
