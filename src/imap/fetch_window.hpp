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

inline constexpr std::size_t fetches_in_flight = 16;

// Runs every command that `next` names, until it names none and all are answered. `visit` sees the mails; `done` is
// told after each command, and may make `next` name more.
inline void fetch_all(Dialogue& dialogue, const std::function<std::optional<std::string>()>& next,
                      const Dialogue::MailVisitor& visit, const std::function<void()>& done) {
  for (std::queue<Tag> tags;;) {
    while (tags.size() < fetches_in_flight) {
      const auto command = next();
      if (!command) break;
      tags.push(dialogue.send(*command));
    }
    if (tags.empty()) return;
    const auto status = dialogue.finish_fetch(tags.front(), visit);
    tags.pop();
    if (!status.ok()) throw refusal(status, "reading mails at " + dialogue.host());
    done();
  }
}

}  // namespace smsbackup::imap
