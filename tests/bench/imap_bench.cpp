// Uploads to, and restores from, Debian's Dovecot behind lines of several lengths, against a raw client as the bound,
// imaplib and mbsync, all in the same run:
//
//   imap_bench [--turns N] [--without-peers] [upload|mms|gmail|restore|restore-mms|headers|again|memory]...
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include "imap/contest.hpp"
#include "imap/corpus.hpp"
#include "imap/delay_line.hpp"
#include "imap/library_client.hpp"
#include "imap/mail_headers.hpp"
#include "imap/raw_client.hpp"
#include "smsbackup/imap_store.hpp"
#include "support/dovecot.hpp"

namespace smsbackup::bench {
namespace {

namespace fs = std::filesystem;
using test::Dovecot;

// What Gmail says after a log-in, as far as it concerns storing mails.
constexpr const char* gmail_capability =
    "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE "
    "CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584 SASL-IR";

// What the store asks for.
std::string key_headers() { return "UID FLAGS RFC822.SIZE " + std::string(imap::key_headers_item()); }
constexpr const char* bodies = "UID BODY.PEEK[]";

class Bench {
 public:
  Bench(Launcher& launcher, std::size_t turns, bool peers, std::string self)
      : launcher_(launcher), turns_(turns), peers_(peers), self_(std::move(self)), folder_("bench") {}

  void upload(Corpus::Kind kind, std::size_t count, int round_trip, bool tls);
  void gmail(Corpus::Kind kind, std::size_t count, int round_trip);
  void restore(Corpus::Kind kind, std::size_t count, int round_trip, bool tls);
  void headers(std::size_t count, int round_trip);
  void again(std::size_t count, int round_trip);
  void memory(std::size_t count);

 private:
  struct Line {
    std::uint16_t port = 0;
    std::string ca = "-";
    std::string name;  // for titles
    bool tls() const { return ca != "-"; }
  };
  struct Server {
    explicit Server(Dovecot::Options options) : dovecot(std::move(options)) {}
    Dovecot dovecot;
    std::map<int, std::unique_ptr<DelayLine>> lines, tls_lines;
  };

  Server& server(bool like_gmail = false);
  Line line(Server& server, int round_trip, bool tls);
  const Corpus& corpus(Corpus::Kind kind, std::size_t count);
  // A folder that holds a corpus, for reading.
  std::string filled(const Corpus& corpus);

  Client raw_upload(const Line& line, const Corpus& corpus, std::size_t batch, std::string name);
  Client tool(const Line& line, std::string name, std::vector<std::string> words, std::size_t messages);
  Client library(const Line& line, std::string name, std::vector<std::string> words, std::size_t messages);
  Client imaplib(const Line& line, const std::string& what, const Corpus& corpus, const std::string& box,
                 int round_trip);
  Client mbsync(const Line& line, bool push, const Corpus& corpus, const std::string& box);
  std::string address(const Line& line, const std::string& user, const std::string& box) const;
  std::uint64_t count_mails(const std::string& user, const std::string& box, Server& server);
  void expect_stored(Client& client, Server& server);
  void wipe(Server& server);
  std::string title(const std::string& what, const Corpus& corpus, const Line& line) const;

