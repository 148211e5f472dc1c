#include "imap/dialogue.hpp"

#include <libetpan/mailimap.h>
#include <libetpan/mailstream.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>

#include "imap/ascii.hpp"
#include "imap/refusals.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// Of an untagged answer that is read as lines; anything larger is asked for with FETCH only.
constexpr std::uint64_t max_inner_literal = 1 << 20;

// What is asked for is bounded by how many mails one FETCH names; what comes unasked, by these.
constexpr net::ResponseBudget fetch_budget{.lines = 1'000'000, .line_bytes = 256ULL << 20, .literal_bytes = 8ULL << 30};

std::optional<std::uint64_t> literal_at_end(std::string_view line) {
  if (line.empty() || line.back() != '}') return std::nullopt;
  const auto open = line.rfind('{');
  return open == line.npos ? std::nullopt : parse_number(line.substr(open + 1, line.size() - open - 2));
}

}  // namespace

// What libetpan's callbacks fill while it reads the answer to one FETCH.
struct Dialogue::Fetch {
  const MailVisitor& visit;
  std::string content{};
  bool has_content = false;
  std::exception_ptr failure{};

  static bool on_body(int, mailimap_msg_att_body_section*, const char* bytes, std::size_t size, void* context) {
    auto& self = *static_cast<Fetch*>(context);
    try {
      self.content.append(bytes, size);
      self.has_content = true;
    } catch (...) {
      self.failure = std::current_exception();
    }
    return true;
  }

  static void on_mail(mailimap_msg_att* mail, void* context) {
    auto& self = *static_cast<Fetch*>(context);
    if (self.failure) return;
    try {
      self.take(*mail);
    } catch (...) {
      self.failure = std::current_exception();
    }
  }

  // libetpan calls the handler for mails only when it has these.
  static void on_progress(std::size_t, std::size_t, void*) {}

