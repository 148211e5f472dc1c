// Preloaded into a process (LD_PRELOAD): counts its calls that change files or send to a socket, and kills it at one of
// them, or makes the disk full from one of them on.
//
//   CRASH_POINT_MODE=count   at the end writes "CALLS WRITES TAKES" to the file named by CRASH_POINT_COUNTS:
//                            how many calls of each of the kinds below there were
//   CRASH_POINT_MODE=before  SIGKILL instead of the CRASH_POINT_AT-th call
//   CRASH_POINT_MODE=half    SIGKILL after half of the bytes of the CRASH_POINT_AT-th call that writes or sends
//   CRASH_POINT_MODE=full    ENOSPC for the CRASH_POINT_AT-th call that takes space on a disk, and for all that follow
//
// Of calls that name a path, only those below CRASH_POINT_FOLDER count, if that is set: not what a coverage or a
// sanitizer build does by itself. What goes to standard output and standard error doesn't count. What stdio writes is
// not seen: glibc calls itself.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class Mode { off, count, before, half, full };

Mode mode_from_environment() {
  const char* mode = std::getenv("CRASH_POINT_MODE");
  if (mode == nullptr) return Mode::off;
  if (std::strcmp(mode, "count") == 0) return Mode::count;
  if (std::strcmp(mode, "before") == 0) return Mode::before;
  if (std::strcmp(mode, "half") == 0) return Mode::half;
  return std::strcmp(mode, "full") == 0 ? Mode::full : Mode::off;
}

long number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atol(text);
}

Mode mode() {
  static const Mode value = mode_from_environment();
  return value;
}
long crash_at() {
  static const long value = number_from_environment("CRASH_POINT_AT");
  return value;
}

std::atomic<long> calls{0};
std::atomic<long> writes{0};
std::atomic<long> takes{0};

[[noreturn]] void die() {
  for (;;) ::syscall(SYS_kill, ::getpid(), SIGKILL);
}

// The function of that name behind this one.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool counts(int descriptor) {
  return mode() != Mode::off && descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO;
}

bool counts(const char* path) {
  static const char* const folder = std::getenv("CRASH_POINT_FOLDER");
  return mode() != Mode::off && (folder == nullptr || std::strncmp(path, folder, std::strlen(folder)) == 0);
}

// A call that changes something.
void call() {
  if (++calls == crash_at() && mode() == Mode::before) die();
}

// A call that takes space on a disk. True if there is none.
bool disk_is_full() { return ++takes >= crash_at() && mode() == Mode::full; }

bool is_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

// A call that writes `size` bytes; `write_some(count)` writes the first of them. True if it fails with ENOSPC.
template <class WriteSome>
bool write_call(int descriptor, std::size_t size, WriteSome&& write_some) {
  call();
  if (++writes == crash_at() && mode() == Mode::half) {
    if (size > 1) write_some(size / 2);
    die();
  }
  if (is_file(descriptor) && disk_is_full()) {
    errno = ENOSPC;
    return true;
  }
  return false;
}

std::size_t size_of(const struct iovec* pieces, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  return size;
}

// Hands out the first `limit` bytes piece by piece.
template <class WritePiece>
void first_bytes(const struct iovec* pieces, int count, std::size_t limit, WritePiece&& write_piece) {
  for (int i = 0; i < count && limit > 0; ++i) {
    const std::size_t size = pieces[i].iov_len < limit ? pieces[i].iov_len : limit;
    write_piece(pieces[i].iov_base, size);
    limit -= size;
  }
}

struct Counter {
  ~Counter() {
    const char* file = std::getenv("CRASH_POINT_COUNTS");
    if (mode() != Mode::count || file == nullptr) return;
    char text[100];
    const int size = std::snprintf(text, sizeof text, "%ld %ld %ld\n", calls.load(), writes.load(), takes.load());
    const long out = ::syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out >= 0) ::syscall(SYS_write, out, text, size);
  }
} counter;

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (counts(descriptor) && write_call(descriptor, size, [&](size_t some) { real(descriptor, bytes, some); }))
    return -1;
  return real(descriptor, bytes, size);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (counts(descriptor) && write_call(descriptor, size, [&](size_t some) { real(descriptor, bytes, some, offset); })) {
    return -1;
  }
  return real(descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  if (counts(descriptor) && write_call(descriptor, size, [&](size_t some) { real(descriptor, bytes, some, offset); })) {
    return -1;
  }
  return real(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec* pieces, int count) {
  static const auto real = next<ssize_t (*)(int, const struct iovec*, int)>("writev");
  const auto write_some = [&](size_t some) {
    first_bytes(pieces, count, some,
                [&](const void* bytes, size_t size) { ::syscall(SYS_write, descriptor, bytes, size); });
  };
  if (counts(descriptor) && write_call(descriptor, size_of(pieces, count), write_some)) return -1;
  return real(descriptor, pieces, count);
}

ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int)>("send");
  if (counts(descriptor)) write_call(descriptor, size, [&](size_t some) { real(descriptor, bytes, some, flags); });
  return real(descriptor, bytes, size, flags);
}

