// DEFLATE as COMPRESS uses it (RFC 4978, RFC 1951: no header, no checksum), in both directions.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace smsbackup::net {

class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(Deflater&&) = delete;

  // Appends what comes out so far.
  void feed(std::string_view in, std::string& out);
  // Appends everything fed, so that the other side can read all of it. Nothing if that was done already.
  void flush(std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  bool flushed_ = true;
};

// A few bytes can become a thousand times as many, so they come out in portions that the caller sizes.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(Inflater&&) = delete;

  // Takes more bytes; only after take() has returned 0. They are copied.
  void feed(std::string_view in);
  // Writes up to `size` bytes to `out` and returns how many; 0: feed() first. Throws Error(protocol) on bytes that are
  // not DEFLATE and when the stream says that it ends, which an IMAP server must not do.
  std::size_t take(char* out, std::size_t size);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace smsbackup::net
