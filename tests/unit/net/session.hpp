// A libetpan session over a Connection, and the few words of IMAP that these tests speak.
#pragma once

#include <libetpan/libetpan.h>

#include <memory>
#include <string>

#include "net/connection.hpp"

namespace smsbackup::test {

struct SessionFree {
  void operator()(mailimap* session) const noexcept { mailimap_free(session); }
};
using Session = std::unique_ptr<mailimap, SessionFree>;

inline bool is_ok(int result) {
  return result == MAILIMAP_NO_ERROR || result == MAILIMAP_NO_ERROR_AUTHENTICATED ||
         result == MAILIMAP_NO_ERROR_NON_AUTHENTICATED;
}

// Reads the greeting. Throws what the connection says if that fails.
inline Session make_session(net::Connection& connection) {
  Session session(mailimap_new(0, nullptr));
  if (!is_ok(mailimap_connect(session.get(), connection.stream()))) connection.rethrow_failure();
  return session;
}

// Sends the command (and a blank after it, as libetpan does) with a tag of its own and reads its answer. Throws what
// the connection says if that fails.
inline bool command(net::Connection& connection, mailimap* session, const std::string& text) {
  return is_ok(mailimap_custom_command(session, text.c_str())) || (connection.rethrow_failure(), false);
}

}  // namespace smsbackup::test
