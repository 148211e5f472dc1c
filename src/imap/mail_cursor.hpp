// One pass over the mails of an account's folders: which ones are wanted is found out from their headers, unless all
// are; bodies are streamed, and after a lost connection only what is missing is asked for again.
//
// Records come folder by folder in the order of their UIDs. A mail too large for one answer is fetched once the answers
// that are on their way have come; what these bring waits behind it in a temporary file.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "imap/fetch_window.hpp"
#include "imap/large_mail.hpp"
#include "imap/sessions.hpp"
#include "smsbackup/imap_options.hpp"
#include "smsbackup/mime.hpp"
#include "smsbackup/store.hpp"
#include "stores/spill_buffer.hpp"

namespace smsbackup::imap {

class MailCursor final : public Cursor {
 public:
  // Throws Error(not_found) when none of the folders is there and they are to be read.
  MailCursor(const ImapOptions& options, const StoreOptions& store, Sessions& sessions,
             std::vector<std::string> folders, Query query, Access access, std::string store_name);
  ~MailCursor() override;

  bool next(Batch& out) override;
  Position position() const override { return {done_, total_}; }

 private:
  struct Folder {
    std::string path;
    std::uint32_t uid_validity = 0;
    std::vector<std::uint32_t> wanted;  // UIDs, ascending
    std::size_t next = 0;               // of `wanted`
    // All mails, by number; until a connection is lost, after which they are in `wanted`.
    bool all = false;
    std::uint32_t messages = 0;
    std::uint32_t next_number = 1;
  };
  struct Ready {
    std::variant<Record, Problem> what;
    std::uint32_t uid = 0;
    std::size_t folder = 0;
  };
  // What a mail of a chunk has come to. Those behind a mail that must be fetched by itself wait for it.
  struct Taken {
    enum class Kind : std::uint8_t {
      ready,    // `ready`
      waiting,  // at `offset` of waiting_bytes_
      single,   // to be fetched by itself
      foreign,  // no record
    };
    std::uint32_t uid = 0;
    Kind kind = Kind::ready;
    std::uint64_t offset = 0, size = 0;
    std::unique_ptr<Ready> ready;
  };

  struct Chunk {
    Tag tag = 0;
    std::uint32_t first = 0, last = 0;  // numbers with Folder::all, otherwise UIDs
    bool by_uid = false;
    std::size_t mails = 0;
    std::vector<std::uint32_t> uids;      // none with Folder::all
    std::vector<std::uint32_t> received;  // ascending as far as servers go
    std::vector<Taken> taken;             // what these have come to

    bool holds(const FetchedMail& mail) const noexcept {
      const auto which = by_uid ? mail.uid : mail.number;
      return first <= which && which <= last;
    }
  };

  static constexpr std::size_t most_waiting_in_memory = 1 << 20;

  void look_around();
  void plan_by_headers();
  void step();
  void open_folder();
  void send_chunks();
  void finish_chunk();
  void resume();
  void take(const FetchedMail& mail);
  void take_whole(std::vector<Taken>& to, std::string_view mail, std::uint32_t uid, MimeDecoder& decoder);
  void put(std::vector<Taken>& to, std::uint32_t uid, std::variant<Record, Problem> what);
  void put_problem(std::vector<Taken>& to, std::uint32_t uid, const Error& error);
  void let_wait(std::vector<Taken>& to, const FetchedMail& mail);
  void line_up(std::vector<Taken> taken);
  void hand_on(Taken taken);
  void keep_what_came();
  void fetch_single();
  void decode_waiting();
  bool is_held_up() const noexcept { return singles_ != 0; }
  bool leave_out_poison(const Error& error);
  void report_missing(Chunk& chunk, const Status& status);
  std::string place(std::size_t folder, std::uint32_t uid) const;

  const ImapOptions& options_;
  Limits limits_;
  Sessions& sessions_;
  Query query_;
  std::string store_name_;
  MimeDecoder decoder_;
  MimeDecoder thrifty_decoder_;  // keeps parts in files when a chunk turns out large
  DecodedMail decoded_;

  std::vector<Folder> folders_;
  bool planned_ = false;
  std::size_t folder_ = 0;  // being read
  std::unique_ptr<Session> session_;
  bool open_ = false;
  Backoff attempts_;
  std::deque<Chunk> chunks_;
  FetchWindow window_;
  std::uint64_t chunk_bytes_ = 0;
  std::uint64_t mails_seen_ = 0;
  std::uint64_t bytes_seen_ = 0;
  std::uint64_t mails_in_flight_ = 0;
  std::uint32_t highest_uid_ = 0;  // of the folder's finished chunks
  std::vector<Taken> kept_;        // of a chunk that a lost connection left incomplete
  std::deque<Taken> waiting_;      // of this folder, UIDs ascending
  std::size_t singles_ = 0;        // among waiting_ and what the chunks have taken
  std::size_t in_file_ = 0;        // of kind `waiting`, likewise
  stores::SpillBuffer waiting_bytes_{most_waiting_in_memory};
  LargeMail large_mail_;
  // After an answer that can't be read: one command at a time, with fewer and fewer mails, until it is clear which of
  // them it was about.
  bool careful_ = false;
  std::uint64_t careful_size_ = 0;
  std::size_t unreadable_ = 0;
  std::size_t failures_ = 0;

  std::deque<Ready> ready_;
  std::uint64_t filtered_ = 0, known_ = 0, foreign_ = 0;
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace smsbackup::imap
