// A libetpan stream over bytes of our own.
#pragma once

#include <libetpan/mailstream_types.h>

#include <cstddef>

namespace smsbackup::net {

// What libetpan's stream reads from and writes to. All are called through C frames: they do not throw, and keep what
// went wrong for their owner.
class EtpanBytes {
 public:
  // More than 0 bytes, or -1: libetpan takes 0 for "try again" and would do so for ever.
  virtual std::ptrdiff_t etpan_read(char* into, std::size_t size) noexcept = 0;
  // All of them, or -1.
  virtual std::ptrdiff_t etpan_write(const char* bytes, std::size_t size) noexcept = 0;
  virtual int etpan_descriptor() const noexcept = 0;
  // The stream is gone.
  virtual void etpan_closed() noexcept = 0;

 protected:
  ~EtpanBytes() = default;
};

// A new stream, freed by mailstream_close(). Its bytes must outlive it.
mailstream* make_etpan_stream(EtpanBytes& bytes);

}  // namespace smsbackup::net
