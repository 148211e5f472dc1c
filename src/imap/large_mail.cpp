#include "imap/large_mail.hpp"

#include <algorithm>

#include "imap/refusals.hpp"

namespace smsbackup::imap {
namespace {

std::string piece_item(std::uint64_t offset) {
  return "BODY.PEEK[]<" + std::to_string(offset) + '.' + std::to_string(mail_piece) + '>';
}

}  // namespace

std::string first_piece_item() { return piece_item(0); }

void LargeMail::start(std::uint32_t uid) {
  uid_ = uid;
  bytes_.clear();
  failure_.reset();
}

void LargeMail::start(const FetchedMail& mail) {
  start(mail.uid);
  append(mail.content);
}

// Called while an answer is read, which must go on: what fails is kept.
void LargeMail::append(std::string_view piece) {
  try {
    bytes_.append(piece);
  } catch (const Error& error) {
    failure_ = error;
  }
}

// Pieces are asked for until one is short: the size that a server tells beforehand is an estimate for some of them.
LargeMail::End LargeMail::fetch(Dialogue& dialogue, std::uint64_t limit) {
  // IMAP's numbers have 32 bits, offsets included.
  limit = std::min<std::uint64_t>(limit, UINT32_MAX);
  for (;;) {
    if (bytes_.size() > limit)
      failure_ = Error(ErrorCode::limit_exceeded, "reading a mail: it is larger than the limit allows");
    if (failure_) return End::failed;
    bool came = false;
    std::uint64_t size = 0;
    const auto tag = dialogue.send("UID FETCH " + std::to_string(uid_) + " (UID " + piece_item(bytes_.size()) + ')');
    const auto status = dialogue.finish_fetch(tag, [&](const FetchedMail& mail) {
      if (mail.uid != uid_ || !mail.has_content || came) return;
      came = true;
      size = mail.content.size();
      append(mail.content);
    });
    if (!status.ok()) {
      auto error = refusal(status, "reading a mail at " + dialogue.host());
      if (is_transient(error.code())) throw error;
      failure_ = std::move(error);
    }
    if (failure_) return End::failed;
    if (!came) return End::gone;
    if (size != mail_piece) return End::complete;
  }
}

}  // namespace smsbackup::imap
