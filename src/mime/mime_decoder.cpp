#include "mime/mail_reader.hpp"

namespace smsbackup {

struct MimeDecoder::State {
  State(Limits limits, std::unique_ptr<CharsetConverter> charsets) : reader(limits, std::move(charsets)) {}
  mime::MailReader reader;
};

MimeDecoder::MimeDecoder(Limits limits, std::unique_ptr<CharsetConverter> charsets)
    : state_(std::make_unique<State>(limits, std::move(charsets))) {}
MimeDecoder::~MimeDecoder() = default;
MimeDecoder::MimeDecoder(MimeDecoder&&) noexcept = default;
MimeDecoder& MimeDecoder::operator=(MimeDecoder&&) noexcept = default;

void MimeDecoder::decode(std::string_view mail, DecodedMail& out) { state_->reader.read(mail, out); }

DecodedMail MimeDecoder::decode(std::string_view mail) {
  DecodedMail out;
  state_->reader.read(mail, out);
  return out;
}

std::optional<RecordKey> MimeDecoder::key_from_headers(std::string_view headers, DedupLevel level) {
  return state_->reader.read_key(headers, level);
}

}  // namespace smsbackup
