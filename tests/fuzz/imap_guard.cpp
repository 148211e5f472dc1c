// The guard, and libetpan behind it: whatever a server sends, the guard judges it the same however it is cut, and what
// it lets pass does not hurt libetpan.
#include "net/imap_guard.hpp"

#include <libetpan/libetpan.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/etpan_stream.hpp"

namespace {

using smsbackup::net::EtpanBytes;
using smsbackup::net::GuardLimits;
using smsbackup::net::ImapGuard;

constexpr GuardLimits limits{.line_size = 64 << 10, .literal_size = 64 << 10};

void require(bool condition) {
  if (!condition) std::abort();
}

// Plays a recorded server, as a Connection does.
class Recording final : public EtpanBytes {
 public:
  explicit Recording(std::string_view bytes) : bytes_(bytes) {}
  mailstream* stream = nullptr;

  std::ptrdiff_t etpan_read(char* into, std::size_t size) noexcept override {
    const std::size_t passed = out_of_step_ ? 0 : guard_.look_at(bytes_.substr(0, size));
    if (passed == 0) return -1;
    bytes_.copy(into, passed);
    bytes_.remove_prefix(passed);
    return static_cast<std::ptrdiff_t>(passed);
  }
  std::ptrdiff_t etpan_write(const char*, std::size_t size) noexcept override {
    out_of_step_ = out_of_step_ || !guard_.between_answers() || stream->read_buffer_len > 0;
    return out_of_step_ ? -1 : static_cast<std::ptrdiff_t>(size);
  }
  int etpan_descriptor() const noexcept override { return -1; }
  void etpan_closed() noexcept override {}

 private:
  std::string_view bytes_;
  ImapGuard guard_{limits};
  bool out_of_step_ = false;
};

void play(std::string_view bytes) {
  Recording recording(bytes);
  mailimap* const session = mailimap_new(0, nullptr);
  mailstream* const stream = smsbackup::net::make_etpan_stream(recording);
  recording.stream = stream;
  if (mailimap_connect(session, stream) == MAILIMAP_NO_ERROR_AUTHENTICATED) {
    if (mailimap_select(session, "INBOX") == MAILIMAP_NO_ERROR) {
      clist* fetched = nullptr;
      mailimap_fetch_type* const all = mailimap_fetch_type_new_all();
      mailimap_set* const every = mailimap_set_new_interval(1, 0);
      if (mailimap_uid_fetch(session, every, all, &fetched) == MAILIMAP_NO_ERROR) mailimap_fetch_list_free(fetched);
      mailimap_set_free(every);
      mailimap_fetch_type_free(all);
    }
  }
  mailimap_free(session);
}

}  // namespace

// libetpan leaks a few bytes of a BYE that comes as the greeting, which would hide all else.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ImapGuard guard(limits);
  std::size_t passed = 0;
  while (const std::size_t more = guard.look_at(bytes.substr(passed))) passed += more;
  require(passed <= size && (passed == size) == !guard.failure());

  ImapGuard again(limits);
  std::size_t passed_again = 0;
  for (std::size_t at = 0, step = 1; at < size; at += step, step = step % 7 + 1) {
    std::string_view piece = bytes.substr(at, step);
    while (const std::size_t more = again.look_at(piece)) {
      piece.remove_prefix(more);
      passed_again += more;
    }
  }
  require(passed_again == passed && again.failure().has_value() == guard.failure().has_value());
  if (guard.failure()) {
    require(guard.failure()->code() == again.failure()->code() &&
            guard.failure()->offset() == again.failure()->offset());
    require(guard.failure()->offset() == passed);
  }

  play(bytes);
  return 0;
}
