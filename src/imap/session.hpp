// A Session is a logged-in connection: what the server can do, where its folders are, and which one is open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imap/authentication.hpp"
#include "imap/capabilities.hpp"
#include "imap/dialogue.hpp"
#include "imap/folder_names.hpp"
#include "smsbackup/imap_options.hpp"

namespace smsbackup::imap {

// What SELECT says of a folder.
struct OpenFolder {
  std::uint32_t uid_validity = 0;
  std::uint32_t uid_next = 0;  // 0: the server did not say
  std::uint32_t messages = 0;
};

class Session {
 public:
  // Connects and logs in. Throws Error.
  explicit Session(const ImapOptions& options);

  Dialogue& dialogue() noexcept { return dialogue_; }
  const Capabilities& capabilities() const noexcept { return capabilities_; }
  const std::string& mechanism() const noexcept { return mechanism_; }

  // Opens a folder, for reading only with `examine`. Nothing if there is none by that name.
  std::optional<OpenFolder> select(std::string_view path, bool examine);
  // The same without a round trip when it is open already.
  std::optional<OpenFolder> keep_open(std::string_view path);

  // Closes it without expunging: an APPEND to an open folder makes the server report each mail, and Courier takes none
  // while it is open for reading only. Not waited for.
  void leave();

  // Makes and subscribes a folder; one that is there already is fine. Not waited for: whoever uses the folder finds
  // out.
  void create(std::string_view path);
  // The same, waited for: throws Error when the server refuses to make it.
  void create_now(std::string_view path);

  // The server's name for a path, quoted. Asks for the name space if that is not known yet.
  std::string quoted_name(std::string_view path);
  const NameSpace& name_space();

  // UIDs of the open folder that match, ascending; at most as many as it has messages.
  std::vector<std::uint32_t> search(std::string_view criteria) { return finish_search(send_search(criteria)); }
  // The same in two steps, with other commands before the second. Servers may answer the search before they say that
  // the command before it is done: take_search_line() is for whoever reads that one's answers, `found` for what it
  // took.
  Tag send_search(std::string_view criteria);
  std::vector<std::uint32_t> finish_search(Tag tag, std::vector<std::uint32_t> found = {},
                                           const Dialogue::LineVisitor& other = {});
  // False if it is another answer.
  bool take_search_line(std::string_view line, std::vector<std::uint32_t>& found) const;

  // Switches DEFLATE on where the server has it. No command may be in flight.
  bool compress();
  // Whether it is time to: the line is slow, the server can, and the host leaves it to us. Whoever has commands in
  // flight waits for their answers then and calls compress().
  bool should_compress();

  // Says farewell without waiting for the answer.
  void log_out() noexcept;

 private:
  void start_tls();
  void refresh_capabilities(bool ask);
  Tag send_name_space(bool with_namespace);
  void finish_name_space(Tag tag, const Dialogue::LineVisitor& other = {});
  bool is_listed(std::string_view wire_name);

  const ImapOptions& options_;
  Dialogue dialogue_;
  Capabilities capabilities_;
  std::string mechanism_;
  std::optional<NameSpace> name_space_;
  OpenFolder open_;
  std::string open_path_;  // empty: none
  bool open_read_only_ = false;
  bool cannot_compress_ = false;
};

}  // namespace smsbackup::imap
