// The connections of one store: made when needed, kept while idle, replaced when lost.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "imap/backoff.hpp"
#include "imap/session.hpp"
#include "model/logger.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/imap_options.hpp"

namespace smsbackup::imap {

class Sessions {
 public:
  explicit Sessions(const ImapOptions& options) : options_(options) {}
  ~Sessions() { log_out(); }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // An idle one, or a new one. What is not given back is closed by its destructor.
  std::unique_ptr<Session> take() {
    if (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
    auto session = std::make_unique<Session>(options_);
    connected_ = true;
    return session;
  }
  void give_back(std::unique_ptr<Session> session) { idle_.push_back(std::move(session)); }
  void log_out() noexcept {
    for (auto& session : idle_) session->log_out();
    idle_.clear();
  }

  // Whether to go on after an Error, having waited as long as is right. A server that was never reached is not waited
  // for: the address is probably wrong.
  bool wait(Backoff& backoff, const Error& error) {
    const auto code = error.code();
    const bool unreachable =
        code == ErrorCode::connection_refused || code == ErrorCode::timed_out || code == ErrorCode::connection_lost;
    if (!connected_ && unreachable) return false;
    if (is_transient(code)) idle_.clear();
    if (!backoff.wait(code)) return false;
    model::logger().info("trying again after {}", to_string(code));
    return true;
  }

  Backoff backoff() const { return {options_.retry_for, options_.cancel}; }

  // Runs `work` with a session, and again with another when a transient failure ends it.
  template <class Work>
  auto run(const Work& work) {
    auto attempts = backoff();
    for (;;) {
      try {
        auto session = take();
        if constexpr (std::is_void_v<decltype(work(*session, attempts))>) {
          work(*session, attempts);
          give_back(std::move(session));
          return;
        } else {
          auto result = work(*session, attempts);
          give_back(std::move(session));
          return result;
        }
      } catch (const Error& error) {
        if (!wait(attempts, error)) throw;
      }
    }
  }

 private:
  const ImapOptions& options_;
  std::vector<std::unique_ptr<Session>> idle_;
  bool connected_ = false;
};

}  // namespace smsbackup::imap
