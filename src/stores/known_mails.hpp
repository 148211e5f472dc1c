// The encoder of a mail store and what it was told about the mails that are there already.
#pragma once

#include <optional>
#include <utility>

#include "smsbackup/mime.hpp"
#include "stores/mail_reader.hpp"

namespace smsbackup::stores {

// A Message-ID must come out the same on every run, so the encoder has to know all mails that are there before it makes
// the first new one. keys() goes through them anyway; write() without keys() has to go through them for this alone.
class KnownMails {
 public:
  // Forgets everything: from now on others may change what is there.
  void forget() { encoder_.reset(); }
  bool complete() const noexcept { return encoder_.has_value(); }

  // Runs visit_all(tell), which calls tell(Identity) for each mail there.
  template <class VisitAll>
  void learn(const MimeOptions& options, VisitAll&& visit_all) {
    MimeEncoder fresh(options);
    visit_all([&](const MailReader::Identity& mail) { fresh.remember(mail.message_id, mail.content); });
    encoder_.emplace(std::move(fresh));
  }

  MimeEncoder& encoder() { return *encoder_; }

 private:
  std::optional<MimeEncoder> encoder_;
};

}  // namespace smsbackup::stores
