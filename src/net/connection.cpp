#include "net/connection.hpp"

#include <libetpan/mailstream.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <exception>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "model/logger.hpp"
#include "net/deflate.hpp"
#include "net/dial.hpp"
#include "net/etpan_stream.hpp"
#include "net/line_gauge.hpp"
#include "net/tls_session.hpp"
#include "net/waiter.hpp"

namespace smsbackup::net {
namespace {

constexpr std::size_t piece_size = 64 * 1024;

// Bytes that come at one end and go at the other.
class Pipe {
 public:
  std::string_view view() const noexcept { return std::string_view(bytes_).substr(begin_); }
  bool empty() const noexcept { return begin_ == bytes_.size(); }
  std::size_t size() const noexcept { return bytes_.size() - begin_; }
  std::string& end() {
    // Moves what is left only when that is little against what was taken since.
    if (begin_ > 0 && begin_ >= bytes_.size() / 2) {
      bytes_.erase(0, begin_);
      begin_ = 0;
    }
    return bytes_;
  }
  void take(std::size_t size) noexcept { begin_ += size; }
  void clear() noexcept {
    bytes_.clear();
    begin_ = 0;
  }

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

Clock::time_point after(std::chrono::milliseconds patience) { return Clock::now() + patience; }

}  // namespace

struct Connection::State final : EtpanBytes {
  ConnectionOptions options;
  Waiter waiter;
  Descriptor socket;
  WireCounters wire;
  std::unique_ptr<TlsSession> tls;
  std::unique_ptr<Deflater> deflater;
  std::unique_ptr<Inflater> inflater;
  ImapGuard guard;
  LineGauge gauge;
  Pipe out;  // as TLS gets it
  Pipe in;   // as libetpan gets it
  std::vector<char> piece = std::vector<char>(piece_size);
  std::vector<char> inflated;
  bool inflating = false;           // the inflater has more to give
  bool ended = false;               // nothing more comes in
  std::exception_ptr read_failure;  // for whoever reads past the end of `in`
  std::exception_ptr failure;       // what rethrow_failure() throws
  mailstream* stream = nullptr;
  std::uint64_t plain_sent = 0;
  std::uint64_t plain_received = 0;

  explicit State(ConnectionOptions given) : options(std::move(given)), waiter(options.cancel), guard(options.guard) {}

  void connect();
  void handshake(Clock::time_point deadline);

  bool send_once();
  bool receive_once();
  void take_in(std::string_view plain);
  void wait_for();
  void push_out(std::size_t until);
  void queue(std::string_view bytes);
  void flush_out();
  void require_alive() const;
  void require_readable() const;
  void require_in_step() const;
  void require_quiet(const char* what) const;
  [[noreturn]] void fail_writing();
  void end_reading(std::exception_ptr why) noexcept;

  std::ptrdiff_t etpan_read(char* into, std::size_t size) noexcept override;
  std::ptrdiff_t etpan_write(const char* bytes, std::size_t size) noexcept override;
  int etpan_descriptor() const noexcept override { return socket.get(); }
  void etpan_closed() noexcept override { stream = nullptr; }