  void take(const mailimap_msg_att& mail) {
    FetchedMail out;
    out.number = mail.att_number;
    for (clistiter* at = clist_begin(mail.att_list); at != nullptr; at = clist_next(at)) {
      const auto& item = *static_cast<const mailimap_msg_att_item*>(clist_content(at));
      if (item.att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
        take_static(*item.att_data.att_static, out);
      else if (item.att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC)
        take_flags(*item.att_data.att_dyn, out);
    }
    if (has_content) {
      out.content = content;
      out.has_content = true;
    }
    visit(out);
    content.clear();
    has_content = false;
  }

  static void take_static(const mailimap_msg_att_static& item, FetchedMail& out) {
    if (item.att_type == MAILIMAP_MSG_ATT_UID) {
      out.uid = item.att_data.att_uid;
    } else if (item.att_type == MAILIMAP_MSG_ATT_RFC822_SIZE) {
      out.size = item.att_data.att_rfc822_size;
    } else if (item.att_type == MAILIMAP_MSG_ATT_BODY_SECTION) {
      const auto& section = *item.att_data.att_body_section;
      out.has_content = true;
      if (section.sec_body_part != nullptr) out.content = {section.sec_body_part, section.sec_length};
    }
  }

  static void take_flags(const mailimap_msg_att_dynamic& item, FetchedMail& out) {
    out.has_flags = true;
    if (item.att_list == nullptr) return;
    for (clistiter* at = clist_begin(item.att_list); at != nullptr; at = clist_next(at)) {
      const auto& flag = *static_cast<const mailimap_flag_fetch*>(clist_content(at));
      if (flag.fl_type != MAILIMAP_FLAG_FETCH_OTHER || flag.fl_flag == nullptr) continue;
      if (flag.fl_flag->fl_type == MAILIMAP_FLAG_DELETED) out.deleted = true;
      if (flag.fl_flag->fl_type == MAILIMAP_FLAG_FLAGGED) out.flagged = true;
    }
  }
};

Dialogue::Dialogue(net::ConnectionOptions options)
    : host_(options.host), connection_(std::move(options)), session_(mailimap_new(0, nullptr)) {
  if (session_ == nullptr) throw std::bad_alloc();
  session_->imap_stream = connection_.stream();
  // Where libetpan keeps what an answer holds.
  session_->imap_response_info = mailimap_response_info_new();
  session_->imap_connection_info = mailimap_connection_info_new();
  try {
    const auto line = read_logical_line();
    auto status = line.starts_with("* ") ? parse_status(std::string_view(line).substr(2)) : std::nullopt;
    if (!status || status->kind == Status::Kind::no || status->kind == Status::Kind::bad)
      throw Error(ErrorCode::protocol, "connecting to " + host_ + ": what answers there is no IMAP server");
    greeting_ = std::move(*status);
    note_capabilities(greeting_);
    if (greeting_.kind == Status::Kind::bye) throw refusal(greeting_, "connecting to " + host_);
  } catch (...) {
    session_->imap_stream = nullptr;
    mailimap_free(session_);
    throw;
  }
}

Dialogue::~Dialogue() {
  // Without a stream libetpan says no farewell of its own, which would wait for an answer.
  session_->imap_stream = nullptr;
  mailimap_free(session_);
}

void Dialogue::fail() {
  if (bye_) throw refusal(*bye_, "talking to " + host_);
  connection_.rethrow_failure();
  throw Error(ErrorCode::connection_lost, "talking to " + host_ + ": the connection ended");
}

Tag Dialogue::open(std::string_view start) {
  ++last_tag_;
  std::string text = std::to_string(last_tag_);
  text += ' ';
  text += start;
  connection_.write(text);
  return last_tag_;
}

Tag Dialogue::send(std::string_view command) {
  std::string text(command);
  text += "\r\n";
  return open(text);
}

std::string_view Dialogue::read_line() {
  if (mailimap_read_line(session_) == nullptr) fail();
  std::string_view line(session_->imap_stream_buffer->str, session_->imap_stream_buffer->len);
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::string Dialogue::read_logical_line() {
  std::string whole(read_line());
  auto line = std::string_view(whole);
  while (const auto size = literal_at_end(line)) {
    if (*size > max_inner_literal)
      throw Error(ErrorCode::limit_exceeded, "talking to " + host_ + ": the server sent more than was asked for");
    whole += "\r\n";
    const auto begin = whole.size();
    whole.resize(begin + *size);
    for (std::size_t done = 0; done < *size;) {
      const auto n = mailstream_read(session_->imap_stream, whole.data() + begin + done, *size - done);
      if (n <= 0) fail();
      done += static_cast<std::size_t>(n);
    }
    const auto rest = whole.size();
    whole += read_line();
    line = std::string_view(whole).substr(rest);
  }
  return whole;
}

// Commands are answered in order, so the oldest ignored one is the one to look for.
bool Dialogue::is_ignored(std::string_view line) {
  if (ignored_.empty()) return false;
  const auto tag = parse_number(line.substr(0, line.find(' ')));
  if (!tag || *tag != static_cast<std::uint64_t>(ignored_.front())) return false;
  ignored_.erase(ignored_.begin());
  return true;
}

void Dialogue::note_capabilities(const Status& status) {
  if (status.code == "CAPABILITY") capability_words_ = status.arguments;
}

Dialogue::Answer Dialogue::read() {
  auto line = read_logical_line();
  Answer answer;
  if (line.starts_with("* ")) {
    answer.text = line.substr(2);
    if (auto status = parse_status(answer.text)) {
      note_capabilities(*status);
      if (status->kind == Status::Kind::bye) bye_ = std::move(*status);
    } else if (upper(answer.text.substr(0, 11)) == "CAPABILITY ") {
      capability_words_ = answer.text.substr(11);
    }
    return answer;
  }
  if (is_ignored(line)) return answer;
  if (line == "+" || line.starts_with("+ ")) {
    answer.kind = Answer::Kind::continuation;
    answer.text = line.size() > 2 ? line.substr(2) : std::string();
    return answer;
  }
  const auto space = line.find(' ');
  const auto tag = parse_number(std::string_view(line).substr(0, space));
  auto status = space == line.npos ? std::nullopt : parse_status(std::string_view(line).substr(space + 1));
  if (!tag || *tag == 0 || *tag > static_cast<std::uint64_t>(last_tag_) || !status)
    throw Error(ErrorCode::protocol, "talking to " + host_ + ": the server answered something that IMAP doesn't have");
  answer.kind = Answer::Kind::tagged;
  answer.tag = static_cast<Tag>(*tag);
  answer.status = std::move(*status);
  note_capabilities(answer.status);
  connection_.begin_response();
  return answer;
}

Status Dialogue::finish(Tag tag, const LineVisitor& untagged) {
  for (;;) {
    auto answer = read();
    if (answer.kind == Answer::Kind::untagged) {
      if (untagged) untagged(answer.text);
    } else if (answer.kind == Answer::Kind::continuation) {
      throw Error(ErrorCode::protocol, "talking to " + host_ + ": the server waits for more than there is");
    } else if (answer.tag == tag) {
      return std::move(answer.status);
    } else {
      throw Error(ErrorCode::protocol, "talking to " + host_ + ": the server answered out of order");
    }
  }
}

Status Dialogue::finish_fetch(Tag tag, const MailVisitor& visit) {
  connection_.begin_response(fetch_budget);
  auto first = read_line();
  while (is_ignored(first)) first = read_line();
  const auto tag_text = std::to_string(tag) + ' ';
  if (first.starts_with(tag_text))
    if (auto status = parse_status(first.substr(tag_text.size()))) return std::move(*status);
  if (first.starts_with("* "))
    if (auto status = parse_status(first.substr(2)); status && status->kind == Status::Kind::bye) {
      bye_ = std::move(*status);
      read_line();
      fail();
    }

  Fetch fetch{visit};
  mailimap_set_progress_callback(session_, Fetch::on_progress, Fetch::on_progress, nullptr);
  mailimap_set_msg_att_handler(session_, Fetch::on_mail, &fetch);
  mailimap_set_msg_body_handler(session_, Fetch::on_body, &fetch);
  session_->imap_tag = tag;
  mailimap_response* response = nullptr;
  const int result = mailimap_parse_response(session_, &response);
  mailimap_set_msg_body_handler(session_, nullptr, nullptr);
  mailimap_set_msg_att_handler(session_, nullptr, nullptr);
  mailimap_set_progress_callback(session_, nullptr, nullptr, nullptr);
  const std::unique_ptr<mailimap_response, void (*)(mailimap_response*)> owner(response, [](mailimap_response* r) {
    if (r != nullptr) mailimap_response_free(r);
  });
  if (fetch.failure) {
    connection_.close();
    std::rethrow_exception(fetch.failure);
  }
  connection_.rethrow_failure();
  Status status;
  if (session_->imap_response != nullptr) status.text = session_->imap_response;
  if (result == MAILIMAP_ERROR_PROTOCOL) {
    status.kind = Status::Kind::bad;
    return status;
  }
  if (result == MAILIMAP_ERROR_STREAM) fail();
  if (result != MAILIMAP_NO_ERROR) {
    connection_.close();
    throw Error(ErrorCode::protocol, "talking to " + host_ + ": the server answered something that IMAP doesn't have");
  }
  const auto& state = *response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state;
  if (state.rsp_type == MAILIMAP_RESP_COND_STATE_NO) status.kind = Status::Kind::no;
  if (state.rsp_type == MAILIMAP_RESP_COND_STATE_BAD) status.kind = Status::Kind::bad;
  return status;
}

}  // namespace smsbackup::imap
