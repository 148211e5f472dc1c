#include "net/etpan_stream.hpp"

#include <libetpan/mailstream.h>

#include <cstdlib>
#include <new>

namespace smsbackup::net {
namespace {

constexpr std::size_t stream_buffer = 64 * 1024;

EtpanBytes& bytes_of(mailstream_low* low) { return *static_cast<EtpanBytes*>(low->data); }

extern "C" {
static ssize_t smsbackup_etpan_read(mailstream_low* low, void* into, size_t size) {
  return bytes_of(low).etpan_read(static_cast<char*>(into), size);
}
static ssize_t smsbackup_etpan_write(mailstream_low* low, const void* bytes, size_t size) {
  return bytes_of(low).etpan_write(static_cast<const char*>(bytes), size);
}
static int smsbackup_etpan_close(mailstream_low*) { return 0; }
static int smsbackup_etpan_descriptor(mailstream_low* low) { return bytes_of(low).etpan_descriptor(); }
static void smsbackup_etpan_free(mailstream_low* low) {
  bytes_of(low).etpan_closed();
  std::free(low);  // as libetpan's own drivers do: mailstream_low_new() took it from malloc
}
static void smsbackup_etpan_cancel(mailstream_low*) {}
}

// libetpan does not write to it, though its type would let it.
mailstream_low_driver driver = {
    .mailstream_read = smsbackup_etpan_read,
    .mailstream_write = smsbackup_etpan_write,
    .mailstream_close = smsbackup_etpan_close,
    .mailstream_get_fd = smsbackup_etpan_descriptor,
    .mailstream_free = smsbackup_etpan_free,
    .mailstream_cancel = smsbackup_etpan_cancel,
    .mailstream_get_cancel = nullptr,
    .mailstream_get_certificate_chain = nullptr,
    .mailstream_setup_idle = nullptr,
    .mailstream_unsetup_idle = nullptr,
    .mailstream_interrupt_idle = nullptr,
};

}  // namespace

mailstream* make_etpan_stream(EtpanBytes& bytes) {
  mailstream_low* const low = mailstream_low_new(&bytes, &driver);
  if (low == nullptr) throw std::bad_alloc();
  mailstream* const stream = mailstream_new(low, stream_buffer);
  if (stream == nullptr) {
    std::free(low);
    throw std::bad_alloc();
  }
  return stream;
}

}  // namespace smsbackup::net
