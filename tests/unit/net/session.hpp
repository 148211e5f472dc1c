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

// Sends the command with a tag of its own and reads its answer. Throws what the connection says if that fails. Not
// mailimap_custom_command(), which puts a blank after it that Cyrus does not take.
inline bool command(net::Connection& connection, mailimap* session, const std::string& text) {
  const std::string line = text + "\r\n";
  mailimap_response* response = nullptr;
  if (mailimap_send_current_tag(session) != MAILIMAP_NO_ERROR ||
      mailstream_write(session->imap_stream, line.data(), line.size()) < 0 ||
      mailstream_flush(session->imap_stream) != 0 || mailimap_read_line(session) == nullptr ||
      mailimap_parse_response(session, &response) != MAILIMAP_NO_ERROR) {
    connection.rethrow_failure();
    return false;
  }
  const bool is_fine =
      response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type == MAILIMAP_RESP_COND_STATE_OK;
  mailimap_response_free(response);
  return is_fine;
}

}  // namespace smsbackup::test
