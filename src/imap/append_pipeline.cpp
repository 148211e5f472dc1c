#include "imap/append_pipeline.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "imap/refusals.hpp"
#include "imap/uid_set.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// A batch goes out when either is reached. 100 mails reach nearly all of what batches give; a batch that is refused is
// sent again mail by mail.
constexpr std::size_t batch_mails = 128;
constexpr std::uint64_t batch_size = 1 << 20;
// Beside the window in bytes: each costs a little memory on both sides.
constexpr std::size_t max_commands = 1024;
// So many mails in a row that the server calls its own fault are not the mails' fault.
constexpr std::size_t max_server_bugs = 20;

}  // namespace

std::string internal_date(std::int64_t utc_ms) {
  using namespace std::chrono;
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // Servers keep a time_t, some of them an unsigned one; four digits is all the syntax has. The mail's own Date header
  // stays exact.
  constexpr std::int64_t last = 253402300799;  // 9999-12-31T23:59:59Z
  const auto seconds_since = std::clamp<std::int64_t>(utc_ms / 1000, 0, last);
  const sys_seconds time{seconds(seconds_since)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char out[64];
  std::snprintf(out, sizeof out, "%02u-%s-%04d %02d:%02d:%02d +0000", static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return out;
}

bool AppendPipeline::batches() const {
  const auto& can = session_.capabilities();
  return can.has("MULTIAPPEND") && (can.has("LITERAL+") || can.has("LITERAL-"));
}

void AppendPipeline::throw_if_over() const {
  if (over_) throw Error(*over_);
}

void AppendPipeline::send(const OutgoingMailPtr& mail) {
  throw_if_over();
  const bool at_once = session_.capabilities().non_synchronizing(mail->size);
  if (!batches() || !at_once || mail->size > batch_size) {
    send_batch();
    send_alone(mail);
    return;
  }
  if (!batch_.empty() && batch_.front()->folder != mail->folder) send_batch();
  batch_.push_back(mail);
  batch_bytes_ += mail->size;
  batch_memory_ += mail->memory;
  if (batch_.size() >= batch_mails || batch_bytes_ >= batch_size) send_batch();
}

void AppendPipeline::write_mail(OutgoingMail& mail, bool wait) {
  bytes_.make_again(mail);
  auto& dialogue = session_.dialogue();
  std::string head = mail.seen ? " (\\Seen) \"" : " \"";
  head += internal_date(mail.date);
  head += "\" {";
  head += std::to_string(mail.size);
  head += wait ? "}\r\n" : "+}\r\n";
  dialogue.write(head);
  if (wait) wait_for_go_ahead(commands_.back());
  if (mail.bytes.empty()) {
    mail.spilled.for_each_chunk([&](std::string_view chunk) { dialogue.write(chunk); });
  } else {
    dialogue.write(mail.bytes);
    bytes_.let_go(mail);
  }
}

void AppendPipeline::send_batch() {
  if (batch_.empty()) return;
  const auto memory = batch_memory_;
  make_room(memory);
  auto mails = std::move(batch_);
  batch_.clear();
  batch_bytes_ = batch_memory_ = 0;
  auto& dialogue = session_.dialogue();
  for (const auto& mail : mails) mail->sent = true;
  const Tag tag = dialogue.open("APPEND " + session_.quoted_name(mails.front()->folder));
  memory_in_flight_ += memory;
  commands_.push_back({tag, std::move(mails), memory});
  for (const auto& mail : commands_.back().mails) write_mail(*mail, false);
  dialogue.write("\r\n");
}

void AppendPipeline::send_alone(const OutgoingMailPtr& mail) {
  make_room(mail->memory);
  auto& dialogue = session_.dialogue();
  const bool wait = !session_.capabilities().non_synchronizing(mail->size);
  const auto name = session_.quoted_name(mail->folder);
  mail->sent = true;
  const Tag tag = dialogue.open("APPEND " + name);
  memory_in_flight_ += mail->memory;
  commands_.push_back({tag, {mail}, mail->memory});
  try {
    write_mail(*mail, wait);
  } catch (const Refused&) {
    return;
  }
  dialogue.write("\r\n");
}

// The literal may go out once the server says "+". It may also refuse the command right away.
void AppendPipeline::wait_for_go_ahead(const Command& command) {
  const Tag tag = command.tag;
  session_.dialogue().flush();
  while (!go_ahead_) {
    read_one();
    if (commands_.empty() || commands_.back().tag != tag) throw Refused{};
  }
  go_ahead_ = false;
}

void AppendPipeline::make_room(std::uint64_t memory) {
  while (!commands_.empty() && (memory_in_flight_ + memory > window_ || commands_.size() >= max_commands)) read_one();
  while (!commands_.empty() && session_.dialogue().readable()) read_one();
  throw_if_over();
}

void AppendPipeline::poll() {
  session_.dialogue().flush();
  while (!commands_.empty() && session_.dialogue().readable()) read_one();
  throw_if_over();
}

void AppendPipeline::drain() {
  for (;;) {
    if (!over_) send_batch();
    session_.dialogue().flush();
    while (!commands_.empty()) read_one();
    throw_if_over();
    if (again_.empty()) return;
    const auto again = std::move(again_);
    again_.clear();
    for (const auto& mail : again) send_alone(mail);
  }
}

void AppendPipeline::read_rest() noexcept {
  try {
    if (over_ == nullptr) return;
    session_.dialogue().flush();
    while (!commands_.empty()) read_one();
  } catch (...) {  // NOLINT(bugprone-empty-catch): what stays open is looked for later
  }
}

void AppendPipeline::read_one() {
  auto answer = session_.dialogue().read();
  if (answer.kind == Dialogue::Answer::Kind::continuation) {
    go_ahead_ = true;
    return;
  }
  if (answer.kind != Dialogue::Answer::Kind::tagged) return;
  const auto found =
      std::find_if(commands_.begin(), commands_.end(), [&](const Command& c) { return c.tag == answer.tag; });
  if (found == commands_.end())
    throw Error(ErrorCode::protocol, "storing mails: the server answered a command that was not sent");
  Command command = std::move(*found);
  commands_.erase(found);
  memory_in_flight_ -= command.memory;
  settle(std::move(command), answer.status);
}

void AppendPipeline::settle(Command command, const Status& status) {
  if (status.ok()) {
    server_bugs_ = 0;
    for (const auto& mail : command.mails) mail->fate = OutgoingMail::Fate::written;
    if (status.code == "APPENDUID") note_uids(command, status.arguments);
    return;
  }
  // Refused: none of these is on the server.
  for (const auto& mail : command.mails) mail->sent = false;
  auto error = refusal(status, "storing mails at " + session_.dialogue().host(), Attempt::append);
  if (error.code() == ErrorCode::no_space && command.mails.size() > 1) {
    // Smaller ones may still fit, and the first that does not says so by itself.
    again_.insert(again_.end(), command.mails.begin(), command.mails.end());
  } else if (!concerns_one_mail(error.code())) {
    if (error.code() == ErrorCode::not_found) missing_folder_ = command.mails.front()->folder;
    if (!over_) over_ = std::make_unique<Error>(std::move(error));
  } else if (command.mails.size() == 1) {
    if (status.code == "SERVERBUG" && ++server_bugs_ == max_server_bugs && !over_) {
      over_ = std::make_unique<Error>(
          error.code(), "storing mails at " + session_.dialogue().host() + ": the server fails at each of them",
          "its log says why; its disk may be full");
      over_->with_detail(status.text);
    }
    command.mails.front()->fate = OutgoingMail::Fate::refused;
    command.mails.front()->refusal = status;
  } else {
    again_.insert(again_.end(), command.mails.begin(), command.mails.end());
  }
}

void AppendPipeline::note_uids(const Command& command, std::string_view arguments) {
  const auto blank = arguments.find(' ');
  std::vector<std::uint32_t> uids;
  if (blank == arguments.npos || !append_uid_set(arguments.substr(blank + 1), uids, batch_mails)) return;
  // The UIDs ascend in the order of the mails (RFC 4315).
  if (uids.size() == command.mails.size())
    for (std::size_t i = 0; i < uids.size(); ++i) command.mails[i]->uid = uids[i];
  auto& next = uid_next_[command.mails.front()->folder];
  next = std::max(next, *std::max_element(uids.begin(), uids.end()) + 1);
}

std::uint32_t AppendPipeline::uid_next(const std::string& folder) const {
  const auto found = uid_next_.find(folder);
  return found == uid_next_.end() ? 0 : found->second;
}

}  // namespace smsbackup::imap