  Launcher& launcher_;
  std::size_t turns_;
  bool peers_;
  std::string self_;
  test::ServerFolder folder_;
  std::optional<Server> plain_, gmail_;
  std::map<std::pair<Corpus::Kind, std::size_t>, Corpus> corpora_;
  std::set<std::string> filled_;
};

Bench::Server& Bench::server(bool like_gmail) {
  auto& server = like_gmail ? gmail_ : plain_;
  if (!server) {
    Dovecot::Options options;
    options.mail_format = "mdbox";
    options.more = "auth_mechanisms = plain login\n";
    if (like_gmail) options.capability = gmail_capability;
    server.emplace(options);
    test::write_file(folder_.path() / (like_gmail ? "gmail.pem" : "ca.pem"), server->dovecot.ca_pem());
  }
  return *server;
}

Bench::Line Bench::line(Server& server, int round_trip, bool tls) {
  Line out;
  out.port = tls ? server.dovecot.tls_port() : server.dovecot.port();
  if (tls) out.ca = (folder_.path() / (&server == &*plain_ ? "ca.pem" : "gmail.pem")).string();
  out.name = std::to_string(round_trip) + (tls ? " ms, TLS" : " ms");
  if (round_trip == 0) return out;
  auto& delay = (tls ? server.tls_lines : server.lines)[round_trip];
  if (!delay)
    delay = std::make_unique<DelayLine>(DelayLine::Options{out.port, std::chrono::milliseconds(round_trip), 0});
  out.port = delay->port();
  return out;
}

const Corpus& Bench::corpus(Corpus::Kind kind, std::size_t count) {
  const auto key = std::pair(kind, count);
  if (const auto found = corpora_.find(key); found != corpora_.end()) return found->second;
  const auto folder = folder_.path() / ((kind == Corpus::Kind::sms ? "sms" : "mms") + std::to_string(count));
  return corpora_.emplace(key, make_corpus(kind, count, folder, count <= 20'000)).first->second;
}

std::string Bench::title(const std::string& what, const Corpus& corpus, const Line& line) const {
  return what + ": " + std::to_string(corpus.count) + (corpus.kind == Corpus::Kind::sms ? " SMS" : " MMS") +
         ", round trip " + line.name;
}

std::string Bench::address(const Line& line, const std::string& user, const std::string& box) const {
  return (line.tls() ? "imaps://" : "imap://") + user + "@127.0.0.1:" + std::to_string(line.port) + '/' + box;
}

std::uint64_t Bench::count_mails(const std::string& user, const std::string& box, Server& server) {
  ImapOptions options;
  options.host = "127.0.0.1";
  options.port = server.dovecot.port();
  options.security = ImapOptions::Security::plain;
  options.allow_plain = true;
  options.user = user;
  options.password = [](const ImapAccount&) { return std::string(Dovecot::password); };
  options.folder = box;
  return ImapStore(options, Access::read).check().folders.front().messages;
}

void Bench::wipe(Server& server) { fs::remove_all(server.dovecot.mail_of("u1")); }

void Bench::expect_stored(Client& client, Server& server) {
  client.before = [this, &server] { wipe(server); };
  client.check = [this, &server, messages = client.messages, name = client.name] {
    if (count_mails("u1", "Box", server) != messages) throw std::runtime_error(name + ": not everything was stored");
  };
}

std::string Bench::filled(const Corpus& corpus) {
  const std::string box = (corpus.kind == Corpus::Kind::sms ? "SMS" : "MMS") + std::to_string(corpus.count);
  if (filled_.insert(box).second) {
    const auto direct = line(server(), 0, false);
    launcher_.run({{self_, "raw", "upload", std::to_string(direct.port), "-", "u2", box, corpus.mails, "100"}, {}},
                  folder_.path() / "output");
    // Dovecot keeps what it was asked for once.
    for (const std::string& item : {key_headers(), std::string(bodies)})
      launcher_.run({{self_, "raw", "fetch", std::to_string(direct.port), "-", "u2", box, item}, {}},
                    folder_.path() / "output");
  }
  return box;
}

Client Bench::raw_upload(const Line& line, const Corpus& corpus, std::size_t batch, std::string name) {
  const Command command{{self_, "raw", "upload", std::to_string(line.port), line.ca, "u1", "Box", corpus.mails.string(),
                         std::to_string(batch)},
                        {}};
  return {std::move(name), [command] { return command; }, corpus.count};
}

Client Bench::tool(const Line& line, std::string name, std::vector<std::string> words, std::size_t messages) {
  words.insert(words.begin(), SMSBACKUP_TOOL);
  words.insert(words.end(), {"--progress", "never"});
  if (line.tls())
    words.insert(words.end(), {"--ca-file", line.ca});
  else
    words.emplace_back("--insecure");
  const Command command{std::move(words), {std::string("SMSBACKUP_PASSWORD=") + Dovecot::password}};
  return {std::move(name), [command] { return command; }, messages};
}

Client Bench::library(const Line& line, std::string name, std::vector<std::string> words, std::size_t messages) {
  words.insert(words.begin() + 1, {std::to_string(line.port), line.ca});
  words.insert(words.begin(), {self_, "library"});
  const Command command{std::move(words), {}};
  return {std::move(name), [command] { return command; }, messages, true};
}

// One at a time it takes two round trips a mail, which need not be waited for ten thousand times.
Client Bench::imaplib(const Line& line, const std::string& what, const Corpus& corpus, const std::string& box,
                      int round_trip) {
  const std::size_t messages = round_trip == 0 ? corpus.count : std::min<std::size_t>(corpus.count, 2000 / round_trip);
  Command command{{"python3", SMSBACKUP_BENCH_SOURCE "/imap/imaplib_client.py", what, std::to_string(line.port),
                   what == "upload" ? "u1" : "u2", box},
                  {}};
  if (what == "upload") command.words.push_back(corpus.mails.string());
  command.words.push_back(std::to_string(messages));
  const std::string name = "imaplib" + (messages < corpus.count ? ", " + std::to_string(messages) + " of them" : "");
  return {name, [command] { return command; }, messages};
}

Client Bench::mbsync(const Line& line, bool push, const Corpus& corpus, const std::string& box) {
  const fs::path folder = folder_.path() / "mbsync";
  std::string text = "IMAPStore far\nHost localhost\nPort " + std::to_string(line.port) + "\nUser " +
                     (push ? "u1" : "u2") + "\nPass " + Dovecot::password + "\n";
  text += line.tls() ? "SSLType IMAPS\nCertificateFile " + line.ca + "\n" : "SSLType None\nAuthMechs LOGIN\n";
  text += "\nMaildirStore near\nPath " + folder.string() +
          "/near/\nSubFolders Verbatim\n\nChannel all\nFar :far:" + box + "\nNear :near:" + box +
          "\nCreate Both\nSync " + (push ? "Push" : "Pull") + " New\nSyncState " + folder.string() + "/state/\n";
  Client client{"mbsync",
                [folder] {
                  return Command{{"mbsync", "-q", "-c", folder / "conf", "all"}, {}};
                },
                corpus.count};
  client.before = [=, this] {
    fs::remove_all(folder);
    fs::create_directories(folder / "near");
    fs::create_directories(folder / "state");
    test::write_file(folder / "conf", text);
    if (!push) return;
    wipe(server());
    fs::copy(corpus.maildir, folder / "near" / box, fs::copy_options::recursive);
  };
  client.check = [=, this] {
    const auto in = [&](const char* sub) {
      const auto path = folder / "near" / box / sub;
      return fs::exists(path) ? std::distance(fs::directory_iterator(path), fs::directory_iterator()) : 0;
    };
    const auto got = push ? count_mails("u1", box, server()) : static_cast<std::uint64_t>(in("cur") + in("new"));
    if (got != corpus.count) throw std::runtime_error("mbsync: not everything was moved");
  };
  return client;
}

void Bench::upload(Corpus::Kind kind, std::size_t count, int round_trip, bool tls) {
  auto& dovecot = server();
  const auto far = line(dovecot, round_trip, tls);
  const auto& mails = corpus(kind, count);
  Contest contest{title("upload", mails, far), {}, turns_};
  contest.clients = {raw_upload(far, mails, 100, "raw MULTIAPPEND"),
                     tool(far, "smsbackup backup", {"backup", mails.jsonl, address(far, "u1", "Box")}, count),
                     library(far, "the library", {"upload", "u1", "Box", mails.jsonl}, count)};
  if (peers_ && !tls) contest.clients.push_back(imaplib(far, "upload", mails, "Box", round_trip));
  for (auto& client : contest.clients) expect_stored(client, dovecot);
  if (peers_) contest.clients.push_back(mbsync(far, true, mails, "Box"));
  run(contest, launcher_, folder_.path() / "output");
}

void Bench::gmail(Corpus::Kind kind, std::size_t count, int round_trip) {
  auto& dovecot = server(true);
  const auto far = line(dovecot, round_trip, false);
  const auto& mails = corpus(kind, count);
  Contest contest{title("upload as to Gmail", mails, far), {}, turns_};
  contest.clients = {raw_upload(far, mails, 0, "raw LITERAL-"),
                     tool(far, "smsbackup backup", {"backup", mails.jsonl, address(far, "u1", "Box")}, count),
                     library(far, "the library", {"upload", "u1", "Box", mails.jsonl}, count)};
  for (auto& client : contest.clients) expect_stored(client, dovecot);
  run(contest, launcher_, folder_.path() / "output");
}

void Bench::restore(Corpus::Kind kind, std::size_t count, int round_trip, bool tls) {
  auto& dovecot = server();
  const auto far = line(dovecot, round_trip, tls);
  const auto& mails = corpus(kind, count);
  const auto box = filled(mails);
  const auto copy = folder_.path() / "restored.jsonl";
  const Command raw{{self_, "raw", "fetch", std::to_string(far.port), far.ca, "u2", box, bodies}, {}};
  auto restored = tool(far, "smsbackup restore", {"restore", address(far, "u2", box), copy}, count);
  restored.before = [copy] { fs::remove(copy); };
  Contest contest{title("restore", mails, far), {}, turns_};
  contest.clients = {{"raw FETCH", [raw] { return raw; }, count},
                     restored,
                     tool(far, "smsbackup restore, to nowhere", {"restore", address(far, "u2", box), "jsonl:-"}, count),
                     library(far, "the library", {"fetch", "u2", box}, count)};
  if (peers_ && !tls) contest.clients.push_back(imaplib(far, "fetch", mails, box, round_trip));
  if (peers_) contest.clients.push_back(mbsync(far, false, mails, box));
  run(contest, launcher_, folder_.path() / "output");
}

void Bench::headers(std::size_t count, int round_trip) {
  const auto far = line(server(), round_trip, false);
  const auto& mails = corpus(Corpus::Kind::sms, count);
  const auto box = filled(mails);
  const Command raw{{self_, "raw", "fetch", std::to_string(far.port), far.ca, "u2", box, key_headers()}, {}};
  Contest contest{title("what is there", mails, far), {}, turns_};
  contest.clients = {
      {"raw FETCH of headers", [raw] { return raw; }, count},
      library(far, "the library", {"keys", "u2", box, "-"}, count),
      tool(far, "smsbackup restore, nothing missing", {"restore", address(far, "u2", box), mails.jsonl}, count)};
  run(contest, launcher_, folder_.path() / "output");
}

void Bench::again(std::size_t count, int round_trip) {
  const auto far = line(server(), round_trip, false);
  const auto& mails = corpus(Corpus::Kind::sms, count);
  const auto box = filled(mails);
  const auto cache = folder_.path() / "cache";
  const Command raw{{self_, "raw", "fetch", std::to_string(far.port), far.ca, "u2", box, key_headers()}, {}};
  auto first = library(far, "the library, first look with a cache", {"keys", "u2", box, cache}, count);
  first.before = [cache] { fs::remove_all(cache); };
  Contest contest{title("a second look", mails, far), {}, turns_};
  contest.clients = {{"raw FETCH of headers", [raw] { return raw; }, count},
                     library(far, "the library, no cache", {"keys", "u2", box, "-"}, count),
                     first,
                     library(far, "the library, second look", {"keys", "u2", box, cache}, count),
                     tool(far, "smsbackup backup, nothing new",
                          {"backup", mails.jsonl, address(far, "u2", box), "--key-cache", cache}, count)};
  run(contest, launcher_, folder_.path() / "output");
}

void Bench::memory(std::size_t count) {
  auto& dovecot = server();
  const auto far = line(dovecot, 20, false);
  const auto& mails = corpus(Corpus::Kind::sms, count);
  auto backup = tool(far, "smsbackup backup", {"backup", mails.jsonl, address(far, "u1", "Box")}, count);
  auto raw = raw_upload(far, mails, 100, "raw MULTIAPPEND");
  for (auto* client : {&backup, &raw}) expect_stored(*client, dovecot);
  Contest contest{title("memory", mails, far), {}, 1};
  const auto box = filled(mails);
  const auto copy = folder_.path() / "restored.jsonl";
  auto restored = tool(far, "smsbackup restore", {"restore", address(far, "u2", box), copy}, count);
  restored.before = [copy] { fs::remove(copy); };
  contest.clients = {raw, backup, restored, library(far, "the library, keys", {"keys", "u2", box, "-"}, count),
                     library(far, "the library, mails", {"fetch", "u2", box}, count)};
  run(contest, launcher_, folder_.path() / "output");
}

int measure(const std::vector<std::string>& arguments, const std::string& self) {
  Launcher launcher;
  if (const auto why = Dovecot::missing()) {
    std::printf("not measured: %s\n", why->c_str());
    return 0;
  }
  std::size_t turns = 5;
  bool peers = true;
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--turns" && i + 1 < arguments.size())
      turns = std::stoul(arguments[++i]);
    else if (arguments[i] == "--without-peers")
      peers = false;
    else
      wanted.insert(arguments[i]);
  }
  const auto is_wanted = [&](const char* what) { return wanted.empty() || wanted.count(what) != 0; };
  Bench bench(launcher, turns, peers, self);
  using Kind = Corpus::Kind;
  constexpr std::size_t sms = 10'000, mms = 300;
  if (is_wanted("upload")) {
    for (const int round_trip : {0, 20, 100}) bench.upload(Kind::sms, sms, round_trip, false);
    for (const int round_trip : {0, 100}) bench.upload(Kind::sms, sms, round_trip, true);
  }
  if (is_wanted("mms")) {
    for (const int round_trip : {0, 20, 100}) bench.upload(Kind::mms, mms, round_trip, false);
  }
  if (is_wanted("gmail")) {
    for (const int round_trip : {0, 20, 100}) bench.gmail(Kind::sms, sms, round_trip);
    bench.gmail(Kind::mms, 60, 20);
  }
  if (is_wanted("restore")) {
    for (const int round_trip : {0, 20, 100}) bench.restore(Kind::sms, sms, round_trip, false);
    bench.restore(Kind::sms, sms, 100, true);
  }
  if (is_wanted("restore-mms")) {
    for (const int round_trip : {0, 20, 100}) bench.restore(Kind::mms, mms, round_trip, false);
  }
  if (is_wanted("headers")) {
    for (const int round_trip : {0, 20, 100}) bench.headers(sms, round_trip);
  }
  if (is_wanted("again")) {
    for (const int round_trip : {0, 100}) bench.again(100'000, round_trip);
  }
  if (is_wanted("memory")) {
    for (const std::size_t count : {sms, std::size_t{200'000}}) bench.memory(count);
  }
  return 0;
}

}  // namespace
}  // namespace smsbackup::bench

int main(int count, char** words) {
  std::vector<std::string> arguments(words + 1, words + count);
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "raw") return smsbackup::bench::raw_client({arguments.begin() + 1, arguments.end()});
  if (first == "library") return smsbackup::bench::library_client({arguments.begin() + 1, arguments.end()});
  try {
    return smsbackup::bench::measure(arguments, std::filesystem::canonical(words[0]).string());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "imap_bench: %s\n", error.what());
    return 1;
  }
}
