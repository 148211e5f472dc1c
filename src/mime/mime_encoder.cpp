#include "mime/mail_writer.hpp"

namespace smsbackup {

struct MimeEncoder::State {
  explicit State(MimeOptions options) : writer(std::move(options)) {}
  mime::MailWriter writer;
};

MimeEncoder::MimeEncoder(MimeOptions options) : state_(std::make_unique<State>(std::move(options))) {}
MimeEncoder::~MimeEncoder() = default;
MimeEncoder::MimeEncoder(MimeEncoder&&) noexcept = default;
MimeEncoder& MimeEncoder::operator=(MimeEncoder&&) noexcept = default;

MailHead MimeEncoder::encode(const Record& record, std::string& out) {
  mime::MailBuffer& buffer = state_->writer.buffer();
  MailHead head = state_->writer.write(record, nullptr);
  out += buffer.view();
  buffer.trim();
  return head;
}

MailHead MimeEncoder::encode(const Record& record, const ByteSink& out) {
  MailHead head = state_->writer.write(record, &out);
  state_->writer.buffer().trim();
  return head;
}

void MimeEncoder::remember(std::string_view message_id, const Digest& content) {
  state_->writer.remember(message_id, content);
}

}  // namespace smsbackup
