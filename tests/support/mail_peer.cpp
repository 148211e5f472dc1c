#include "support/mail_peer.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace smsbackup::test {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

bool has_word(const std::string& words, const std::string& word) {
  return (' ' + words + ' ').find(' ' + word + ' ') != std::string::npos;
}

// The next word or quoted string.
std::string take(std::string& rest) {
  while (!rest.empty() && rest.front() == ' ') rest.erase(0, 1);
  std::string out;
  if (!rest.empty() && rest.front() == '"') {
    std::size_t i = 1;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\') ++i;
      out += rest[i];
    }
    rest.erase(0, i + 1);
    return out;
  }
  const auto end = std::min(rest.find(' '), rest.size());
  out = rest.substr(0, end);
  rest.erase(0, end);
  return out;
}

struct Range {
  std::uint32_t first, last;
};

std::vector<Range> ranges(const std::string& set, std::uint32_t star) {
  std::vector<Range> out;
  for (std::size_t at = 0; at < set.size();) {
    const auto end = std::min(set.find(',', at), set.size());
    const auto one = set.substr(at, end - at);
    const auto colon = one.find(':');
    const auto number = [&](const std::string& text) {
      return text == "*" ? star : static_cast<std::uint32_t>(std::stoul(text));
    };
    const auto a = number(one.substr(0, colon));
    const auto b = colon == one.npos ? a : number(one.substr(colon + 1));
    out.push_back({std::min(a, b), std::max(a, b)});
    at = end + 1;
  }
  return out;
}

bool holds(const std::vector<Range>& all, std::uint32_t number) {
  return std::any_of(all.begin(), all.end(), [&](Range r) { return r.first <= number && number <= r.last; });
}

std::string header_section(const std::string& mail) { return mail.substr(0, mail.find("\r\n\r\n") + 4); }

// The fields of those names, in upper case, with the empty line.
std::string some_fields(const std::string& mail, const std::string& names) {
  std::string out;
  const auto head = header_section(mail);
  bool wanted = false;
  for (std::size_t at = 0; at < head.size();) {
    const auto end = head.find("\r\n", at) + 2;
    const auto line = head.substr(at, end - at);
    at = end;
    if (line == "\r\n") break;
    if (line.front() != ' ' && line.front() != '\t') wanted = has_word(names, upper(line.substr(0, line.find(':'))));
    if (wanted) out += line;
  }
  return out + "\r\n";
}

std::string field(const std::string& mail, const std::string& name) {
  const auto line = some_fields(mail, upper(name));
  const auto colon = line.find(':');
  if (colon == line.npos) return {};
  auto value = line.substr(colon + 1);
  std::erase_if(value, [](char c) { return c == '\r' || c == '\n'; });
  return value;
}

std::string literal(const std::string& bytes) { return '{' + std::to_string(bytes.size()) + "}\r\n" + bytes; }

}  // namespace

// What one client says, and what it hears.
class MailPeer::Conversation {
 public:
  Conversation(MailPeer& server, PeerSession& session) : server_(server), session_(session) {}

  void run() {
    {
      const std::lock_guard lock(server_.mutex_);
      connection_ = ++server_.connections_;
    }
    tag_ = "*";
    if (!is_right("GREETING", {})) return;
    session_.send(announced(server_.options_.log_in, "* OK", "ready") + "\r\n");
    while (!over_) one_command();
  }

 private:
  // Asks the hook, and does what it says; false if that was not the right thing.
  bool is_right(const std::string& name, const std::string& rest) {
    Answer answer;
    {
      const std::lock_guard lock(server_.mutex_);
      const Command command{connection_, static_cast<int>(server_.names_.size()), name, rest};
      server_.names_.push_back(name);
      if (server_.hook_) answer = server_.hook_(command);
    }
    deaf_ = answer.kind == Answer::Kind::drop_after;
    late_ = answer.kind == Answer::Kind::late;
    switch (answer.kind) {
      case Answer::Kind::right:
      case Answer::Kind::drop_after:
      case Answer::Kind::late:
        return true;
      case Answer::Kind::tagged:
        session_.send(tag_ + ' ' + answer.text + "\r\n");
        over_ = name == "GREETING";
        return false;
      case Answer::Kind::bye:
        session_.send("* BYE " + answer.text + "\r\n");
        over_ = true;
        return false;
      case Answer::Kind::drop:
        over_ = true;
        return false;
      case Answer::Kind::silent:
        session_.stay_silent();
        over_ = true;
        return false;
    }
    return false;
  }

