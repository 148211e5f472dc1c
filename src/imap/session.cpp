#include "imap/session.hpp"

#include <algorithm>

#include "imap/ascii.hpp"
#include "imap/refusals.hpp"
#include "imap/uid_set.hpp"
#include "model/logger.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

net::ConnectionOptions connection_options(const ImapOptions& options) {
  net::ConnectionOptions out;
  out.host = options.host;
  const bool tls = options.security == ImapOptions::Security::tls;
  out.port = options.port != 0 ? options.port : tls ? 993 : 143;
  out.tls_from_start = tls;
  out.tls = options.tls;
  out.connect_timeout = options.connect_timeout;
  out.io_timeout = options.io_timeout;
  out.cancel = options.cancel;
  return out;
}

// "[UIDNEXT 12]" of SELECT's untagged OKs.
void take_folder_line(std::string_view line, OpenFolder& out) {
  if (const auto status = parse_status(line)) {
    const auto number = parse_number(status->arguments);
    if (!number || *number > UINT32_MAX) return;
    if (status->code == "UIDVALIDITY") out.uid_validity = static_cast<std::uint32_t>(*number);
    if (status->code == "UIDNEXT") out.uid_next = static_cast<std::uint32_t>(*number);
    return;
  }
  const auto blank = line.find(' ');
  if (blank == line.npos || upper(line.substr(blank + 1)) != "EXISTS") return;
  if (const auto number = parse_number(line.substr(0, blank)); number && *number <= UINT32_MAX)
    out.messages = static_cast<std::uint32_t>(*number);
}

}  // namespace

Session::Session(const ImapOptions& options) : options_(options), dialogue_(connection_options(options)) {
  refresh_capabilities(false);
  if (options.security == ImapOptions::Security::starttls) start_tls();
  if (dialogue_.greeting().kind == Status::Kind::preauth) {
    mechanism_ = "PREAUTH";
  } else {
    if (capabilities_.empty()) refresh_capabilities(true);
    mechanism_ = authenticate(dialogue_, capabilities_, options).mechanism;
  }
  // What it can do often differs after the log-in; most servers say so along with the OK.
  capabilities_ = {};
  refresh_capabilities(false);
  if (capabilities_.empty()) refresh_capabilities(true);
  model::logger().debug("logged in with {}, {}", mechanism_,
                        dialogue_.connection().tls_version().empty() ? "not encrypted" : "encrypted");
  if (options.compression == ImapOptions::Compression::always) compress();
}

void Session::start_tls() {
  if (dialogue_.greeting().kind == Status::Kind::preauth)
    throw Error(ErrorCode::tls_failed,
                "connecting to " + dialogue_.host() + ": the server logged in by itself before any encryption",
                "somebody may be on the line; use imaps:// if the server has it");
  if (capabilities_.empty()) refresh_capabilities(true);
  if (!capabilities_.has("STARTTLS"))
    throw Error(ErrorCode::tls_failed, "connecting to " + dialogue_.host() + ": the server offers no STARTTLS",
                "use imaps:// if the server has it");
  const auto status = dialogue_.command("STARTTLS");
  if (!status.ok()) throw refusal(status, "encrypting the connection to " + dialogue_.host());
  dialogue_.connection().start_tls();
  // What was said in plain text may come from anybody (RFC 9051 section 6.2.1).
  dialogue_.take_capability_words();
  capabilities_ = {};
}

void Session::refresh_capabilities(bool ask) {
  if (ask) {
    const auto status = dialogue_.command("CAPABILITY");
    if (!status.ok()) throw refusal(status, "asking " + dialogue_.host() + " what it can do");
  }
  if (const auto words = dialogue_.take_capability_words()) capabilities_ = Capabilities(*words, options_.use);
}

Tag Session::send_name_space(bool with_namespace) {
  return dialogue_.send(with_namespace ? "NAMESPACE" : "LIST \"\" \"\"");
}

void Session::finish_name_space(Tag tag, const Dialogue::LineVisitor& other) {
  NameSpace found;
  const auto status = dialogue_.finish(tag, [&](std::string_view line) {
    if (auto named = read_name_space_line(line)) {
      found = std::move(*named);
    } else if (other) {
      other(line);
    }
  });
  if (!status.ok()) found = {};
  name_space_ = std::move(found);
}

const NameSpace& Session::name_space() {
  if (!name_space_) finish_name_space(send_name_space(capabilities_.has("NAMESPACE")));
  return *name_space_;
}

std::string Session::quoted_name(std::string_view path) { return quote(name_space().wire_name(path)); }

