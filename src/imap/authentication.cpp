#include "imap/authentication.hpp"

#include <openssl/crypto.h>

#include <optional>
#include <utility>

#include "imap/ascii.hpp"
#include "imap/folder_names.hpp"
#include "imap/refusals.hpp"
#include "imap/scram.hpp"
#include "model/base64.hpp"
#include "smsbackup/error.hpp"

namespace smsbackup::imap {
namespace {

// A secret, or a text that holds one: wiped when it is no longer needed.
class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret() { OPENSSL_cleanse(text_.data(), text_.size()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

std::string base64_of(std::string_view raw) {
  std::string out;
  base64::encode(raw, out);
  return out;
}

std::string attempt_at(const Dialogue& dialogue) { return "logging in at " + dialogue.host(); }

void check_is_one_line(std::string_view secret, const char* what) {
  if (secret.find_first_of(std::string_view("\r\n\0", 3)) != secret.npos)
    throw Error(ErrorCode::invalid_argument, std::string("logging in: the ") + what + " has a line end or NUL in it");
}

// Sends AUTHENTICATE with `initial` on its line or, without SASL-IR, when the server asks for it. Further challenges
// are answered by `step`. Returns the tagged status, and the last challenge.
struct Exchange {
  Status status;
  std::string last_challenge;  // decoded
};
template <class Step>
Exchange exchange(Dialogue& dialogue, const Capabilities& capabilities, std::string_view mechanism,
                  std::string_view initial, const Step& step) {
  const bool at_once = capabilities.has("SASL-IR");
  Secret command("AUTHENTICATE " + std::string(mechanism) + (at_once ? ' ' + base64_of(initial) : std::string()));
  Tag tag = dialogue.send(command.text());
  dialogue.flush();
  bool initial_sent = at_once;
  Exchange result;
  for (;;) {
    auto answer = dialogue.read();
    if (answer.kind == Dialogue::Answer::Kind::untagged) continue;
    if (answer.kind == Dialogue::Answer::Kind::tagged) {
      if (answer.tag != tag)
        throw Error(ErrorCode::protocol, attempt_at(dialogue) + ": the server answered out of order");
      result.status = std::move(answer.status);
      return result;
    }
    std::string reply;
    if (!initial_sent) {
      initial_sent = true;
      reply = base64_of(initial);
    } else {
      auto challenge = base64::decode(answer.text, base64::Mode::lenient);
      result.last_challenge = challenge ? *challenge : std::string();
      reply = base64_of(step(result.last_challenge));
    }
    Secret line(reply + "\r\n");
    OPENSSL_cleanse(reply.data(), reply.size());
    dialogue.write(line.text());
    dialogue.flush();
  }
}

std::string no_more_steps(const std::string&) { return {}; }

LogIn with_token(Dialogue& dialogue, const Capabilities& capabilities, const ImapOptions& options) {
  const bool xoauth2 = capabilities.has("AUTH=XOAUTH2");
  if (!xoauth2 && !capabilities.has("AUTH=OAUTHBEARER"))
    throw Error(ErrorCode::unsupported, attempt_at(dialogue) + ": the server takes no OAuth tokens",
                "use a password, or an app password");
  const char* const mechanism = xoauth2 ? "XOAUTH2" : "OAUTHBEARER";
  const ImapAccount account{options.user, options.host};
  for (bool refused = false;; refused = true) {
    const Secret token(options.token(account, refused));
    check_is_one_line(token.text(), "token");
    std::string start;
    if (xoauth2) {
      start = "user=" + options.user + '\1';
    } else {
      // RFC 5801 section 4: commas and equal signs of the name are escaped.
      std::string user;
      for (const char c : options.user) user += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
      start = "n,a=" + user + ",\1host=" + options.host + '\1';
    }
    const Secret initial(start + "auth=Bearer " + token.text() + "\1\1");
    // An error comes as a challenge; it is answered so that the server gives its tagged NO (RFC 7628 section 3.2.3).
    auto result = exchange(dialogue, capabilities, mechanism, initial.text(),
                           [&](const std::string&) { return xoauth2 ? std::string() : std::string("\1"); });
    if (result.status.ok()) return {mechanism, std::move(result.status)};
    auto error = refusal(result.status, attempt_at(dialogue), Attempt::log_in);
    if (error.code() != ErrorCode::wrong_credentials) throw error;
    if (refused)
      throw Error(ErrorCode::token_expired, attempt_at(dialogue) + ": the server refused the OAuth token twice",
                  "allow the access again, so that there is a new token")
          .with_detail(result.last_challenge.empty() ? result.status.text : result.last_challenge);
  }
}

LogIn with_scram(Dialogue& dialogue, const Capabilities& capabilities, const ImapOptions& options,
                 std::string_view password, Scram::Hash hash) {
  const std::string mechanism = hash == Scram::Hash::sha1 ? "SCRAM-SHA-1" : "SCRAM-SHA-256";
  Scram scram(hash, options.user, std::string(password), random_nonce());
  bool answered = false;
  bool verified = false;
  auto result = exchange(dialogue, capabilities, mechanism, scram.first(), [&](const std::string& challenge) {
    if (!answered) {
      answered = true;
      return scram.final_for(challenge);
    }
    scram.verify(challenge);
    verified = true;
    return std::string();
  });
  if (!result.status.ok()) throw refusal(result.status, attempt_at(dialogue), Attempt::log_in);
  if (!verified)
    throw Error(ErrorCode::protocol, attempt_at(dialogue) + ": the server did not prove that it knows the password");
  return {mechanism, std::move(result.status)};
}

// A string of LOGIN: quoted, or as a literal where quotes can't hold it.
void write_string(Dialogue& dialogue, const Capabilities& capabilities, std::string_view text) {
  if (is_quotable(text)) {
    const Secret line(quote(text));
    dialogue.write(line.text());
    return;
  }
  if (capabilities.non_synchronizing(text.size())) {
    dialogue.write('{' + std::to_string(text.size()) + "+}\r\n");
  } else {
    dialogue.write('{' + std::to_string(text.size()) + "}\r\n");
    dialogue.flush();
    for (;;) {
      const auto answer = dialogue.read();
      if (answer.kind == Dialogue::Answer::Kind::continuation) break;
      if (answer.kind == Dialogue::Answer::Kind::tagged)
        throw refusal(answer.status, attempt_at(dialogue), Attempt::log_in);
    }
  }
  dialogue.write(text);
}

LogIn with_login(Dialogue& dialogue, const Capabilities& capabilities, const ImapOptions& options,
                 std::string_view password) {
  const Tag tag = dialogue.open("LOGIN ");
  write_string(dialogue, capabilities, options.user);
  dialogue.write(" ");
  write_string(dialogue, capabilities, password);
  dialogue.write("\r\n");
  dialogue.flush();
  auto status = dialogue.finish(tag);
  if (!status.ok()) throw refusal(status, attempt_at(dialogue), Attempt::log_in);
  return {"LOGIN", std::move(status)};
}

LogIn with_plain(Dialogue& dialogue, const Capabilities& capabilities, const ImapOptions& options,
                 std::string_view password) {
  std::string start;
  start += '\0';
  start += options.user;
  start += '\0';
  const Secret initial(start + std::string(password));
  auto result = exchange(dialogue, capabilities, "PLAIN", initial.text(), no_more_steps);
  if (!result.status.ok()) throw refusal(result.status, attempt_at(dialogue), Attempt::log_in);
  return {"PLAIN", std::move(result.status)};
}

}  // namespace

LogIn authenticate(Dialogue& dialogue, const Capabilities& capabilities, const ImapOptions& options) {
  if (options.token) return with_token(dialogue, capabilities, options);
  if (!options.password)
    throw Error(ErrorCode::wrong_credentials, attempt_at(dialogue) + ": there is no password",
                "set SMSBACKUP_PASSWORD or SMSBACKUP_TOKEN, or use --password-command");
  const bool scram_256 = capabilities.has("AUTH=SCRAM-SHA-256");
  const bool scram_1 = capabilities.has("AUTH=SCRAM-SHA-1");
  const bool plain = capabilities.has("AUTH=PLAIN");
  const bool encrypted = !dialogue.connection().tls_version().empty();
  const bool login = !capabilities.has("LOGINDISABLED");
  if (!plain && !scram_256 && !scram_1 && !login)
    throw Error(encrypted ? ErrorCode::unsupported : ErrorCode::tls_failed,
                attempt_at(dialogue) + ": the server offers no way of logging in that is known here",
                encrypted ? "" : "it may offer more on an encrypted connection: imaps:// or imap+starttls://");

  const Secret password(options.password({options.user, options.host}));
  check_is_one_line(password.text(), "password");
  // PLAIN needs one round trip and TLS guards it. Without TLS the password should not cross the line at all.
  if ((scram_256 || scram_1) && (!encrypted || !plain))
    return with_scram(dialogue, capabilities, options, password.text(),
                      scram_256 ? Scram::Hash::sha256 : Scram::Hash::sha1);
  if (plain) return with_plain(dialogue, capabilities, options, password.text());
  return with_login(dialogue, capabilities, options, password.text());
}

}  // namespace smsbackup::imap
