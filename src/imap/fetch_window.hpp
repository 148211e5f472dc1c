// FETCH commands, several in flight, so that the line never waits for the next question.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <queue>
#include <string>

#include "imap/refusals.hpp"
#include "imap/session.hpp"

namespace smsbackup::imap {

// As many commands as a server has to answer for as long as a question takes to get there. Their text fits into any
// socket's buffer, so that sending them waits for nothing; where each names many UIDs, a few must do.
class FetchWindow {
 public:
  bool has_room() const noexcept { return sizes_.size() < few || (sizes_.size() < many && text_ < most_text); }
  void sent(std::size_t text) {
    sizes_.push(text);
    text_ += text;
  }
  void answered() {
    text_ -= sizes_.front();
    sizes_.pop();
  }
  void clear() { *this = {}; }

 private:
  static constexpr std::size_t few = 16;
  static constexpr std::size_t many = 320;
  static constexpr std::size_t most_text = 20 << 10;

  std::queue<std::size_t> sizes_;
  std::size_t text_ = 0;
};

// Runs every command that `next` names, until it names none and all are answered. `visit` sees the mails; `done` is
// told after each command, and may make `next` name more.
inline void fetch_all(Dialogue& dialogue, const std::function<std::optional<std::string>()>& next,
                      const Dialogue::MailVisitor& visit, const std::function<void()>& done) {
  FetchWindow window;
  for (std::queue<Tag> tags;;) {
    while (window.has_room()) {
      const auto command = next();
      if (!command) break;
      tags.push(dialogue.send(*command));
      window.sent(command->size());
    }
    if (tags.empty()) return;
    const auto status = dialogue.finish_fetch(tags.front(), visit);
    tags.pop();
    window.answered();
    if (!status.ok()) throw refusal(status, "reading mails at " + dialogue.host());
    done();
  }
}

}  // namespace smsbackup::imap
