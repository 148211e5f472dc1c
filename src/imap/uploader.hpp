// Records on their way into the mailbox, and what has become of them: through lost connections, throttling and
// refusals, so that in the end each is there exactly once or has a reason why not.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "imap/append_pipeline.hpp"
#include "imap/in_doubt.hpp"
#include "imap/late_copies.hpp"
#include "imap/sessions.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/mime.hpp"
#include "smsbackup/sink.hpp"

namespace smsbackup::imap {

// Where the mails of this run begin in a folder: everything below `uid_next` was there before.
struct FolderStart {
  std::uint32_t uid_validity = 0;
  std::uint32_t uid_next = 0;  // 0: unknown
  bool exists = true;
  int made_again = 0;  // after the server said that it is not there
  std::uint32_t messages = 0;
};
using FolderStarts = std::map<std::string, FolderStart>;

class Uploader {
 public:
  Uploader(const ImapOptions& options, const Limits& limits, MimeEncoder& encoder, Sessions& sessions,
           FolderStarts& starts, std::string store_name);

  // As Sink::write_ahead and Sink::settle. Both in one with `to_the_end`, so that an Error loses no outcome: all are in
  // the next settle().
  Outcomes write(std::span<const Record> records, bool to_the_end = false);
  Outcomes settle();
  // Once all is settled: looks for what a server stored late, after it had gone out again. Never fails: what is sure is
  // that everything is there.
  void look_for_late_copies() noexcept;

 private:
  struct Item {
    OutgoingMailPtr mail;
    RecordType type = RecordType::sms;
  };

  std::uint64_t add(const Record& record);
  void run(bool to_the_end);
  void connect();
  void prepare_folders();
  bool make_again(const std::string& folder);
  void find_sent();
  void find_sent_in(const std::string& folder);
  void give_back();
  void drop_connection() noexcept;
  void pump();
  void note_down();
  Outcomes take_outcomes();
  Problem problem_of(const Item& item);
  const std::string& folder_for(RecordType type) const;

  const ImapOptions& options_;
  const Limits& limits_;
  MailBytes bytes_;
  Sessions& sessions_;
  FolderStarts& starts_;
  std::string store_name_;

  std::unique_ptr<Session> session_;
  std::unique_ptr<AppendPipeline> pipeline_;
  std::deque<Item> items_;
  std::size_t next_ = 0;  // of items_, to be sent
  LateCopies late_;
  InDoubt in_doubt_;
  std::optional<Error> failure_;
};

}  // namespace smsbackup::imap