  std::string announced(const std::string& words, const std::string& before, const std::string& after) const {
    return before + (server_.options_.announces ? " [CAPABILITY IMAP4rev1 " + words + "] " : " ") + after;
  }
  void say(const std::string& text) {
    if (!deaf_) session_.send(text);
  }
  void done(const std::string& status) {
    say(tag_ + ' ' + status + "\r\n");
    if (deaf_) over_ = true;
  }
  bool can(const std::string& capability) const { return has_word(server_.options_.capabilities, capability); }
  Folder* selected() {
    const auto found = server_.folders_.find(selected_);
    return found == server_.folders_.end() ? nullptr : &found->second;
  }

  // Reads the literal that the line ends with, if it does. Nothing when the client was refused one.
  enum class Literal : std::uint8_t { none, there, refused };
  Literal take_literal(std::string& line, std::string& out) {
    if (line.empty() || line.back() != '}') return Literal::none;
    const auto open = line.rfind('{');
    auto size_text = line.substr(open + 1, line.size() - open - 2);
    line.erase(open);
    const bool at_once = size_text.back() == '+';
    const auto size = std::stoull(size_text);
    if (at_once && !can("LITERAL+") && !(can("LITERAL-") && size <= 4096)) {
      session_.send("* BYE a literal that was not agreed on\r\n");
      over_ = true;
      return Literal::refused;
    }
    if (!at_once) {
      if (size > server_.options_.largest_mail) {
        done("NO [TOOBIG] too big");
        return Literal::refused;
      }
      const bool deaf = deaf_, late = late_;
      if (!is_right("+", {})) return Literal::refused;
      deaf_ = deaf;
      late_ = late;
      session_.send("+ go on\r\n");
    }
    out = session_.read(size);
    return Literal::there;
  }

