// A Dialogue is a connection to an IMAP server with commands and answers on it: as many commands in flight as wanted,
// their answers read in order.
//
// libetpan reads what has structure (FETCH). Status lines are read here: libetpan keeps neither the text of a BYE nor
// the difference between BAD and nonsense, and waits where several commands are in flight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "imap/answer.hpp"
#include "net/connection.hpp"

struct mailimap;

namespace smsbackup::imap {

using Tag = int;

// One mail of a FETCH answer.
struct FetchedMail {
  std::uint32_t number = 0;  // in the folder
  std::uint32_t uid = 0;     // 0: the server sent none
  bool deleted = false;
  bool flagged = false;
  bool has_flags = false;
  std::uint64_t size = 0;    // RFC822.SIZE
  std::string_view content;  // of the section asked for; valid during the call
  bool has_content = false;
};

class Dialogue {
 public:
  using LineVisitor = std::function<void(std::string_view line)>;
  using MailVisitor = std::function<void(const FetchedMail&)>;

  // Connects and reads the greeting. Throws Error, also for a greeting that says BYE.
  explicit Dialogue(net::ConnectionOptions options);
  ~Dialogue();
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  net::Connection& connection() noexcept { return connection_; }
  const std::string& host() const noexcept { return host_; }
  const Status& greeting() const noexcept { return greeting_; }

  // A whole command without tag and line end; it goes out with the next flush() or read.
  Tag send(std::string_view command);
  // A command that goes on with write().
  Tag open(std::string_view start);
  void write(std::string_view bytes) { connection_.write(bytes); }
  void flush() { connection_.flush(); }

  // Reads up to the tagged answer to `tag`, which must be the oldest command without one. Untagged answers are handed
  // over without the "* "; literals stand in them as they came.
  Status finish(Tag tag, const LineVisitor& untagged = {});
  Status command(std::string_view text, const LineVisitor& untagged = {}) { return finish(send(text), untagged); }
  // The same for FETCH commands. Exceptions of the visitor come out here, after which the dialogue is over.
  Status finish_fetch(Tag tag, const MailVisitor& visit);

  // One answer: the tag it is for with its status, a continuation request, or neither (an untagged one).
  struct Answer {
    enum class Kind : std::uint8_t { untagged, continuation, tagged } kind = Kind::untagged;
    Tag tag = 0;
    Status status;     // if tagged
    std::string text;  // if not
  };
  Answer read();
  // Whether read() would find something without waiting.
  bool readable() { return connection_.readable(); }

  // The answer to that command is of no interest: it is skipped when it comes.
  void ignore(Tag tag) { ignored_.push_back(tag); }

  // The words of the latest CAPABILITY, wherever the server said it; nothing if it did not since the last call.
  std::optional<std::string> take_capability_words() { return std::exchange(capability_words_, std::nullopt); }

  // Ends it without a farewell.
  void close() noexcept { connection_.close(); }

  [[noreturn]] void fail();

 private:
  struct Fetch;
  std::string read_logical_line();
  std::string_view read_line();
  bool is_ignored(std::string_view line);
  void note_capabilities(const Status& status);

  std::string host_;
  net::Connection connection_;
  mailimap* session_ = nullptr;
  Status greeting_;
  std::optional<Status> bye_;
  std::optional<std::string> capability_words_;
  std::vector<Tag> ignored_;
  Tag last_tag_ = 0;
};

}  // namespace smsbackup::imap
