#include "net/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include "smsbackup/error.hpp"

namespace smsbackup::net {
namespace {

constexpr int raw_window = -15;  // negative: no zlib header
constexpr std::size_t most_at_once = std::numeric_limits<uInt>::max();

Bytef* bytes_of(std::string_view in) noexcept {
  // zlib's next_in is not const in its older headers; it does not write there.
  return reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
}

}  // namespace

struct Deflater::Stream {
  z_stream z{};
  void run(int mode, std::string& out) {
    std::array<Bytef, 16384> room;
    do {
      z.next_out = room.data();
      z.avail_out = static_cast<uInt>(room.size());
      if (::deflate(&z, mode) == Z_STREAM_ERROR)
        throw Error(ErrorCode::internal, "compressing what goes to the server");
      out.append(reinterpret_cast<const char*>(room.data()), room.size() - z.avail_out);
    } while (z.avail_out == 0);
  }
};

Deflater::Deflater() : stream_(std::make_unique<Stream>()) {
  if (::deflateInit2(&stream_->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() { ::deflateEnd(&stream_->z); }

void Deflater::feed(std::string_view in, std::string& out) {
  while (!in.empty()) {
    const std::string_view piece = in.substr(0, most_at_once);
    stream_->z.next_in = bytes_of(piece);
    stream_->z.avail_in = static_cast<uInt>(piece.size());
    stream_->run(Z_NO_FLUSH, out);
    flushed_ = false;
    in.remove_prefix(piece.size());
  }
}

void Deflater::flush(std::string& out) {
  if (flushed_) return;
  stream_->run(Z_SYNC_FLUSH, out);
  flushed_ = true;
}

struct Inflater::Stream {
  z_stream z{};
  std::string waiting;
};

Inflater::Inflater() : stream_(std::make_unique<Stream>()) {
  if (::inflateInit2(&stream_->z, raw_window) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { ::inflateEnd(&stream_->z); }

void Inflater::feed(std::string_view in) {
  stream_->waiting.assign(in);
  stream_->z.next_in = bytes_of(stream_->waiting);
  stream_->z.avail_in = static_cast<uInt>(in.size());
}

std::size_t Inflater::take(char* out, std::size_t size) {
  z_stream& z = stream_->z;
  size = std::min(size, most_at_once);
  z.next_out = reinterpret_cast<Bytef*>(out);
  z.avail_out = static_cast<uInt>(size);
  switch (::inflate(&z, Z_SYNC_FLUSH)) {
    case Z_OK:
    case Z_BUF_ERROR:  // nothing to do: no input, or no room
      return size - z.avail_out;
    case Z_STREAM_END:
      throw Error(ErrorCode::protocol, "the server ended its compressed stream in the middle of the session");
    case Z_MEM_ERROR:
      throw std::bad_alloc();
    default:
      throw Error(ErrorCode::protocol, "what the server sends is not compressed as agreed");
  }
}

}  // namespace smsbackup::net