bool Session::is_listed(std::string_view wire_name) {
  bool found = false;
  dialogue_.command("LIST \"\" " + quote(wire_name), [&](std::string_view line) {
    Tokens tokens(line);
    found = found || upper(tokens.next().text) == "LIST";
  });
  return found;
}

std::optional<OpenFolder> Session::select(std::string_view path, bool examine) {
  const auto send = [&](std::string_view wire) {
    open_ = {};
    return dialogue_.send((examine ? "EXAMINE " : "SELECT ") + quote(wire));
  };
  const auto take = [&](std::string_view line) { take_folder_line(line, open_); };
  // The name space is asked for along with the first folder, which mostly needs none.
  std::string wire;
  Status status;
  if (!name_space_) {
    wire = NameSpace{}.wire_name(path);
    const Tag asked = send_name_space(capabilities_.has("NAMESPACE"));
    const Tag selected = send(wire);
    finish_name_space(asked, take);
    status = dialogue_.finish(selected, take);
  }
  if (const auto right = name_space_->wire_name(path); right != wire) {
    wire = right;
    status = dialogue_.finish(send(wire), take);
  }
  open_path_ = status.ok() ? path : std::string_view();
  open_read_only_ = examine;
  if (status.ok()) return open_;
  open_ = {};
  auto error = refusal(status, "opening a folder at " + dialogue_.host());
  if (error.code() == ErrorCode::not_found) return std::nullopt;
  if (error.code() != ErrorCode::server_refused || is_listed(wire)) throw error;
  return std::nullopt;
}

std::optional<OpenFolder> Session::keep_open(std::string_view path) {
  if (!open_path_.empty() && open_path_ == path) return open_;
  return select(path, true);
}

void Session::leave() {
  if (open_path_.empty()) return;
  open_ = {};
  open_path_.clear();
  if (capabilities_.has("UNSELECT"))
    dialogue_.ignore(dialogue_.send("UNSELECT"));
  else if (open_read_only_)  // only then it expunges nothing (RFC 9051 section 6.4.1)
    dialogue_.ignore(dialogue_.send("CLOSE"));
}

void Session::create(std::string_view path) {
  const auto name = quoted_name(path);
  dialogue_.ignore(dialogue_.send("CREATE " + name));
  dialogue_.ignore(dialogue_.send("SUBSCRIBE " + name));
}

void Session::create_now(std::string_view path) {
  const auto name = quoted_name(path);
  const auto status = dialogue_.command("CREATE " + name);
  if (!status.ok() && status.code != "ALREADYEXISTS")
    throw refusal(status, "making the folder " + std::string(path) + " at " + dialogue_.host());
  dialogue_.ignore(dialogue_.send("SUBSCRIBE " + name));
}

Tag Session::send_search(std::string_view criteria) {
  const bool extended = capabilities_.has("ESEARCH");
  return dialogue_.send((extended ? "UID SEARCH RETURN (ALL) " : "UID SEARCH ") + std::string(criteria));
}

bool Session::take_search_line(std::string_view line, std::vector<std::uint32_t>& found) const {
  const std::size_t limit = open_.messages + std::size_t{10'000};
  const auto word = upper(line.substr(0, line.find(' ')));
  if (word != "SEARCH" && word != "ESEARCH") return false;
  if (!append_search_answer(line, found, limit))
    throw Error(ErrorCode::protocol, "searching at " + dialogue_.host() + ": the server's answer makes no sense");
  return true;
}

std::vector<std::uint32_t> Session::finish_search(Tag tag, std::vector<std::uint32_t> found,
                                                  const Dialogue::LineVisitor& other) {
  const auto status = dialogue_.finish(tag, [&](std::string_view line) {
    if (!take_search_line(line, found) && other) other(line);
  });
  if (!status.ok()) throw refusal(status, "searching at " + dialogue_.host());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool Session::should_compress() {
  return options_.compression == ImapOptions::Compression::automatic && !cannot_compress_ &&
         dialogue_.connection().would_gain_by_deflate() && capabilities_.has("COMPRESS=DEFLATE");
}

bool Session::compress() {
  if (dialogue_.connection().is_compressed()) return true;
  if (!capabilities_.has("COMPRESS=DEFLATE")) return false;
  cannot_compress_ = !dialogue_.command("COMPRESS DEFLATE").ok();
  if (cannot_compress_) return false;
  dialogue_.connection().start_deflate();
  model::logger().debug("compressing from now on");
  return true;
}

void Session::log_out() noexcept {
  try {
    dialogue_.send("LOGOUT");
    dialogue_.flush();
  } catch (...) {  // NOLINT(bugprone-empty-catch): whoever is gone needs no farewell
  }
  dialogue_.close();
}

}  // namespace smsbackup::imap