ssize_t sendto(int descriptor, const void* bytes, size_t size, int flags, const struct sockaddr* address,
               socklen_t length) {
  static const auto real =
      next<ssize_t (*)(int, const void*, size_t, int, const struct sockaddr*, socklen_t)>("sendto");
  if (counts(descriptor)) {
    write_call(descriptor, size, [&](size_t some) { real(descriptor, bytes, some, flags, address, length); });
  }
  return real(descriptor, bytes, size, flags, address, length);
}

ssize_t sendmsg(int descriptor, const struct msghdr* message, int flags) {
  static const auto real = next<ssize_t (*)(int, const struct msghdr*, int)>("sendmsg");
  const int count = static_cast<int>(message->msg_iovlen);
  const auto send_some = [&](size_t some) {
    first_bytes(message->msg_iov, count, some,
                [&](const void* bytes, size_t size) { ::syscall(SYS_write, descriptor, bytes, size); });
  };
  if (counts(descriptor)) write_call(descriptor, size_of(message->msg_iov, count), send_some);
  return real(descriptor, message, flags);
}

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  if (counts(descriptor)) call();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  if (counts(descriptor)) call();
  return real(descriptor);
}

int ftruncate(int descriptor, off_t size) {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  if (counts(descriptor)) call();
  return real(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  if (counts(descriptor)) call();
  return real(descriptor, size);
}

int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  if (counts(to)) call();
  return real(from, to);
}

int unlink(const char* path) {
  static const auto real = next<int (*)(const char*)>("unlink");
  if (counts(path)) call();
  return real(path);
}

int unlinkat(int folder, const char* path, int flags) {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  if (mode() != Mode::off) call();
  return real(folder, path, flags);
}

int remove(const char* path) {
  static const auto real = next<int (*)(const char*)>("remove");
  if (counts(path)) call();
  return real(path);
}

int link(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("link");
  if (counts(to)) {
    call();
    if (disk_is_full()) {
      errno = ENOSPC;
      return -1;
    }
  }
  return real(from, to);
}

int mkdir(const char* path, mode_t permissions) {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  if (counts(path)) {
    call();
    if (disk_is_full()) {
      errno = ENOSPC;
      return -1;
    }
  }
  return real(path, permissions);
}

// Only what makes a file is a change.
static bool open_fails(int folder, const char* path, int flags) {
  if (!counts(path) || (flags & O_CREAT) == 0 || ::faccessat(folder, path, F_OK, 0) == 0) return false;
  call();
  if (!disk_is_full()) return false;
  errno = ENOSPC;
  return true;
}

static mode_t permissions_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

int open(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t permissions = permissions_of(flags, arguments);
  va_end(arguments);
  return open_fails(AT_FDCWD, path, flags) ? -1 : real(path, flags, permissions);
}

int open64(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open64");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t permissions = permissions_of(flags, arguments);
  va_end(arguments);
  return open_fails(AT_FDCWD, path, flags) ? -1 : real(path, flags, permissions);
}

int openat(int folder, const char* path, int flags, ...) {
  static const auto real = next<int (*)(int, const char*, int, ...)>("openat");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t permissions = permissions_of(flags, arguments);
  va_end(arguments);
  return open_fails(folder, path, flags) ? -1 : real(folder, path, flags, permissions);
}

int mkostemp(char* pattern, int flags) {
  static const auto real = next<int (*)(char*, int)>("mkostemp");
  if (counts(pattern)) {
    call();
    if (disk_is_full()) {
      errno = ENOSPC;
      return -1;
    }
  }
  return real(pattern, flags);
}

}  // extern "C"