  void one_command() {
    if (server_.options_.idle.count() != 0 && session_.is_idle_for(server_.options_.idle)) {
      session_.send("* BYE Disconnected for inactivity.\r\n");
      over_ = true;
      return;
    }
    std::string line = session_.read_line();
    tag_ = take(line);
    std::string name = upper(take(line));
    if (name == "UID") name += ' ' + upper(take(line));
    line.erase(0, line.find_first_not_of(' '));
    if (name == "APPEND") return append(line);
    std::string value;
    if (take_literal(line, value) == Literal::there) {
      line += '"' + value + '"';
      line += session_.read_line();
    }
    if (!is_right(name, line)) return;
    const std::lock_guard lock(server_.mutex_);
    if (name == "AUTHENTICATE" || name == "LOGIN") {
      logged_in_ = true;
      return done(announced(server_.options_.capabilities, "OK", "in"));
    }
    if (name == "CAPABILITY") {
      const auto& words = logged_in_ ? server_.options_.capabilities : server_.options_.log_in;
      say("* CAPABILITY IMAP4rev1 " + words + "\r\n");
      return done("OK done");
    }
    if (name == "NAMESPACE") {
      say("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
      return done("OK done");
    }
    if (name == "LIST") return list(line);
    if (name == "CREATE") return create(take(line));
    if (name == "SUBSCRIBE" || name == "NOOP" || name == "ID") return done("OK done");
    if (name == "SELECT" || name == "EXAMINE") return select(take(line), name == "EXAMINE");
    if (name == "UNSELECT" || name == "CLOSE") return close(name == "CLOSE");
    if (name == "FETCH" || name == "UID FETCH") return fetch(line, name != "FETCH");
    if (name == "UID SEARCH") return search(line);
    if (name == "UID STORE") return store(line);
    if (name == "EXPUNGE" || name == "UID EXPUNGE") return expunge(line);
    if (name == "UID MOVE" || name == "UID COPY") return copy(line, name == "UID MOVE");
    if (name == "COMPRESS" && can("COMPRESS=DEFLATE")) {
      done("OK from now on");
      session_.start_deflate();
      return;
    }
    if (name == "LOGOUT") {
      say("* BYE\r\n");
      done("OK done");
      over_ = true;
      return;
    }
    done("BAD what is " + name);
  }

  void list(std::string& rest) {
    take(rest);
    const auto wanted = take(rest);
    if (wanted.empty()) say("* LIST (\\Noselect) \"/\" \"\"\r\n");
    if (server_.folders_.count(wanted) != 0) say("* LIST () \"/\" \"" + wanted + "\"\r\n");
    done("OK done");
  }

  void create(const std::string& name) {
    if (server_.folders_.count(name) != 0) return done("NO [ALREADYEXISTS] there");
    server_.folders_[name].uid_validity = server_.next_validity_++;
    done("OK done");
  }

  void close(bool expunges) {
    if (selected() == nullptr) return done("BAD nothing is open");
    if (expunges && !read_only_)
      std::erase_if(selected()->mails, [](const Mail& mail) { return mail.flags.count("\\DELETED") != 0; });
    selected_.clear();
    done("OK done");
  }

  void select(const std::string& name, bool read_only) {
    selected_ = name;
    read_only_ = read_only;
    const auto* folder = selected();
    if (folder == nullptr) {
      selected_.clear();
      return done("NO [NONEXISTENT] there is none");
    }
    say("* " + std::to_string(folder->mails.size()) + " EXISTS\r\n* OK [UIDVALIDITY " +
        std::to_string(folder->uid_validity) + "] x\r\n* OK [UIDNEXT " + std::to_string(folder->uid_next) + "] x\r\n");
    done(read_only ? "OK [READ-ONLY] open" : "OK [READ-WRITE] open");
  }

  void append(std::string& line) {
    const auto name = take(line);
    std::vector<Mail> mails;
    if (!is_right("APPEND", name)) {
      // Whoever sends without asking has sent it already.
      std::string ignored;
      while (!over_ && line.size() > 1 && line[line.size() - 2] == '+') {
        if (take_literal(line, ignored) != Literal::there) return;
        line = session_.read_line();
      }
      return;
    }
    bool too_large = false;
    while (!line.empty() && line.back() == '}') {
      Mail mail;
      if (upper(line).find("\\SEEN") != line.npos) mail.flags.insert("\\SEEN");
      if (take_literal(line, mail.bytes) != Literal::there) return;
      too_large = too_large || mail.bytes.size() > server_.options_.largest_mail;
      mails.push_back(std::move(mail));
      line = session_.read_line();
    }
    const std::lock_guard lock(server_.mutex_);
    if (server_.options_.closed_folders_only && read_only_ && name == selected_)
      return done("NO Cannot append to a read-only mailbox.");
    if (!line.empty() || mails.empty() || (mails.size() > 1 && !can("MULTIAPPEND"))) return done("BAD append");
    if (too_large) return done("NO [TOOBIG] too big");
    if (late_) {
      server_.late_.emplace_back(name, std::move(mails));
      over_ = true;
      return;
    }
    const auto found = server_.folders_.find(name);
    if (found == server_.folders_.end()) return done("NO [TRYCREATE] no such folder");
    auto& folder = found->second;
    const auto first = folder.uid_next;
    for (auto& mail : mails) {
      mail.uid = folder.uid_next++;
      folder.mails.push_back(std::move(mail));
    }
    if (!can("UIDPLUS")) return done("OK stored");
    done("OK [APPENDUID " + std::to_string(folder.uid_validity) + ' ' + std::to_string(first) +
         (folder.uid_next - first > 1 ? ':' + std::to_string(folder.uid_next - 1) : std::string()) + "] stored");
  }

  // Calls `each` with the mails of a set, and their numbers.
  template <class Each>
  void visit(const std::string& set, bool by_uid, const Each& each) {
    auto* folder = selected();
    if (folder == nullptr || folder->mails.empty()) return;
    const auto count = static_cast<std::uint32_t>(folder->mails.size());
    const auto wanted = ranges(set, by_uid ? folder->mails.back().uid : count);
    for (std::uint32_t i = 0; i < count; ++i)
      if (holds(wanted, by_uid ? folder->mails[i].uid : i + 1)) each(folder->mails[i], i + 1);
  }

  void fetch(std::string& rest, bool by_uid) {
    const auto set = take(rest);
    const auto items = upper(rest);
    if (selected() == nullptr) return done("NO nothing is open");
    visit(set, by_uid, [&](const Mail& mail, std::uint32_t number) {
      std::string out = "* " + std::to_string(number) + " FETCH (UID " + std::to_string(mail.uid);
      if (items.find("FLAGS") != items.npos) {
        out += " FLAGS (";
        for (const auto& flag : mail.flags) out += (out.back() == '(' ? "" : " ") + flag;
        out += ')';
      }
      if (items.find("RFC822.SIZE") != items.npos) out += " RFC822.SIZE " + std::to_string(mail.bytes.size());
      static const std::string fields = "BODY.PEEK[HEADER.FIELDS (", body = "BODY.PEEK[]";
      if (const auto at = items.find(fields); at != items.npos) {
        const auto names = items.substr(at + fields.size(), items.find(')', at) - at - fields.size());
        out += " BODY[HEADER.FIELDS (" + names + ")] " + literal(some_fields(mail.bytes, names));
      } else if (const auto whole = items.find(body); whole != items.npos) {
        std::string part = items.substr(whole + body.size());
        if (part.front() == '<' && server_.options_.knows_partial) {
          const auto offset = std::stoull(part.substr(1));
          const auto size = std::stoull(part.substr(part.find('.') + 1));
          out += " BODY[]<" + std::to_string(offset) + "> " +
                 literal(offset > mail.bytes.size() ? std::string() : mail.bytes.substr(offset, size));
        } else {
          out += " BODY[] " + literal(mail.bytes);
        }
      }
      say(out + ")\r\n");
    });
    done("OK done");
  }

  void search(std::string& rest) {
    auto word = upper(take(rest));
    const bool extended = word == "RETURN";
    if (extended) {
      if (!can("ESEARCH")) return done("BAD return");
      take(rest);
      word = upper(take(rest));
    }
    std::string header, value;
    if (word == "HEADER") {
      header = take(rest);
      value = take(rest);
    }
    std::string found;
    visit("1:*", true, [&](const Mail& mail, std::uint32_t) {
      const bool deleted = mail.flags.count("\\DELETED") != 0;
      const bool hit = word == "ALL" || (word == "DELETED" && deleted) || (word == "UNDELETED" && !deleted) ||
                       (word == "FLAGGED" && mail.flags.count("\\FLAGGED") != 0) ||
                       (word == "HEADER" && field(mail.bytes, header).find(value) != std::string::npos);
      if (hit) found += (found.empty() ? "" : extended ? "," : " ") + std::to_string(mail.uid);
    });
    if (extended)
      say("* ESEARCH (TAG \"" + tag_ + "\") UID" + (found.empty() ? "" : " ALL " + found) + "\r\n");
    else
      say("* SEARCH" + (found.empty() ? "" : ' ' + found) + "\r\n");
    done("OK done");
  }

  void store(std::string& rest) {
    const auto set = take(rest);
    const bool add = take(rest).front() == '+';
    visit(set, true, [&](Mail& mail, std::uint32_t) {
      if (add)
        mail.flags.insert("\\DELETED");
      else
        mail.flags.erase("\\DELETED");
    });
    done("OK done");
  }

  void remove(const std::function<bool(const Mail&)>& goes) {
    auto& mails = selected()->mails;
    for (std::size_t i = mails.size(); i-- > 0;) {
      if (!goes(mails[i])) continue;
      mails.erase(mails.begin() + static_cast<std::ptrdiff_t>(i));
      say("* " + std::to_string(i + 1) + " EXPUNGE\r\n");
    }
  }

  void expunge(const std::string& set) {
    if (!set.empty() && !can("UIDPLUS")) return done("BAD expunge");
    if (selected() == nullptr) return done("NO nothing is open");
    const auto wanted = ranges(set.empty() ? "1:4294967295" : set, UINT32_MAX);
    remove([&](const Mail& mail) { return mail.flags.count("\\DELETED") != 0 && holds(wanted, mail.uid); });
    done("OK done");
  }

  void copy(std::string& rest, bool move) {
    if (move && !can("MOVE")) return done("BAD move");
    const auto set = take(rest);
    const auto target = server_.folders_.find(take(rest));
    if (target == server_.folders_.end()) return done("NO [TRYCREATE] no such folder");
    visit(set, true, [&](const Mail& mail, std::uint32_t) {
      target->second.mails.push_back(mail);
      target->second.mails.back().uid = target->second.uid_next++;
    });
    const auto wanted = ranges(set, UINT32_MAX);
    if (move) remove([&](const Mail& mail) { return holds(wanted, mail.uid); });
    done("OK done");
  }

  MailPeer& server_;
  PeerSession& session_;
  int connection_ = 0;
  std::string tag_;
  std::string selected_;
  bool read_only_ = false;
  bool deaf_ = false;
  bool late_ = false;
  bool logged_in_ = false;
  bool over_ = false;
};

MailPeer::MailPeer(Options options)
    : options_(std::move(options)), peer_([this](PeerSession& session) { Conversation(*this, session).run(); }) {}

void MailPeer::on_command(std::function<Answer(const Command&)> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

MailPeer::Folder MailPeer::folder(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = folders_.find(name);
  return found == folders_.end() ? Folder{} : found->second;
}

std::vector<std::string> MailPeer::names() {
  const std::lock_guard lock(mutex_);
  return names_;
}

int MailPeer::connections() {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void MailPeer::remove_folder(const std::string& name) {
  const std::lock_guard lock(mutex_);
  folders_.erase(name);
}

void MailPeer::remove_mail(const std::string& name, std::uint32_t uid) {
  const std::lock_guard lock(mutex_);
  std::erase_if(folders_[name].mails, [&](const Mail& mail) { return mail.uid == uid; });
}

void MailPeer::add(const std::string& name, std::string mail) {
  const std::lock_guard lock(mutex_);
  auto& folder = folders_[name];
  folder.mails.push_back({folder.uid_next++, {}, std::move(mail)});
}

void MailPeer::deliver_late() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, mails] : std::exchange(late_, {}))
    for (auto& mail : mails) {
      auto& folder = folders_[name];
      mail.uid = folder.uid_next++;
      folder.mails.push_back(std::move(mail));
    }
}

}  // namespace smsbackup::test