  // What the last step on the socket waits for, when it is not the obvious: TLS may have to write in order to read.
  Step::Kind send_wants = Step::Kind::want_write;
  Step::Kind receive_wants = Step::Kind::want_read;
};

void Connection::State::connect() {
  const Clock::time_point deadline = after(options.connect_timeout);
  socket = dial(options.host, options.port, waiter, deadline);
  if (options.tls_from_start) handshake(deadline);
  model::logger().debug("connected to {} port {}, {}", options.host, options.port,
                        tls ? tls->version() : std::string_view("in plain text"));
}

void Connection::State::handshake(Clock::time_point deadline) {
  if (options.tls.trust_all) {
    model::logger().warn("{}: the server's certificate is not checked (trust_all)", options.host);
  }
  auto session = std::make_unique<TlsSession>(socket.get(), options.host, options.tls, wire);
  while (true) {
    const Step step = session->handshake();
    if (step.kind == Step::Kind::moved) break;
    std::array<pollfd, 1> polled{
        {{socket.get(), static_cast<short>(step.kind == Step::Kind::want_write ? POLLOUT : POLLIN), 0}}};
    if (!waiter.wait(polled, deadline)) {
      throw Error(ErrorCode::timed_out, "starting TLS with " + options.host + ": no answer in time",
                  "check the port: 993 speaks TLS from the start, 143 only after STARTTLS");
    }
  }
  tls = std::move(session);
  model::logger().debug("{}: {}, {}", options.host, tls->version(), tls->cipher());
}

// Whether anything went out.
bool Connection::State::send_once() {
  const std::string_view bytes = out.view().substr(0, piece_size);
  const Step step = tls ? tls->send(bytes) : send_some(socket.get(), bytes, wire);
  if (step.kind != Step::Kind::moved) {
    send_wants = step.kind;
    return false;
  }
  out.take(step.bytes);
  gauge.moved(LineGauge::Way::out, step.bytes);
  return true;
}

// Whether anything came in, an end included.
bool Connection::State::receive_once() {
  if (ended) return false;
  if (inflating) {
    const std::size_t size = inflater->take(inflated.data(), inflated.size());
    inflating = size > 0;
    if (inflating) take_in({inflated.data(), size});
    if (inflating) return true;
  }
  const Step step =
      tls ? tls->receive(piece.data(), piece.size()) : receive_some(socket.get(), piece.data(), piece.size(), wire);
  switch (step.kind) {
    case Step::Kind::moved:
      gauge.moved(LineGauge::Way::in, step.bytes);
      if (inflater) {
        inflater->feed({piece.data(), step.bytes});
        inflating = true;
      } else {
        take_in({piece.data(), step.bytes});
      }
      return true;
    case Step::Kind::end:
      end_reading(std::make_exception_ptr(
          Error(ErrorCode::connection_lost, "reading from the server: it closed the connection", "try again")));
      return true;
    default:
      receive_wants = step.kind;
      return false;
  }
}

void Connection::State::take_in(std::string_view plain) {
  plain_received += plain.size();
  gauge.saw(LineGauge::Way::in, plain);
  in.end().append(plain);
}

void Connection::State::end_reading(std::exception_ptr why) noexcept {
  ended = true;
  if (!read_failure) read_failure = std::move(why);
}

// A server that waits with the rest of an answer until its beginning is acknowledged (Nagle's algorithm; Courier's
// does) would lose 40 ms each time. Linux forgets that it was told, so it is told at every wait.
void acknowledge_at_once([[maybe_unused]] int socket) noexcept {
#ifdef TCP_QUICKACK
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#endif
}

// Until the socket can go on, or a cancellation or the time-out throws. Called only when no step got on, so each call
// starts the time-out anew: it counts from the last byte that moved.
void Connection::State::wait_for() {
  short events = 0;
  if (!out.empty()) events |= send_wants == Step::Kind::want_read ? POLLIN : POLLOUT;
  if (!ended) events |= receive_wants == Step::Kind::want_write ? POLLOUT : POLLIN;
  acknowledge_at_once(socket.get());
  std::array<pollfd, 1> polled{{{socket.get(), events, 0}}};
  const auto begin = Clock::now();
  const bool moves = waiter.wait(polled, after(options.io_timeout));
  gauge.waited(out.empty() ? LineGauge::Way::in : LineGauge::Way::out, Clock::now() - begin);
  if (!moves) {
    throw Error(ErrorCode::timed_out,
                (out.empty() ? "reading from " : "writing to ") + options.host + ": nothing moved for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(options.io_timeout).count()) + " s",
                "check that this machine is online, and try again");
  }
}

// Sends until at most `until` bytes are left to be sent, and takes in what comes meanwhile.
void Connection::State::push_out(std::size_t until) {
  while (out.size() > until) {
    if (send_once()) continue;
    if (receive_once()) {
      if (in.size() > options.unread_size) {
        throw Error(ErrorCode::limit_exceeded,
                    "writing to " + options.host + ": the server answers more than is taken, and reads nothing",
                    "if it is an honest server, report this with its name and version");
      }
      continue;
    }
    if (ended) std::rethrow_exception(read_failure);
    wait_for();
  }
}

void Connection::State::queue(std::string_view bytes) {
  plain_sent += bytes.size();
  gauge.saw(LineGauge::Way::out, bytes);
  while (!bytes.empty()) {
    const std::string_view now = bytes.substr(0, piece_size);
    bytes.remove_prefix(now.size());
    if (deflater) {
      deflater->feed(now, out.end());
    } else {
      out.end().append(now);
    }
    if (out.size() >= piece_size) push_out(piece_size / 2);
  }
}

void Connection::State::flush_out() {
  if (deflater) deflater->flush(out.end());
  push_out(0);
}

void Connection::State::require_alive() const {
  if (failure) std::rethrow_exception(failure);
}

void Connection::State::require_readable() const {
  if (read_failure) std::rethrow_exception(read_failure);
}

// Where libetpan gave up within an answer, the rest of it may be a literal, which the guard has not judged as the
// answers that libetpan would take it for. mailimap_free() is such a case: it sends LOGOUT and reads on.
void Connection::State::require_in_step() const {
  if (guard.between_answers() && (stream == nullptr || stream->read_buffer_len == 0)) return;
  throw Error(ErrorCode::protocol, "the server's last answer could not be read to its end",
              "if it is an honest server, report this with its name and version");
}

void Connection::State::require_quiet(const char* what) const {
  const bool quiet = in.empty() && !inflating && !ended && guard.between_answers() &&
                     (stream == nullptr || stream->read_buffer_len == 0);
  if (quiet) return;
  throw Error(ErrorCode::protocol,
              std::string("the server sent something between its OK to ") + what + " and the change",
              "somebody may be on the line");
}

// A server that gives up says why before it closes: what is there by now can still be read.
void Connection::State::fail_writing() {
  failure = std::current_exception();
  try {
    while (in.size() <= options.unread_size && receive_once()) {
    }
  } catch (...) {
    end_reading(std::current_exception());
  }
  end_reading(failure);
  std::rethrow_exception(failure);
}

std::ptrdiff_t Connection::State::etpan_read(char* into, std::size_t size) noexcept {
  try {
    while (in.empty()) {
      require_readable();
      waiter.check();
      if (!out.empty() || deflater) {
        if (deflater) deflater->flush(out.end());
        if (!out.empty() && send_once()) continue;
      }
      if (receive_once()) continue;
      wait_for();
    }
    // One answer at a time, so that it is known where libetpan stands.
    const std::size_t bytes = guard.look_at(in.view().substr(0, size));
    if (bytes == 0) throw Error(*guard.failure());
    in.view().copy(into, bytes);
    in.take(bytes);
    return static_cast<std::ptrdiff_t>(bytes);
  } catch (...) {
    if (!failure) failure = std::current_exception();
    end_reading(failure);
    in.clear();
    return -1;
  }
}

std::ptrdiff_t Connection::State::etpan_write(const char* bytes, std::size_t size) noexcept {
  try {
    require_alive();
    try {
      require_in_step();
      queue({bytes, size});
      push_out(0);
    } catch (...) {
      fail_writing();
    }
    return static_cast<std::ptrdiff_t>(size);
  } catch (...) {
    return -1;  // kept by fail_writing()
  }
}

Connection::Connection(ConnectionOptions options) : state_(std::make_unique<State>(std::move(options))) {
  state_->connect();
}

Connection::~Connection() {
  close();
  if (state_->stream != nullptr) mailstream_close(state_->stream);
}

mailstream* Connection::stream() {
  if (state_->stream == nullptr) state_->stream = make_etpan_stream(*state_);
  return state_->stream;
}

void Connection::start_tls() {
  State& state = *state_;
  state.require_alive();
  try {
    if (state.tls) throw Error(ErrorCode::internal, "starting TLS twice");
    // What has arrived by now came in plain text as well: the server speaks next only when TLS has been offered to it.
    if (!state.ended && state.receive_once() && state.in.empty()) state.require_readable();
    state.require_quiet("STARTTLS");
    state.handshake(after(state.options.connect_timeout));
  } catch (...) {
    state.failure = std::current_exception();
    state.end_reading(state.failure);
    throw;
  }
}

void Connection::start_deflate() {
  State& state = *state_;
  state.require_alive();
  try {
    if (state.deflater) throw Error(ErrorCode::internal, "starting compression twice");
    state.require_quiet("COMPRESS");
    state.deflater = std::make_unique<Deflater>();
    state.inflater = std::make_unique<Inflater>();
    state.inflated.resize(piece_size);
  } catch (...) {
    state.failure = std::current_exception();
    state.end_reading(state.failure);
    throw;
  }
}

void Connection::write(std::string_view bytes) {
  state_->require_alive();
  try {
    state_->waiter.check();
    state_->require_in_step();
    state_->queue(bytes);
  } catch (...) {
    state_->fail_writing();
  }
}

void Connection::flush() {
  state_->require_alive();
  try {
    state_->flush_out();
  } catch (...) {
    state_->fail_writing();
  }
}

bool Connection::readable() {
  State& state = *state_;
  if ((state.stream != nullptr && state.stream->read_buffer_len > 0) || !state.in.empty()) return true;
  if (state.ended) return true;
  try {
    // An inflater may give nothing for a piece; then the next one is looked at.
    while (state.in.empty() && !state.ended && state.receive_once()) {
    }
  } catch (...) {
    state.end_reading(std::current_exception());
  }
  return state.ended || !state.in.empty();
}

void Connection::begin_response(const ResponseBudget& budget) { state_->guard.begin_response(budget); }
void Connection::rethrow_failure() const { state_->require_alive(); }

void Connection::close() noexcept {
  State& state = *state_;
  if (!state.socket) return;
  if (state.tls && !state.failure && state.out.empty()) state.tls->say_goodbye();
  state.in.clear();
  state.out.clear();
  if (!state.failure) {
    state.failure =
        std::make_exception_ptr(Error(ErrorCode::connection_lost, "the connection was closed by this side"));
  }
  state.end_reading(state.failure);
  state.tls.reset();
  state.socket.reset();
}

std::uint64_t Connection::bytes_sent() const noexcept { return state_->wire.sent; }
std::uint64_t Connection::bytes_received() const noexcept { return state_->wire.received; }
std::uint64_t Connection::plain_bytes_sent() const noexcept { return state_->plain_sent; }
std::uint64_t Connection::plain_bytes_received() const noexcept { return state_->plain_received; }
std::string_view Connection::tls_version() const noexcept {
  return state_->tls ? state_->tls->version() : std::string_view();
}
bool Connection::is_compressed() const noexcept { return state_->deflater != nullptr; }
bool Connection::would_gain_by_deflate() const noexcept {
  return state_->deflater == nullptr && state_->gauge.compressing_pays();
}

}  // namespace smsbackup::net
