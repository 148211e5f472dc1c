#include "smsbackup/mbox_store.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "smsbackup/dedup.hpp"
#include "smsbackup/error.hpp"
#include "stores/emptiness.hpp"
#include "stores/growing_file.hpp"
#include "stores/known_mails.hpp"
#include "stores/lf_mail.hpp"
#include "stores/mail_headers.hpp"
#include "stores/mail_reader.hpp"
#include "stores/mbox_format.hpp"
#include "stores/pieces.hpp"

namespace smsbackup {

using stores::AtomicFile;
using stores::BatchFiller;
using stores::ByteRange;
using stores::GrowingFile;
using stores::InputFile;
using stores::MailReader;
using stores::MboxReader;

namespace {

constexpr std::size_t looked_at = 4096;

stores::MailStatus status_of(std::string_view mail, const Limits& limits) {
  return stores::MailStatus(
      stores::header_value(stores::header_section(mail.substr(0, limits.header_size)), "X-Status"));
}

class NoMails final : public Cursor {
 public:
  bool next(Batch&) override { return false; }
};

class MboxCursor final : public Cursor {
 public:
  // The file is where the range begins.
  MboxCursor(InputFile file, ByteRange range, Query query, const StoreOptions& options)
      : file_(std::move(file)),
        range_(range),
        mails_(file_, options.limits.mail_size, range.end),
        query_(std::move(query)),
        limits_(options.limits),
        reader_(options) {}

  bool next(Batch& out) override {
    BatchFiller filler(query_, out);
    while (!filler.full() && mails_.next()) read(filler);
    return filler.any();
  }

  Position position() const override { return {mails_.consumed(), file_.size()}; }

 private:
  void read(BatchFiller& out) {
    const std::string_view mail = mails_.mail();
    where_.clear();
    stores::append_place(where_, file_.path().native(), "mail", mails_.number());
    if (range_.begin > 0) where_ += " from byte " + std::to_string(range_.begin) + " on";
    if (mails_.over_limit()) {
      Problem problem = stores::problem_of(
          Error(ErrorCode::limit_exceeded, "the mail is larger than Limits::mail_size"), where_, mails_.offset());
      stores::keep_raw(problem, mail, limits_);
      problem.raw_is_complete = false;
      return out.problem(std::move(problem));
    }
    if (mail.empty()) {
      return out.problem(stores::problem_of(
          Error(ErrorCode::truncated_input, "the file ends, or the next mail begins, right behind the \"From \" line"),
          where_, mails_.offset()));
    }
    if (query_.starred_only) {
      const auto status = status_of(mail, limits_);
      if (status.deleted) return out.foreign();
      if (!status.flagged) return out.filtered();
    }
    reader_.read(mail, {where_, mails_.offset(), false, true}, query_, out);
  }

  InputFile file_;
  ByteRange range_;
  MboxReader mails_;
  Query query_;
  Limits limits_;
  MailReader reader_;
  std::string where_;
};

void expect_mbox(const InputFile& file) {
  if (!file.is_regular() || file.size() == 0) return;
  std::string beginning(looked_at, '\0');
  beginning.resize(file.read_at(0, beginning));
  const auto first = std::min(beginning.find_first_not_of("\r\n"), beginning.size());
  const std::string_view text = std::string_view(beginning).substr(first);
  if (stores::is_mbox_from_line(text.substr(0, text.find('\n')))) return;
  throw Error(ErrorCode::unknown_format,
              "reading " + file.path().string() + " as an mbox: it does not begin with a \"From \" line");
}

// An empty line belongs between the last mail and the first one that is added.
void end_last_mail(const InputFile& old, AtomicFile& added_to) {
  const std::uint64_t size = old.size().value_or(0);
  if (size == 0) return;
  std::string end(3, '\0');
  end.resize(old.read_at(size - std::min<std::uint64_t>(size, 3), end));
  if (end.ends_with("\n\n") || end.ends_with("\n\r\n")) return;
  added_to.write(end.ends_with("\n") ? "\n" : "\n\n");
}

}  // namespace

struct MboxStore::State {
  State(std::filesystem::path path, Access how, StoreOptions given)
      : file(std::move(path)), access(how), options(std::move(given)), reader(options) {}

  std::filesystem::path file;
  Access access;
  StoreOptions options;
  MailReader reader;
  std::optional<GrowingFile> growing;
  stores::KnownMails known;  // good as long as the lock is held
  stores::SpillBuffer encoded;

  template <class Visit>
  void identify_all(const DedupPolicy& policy, Visit&& visit) {
    if (growing && !growing->exists()) return;
    InputFile input(file);
    MboxReader mails(input, options.limits.mail_size);
    while (mails.next()) {
      const std::string_view mail = mails.mail();
      if (mails.over_limit() || status_of(mail, options.limits).deleted) continue;
      if (const auto identity = reader.identify(mail, policy)) visit(*identity);
    }
  }

  void put(const Record& record, AtomicFile& out) {
    encoded.clear();
    const MailHead head = known.encoder().encode(record, [&](std::string_view piece) {
      stores::write_with_lf(piece, [&](std::string_view bytes) { encoded.append(bytes); });
    });
    out.write(stores::mbox_from_line(head.internal_date));
    out.write(head.seen ? "Status: RO\n" : "Status: O\n");
    stores::write_mbox_mail(encoded.view(), [&](std::string_view bytes) { out.write(bytes); });
  }
};

MboxStore::MboxStore(std::filesystem::path file, Access access, StoreOptions options)
    : state_(std::make_unique<State>(std::move(file), access, std::move(options))) {
  State& state = *state_;
  if (access == Access::write) {
    state.growing.emplace(state.file);
    if (!state.growing->exists()) return;
  }
  const InputFile input(state.file);
  if (access == Access::read) input.refuse_empty();
  expect_mbox(input);
}

MboxStore::~MboxStore() = default;

std::unique_ptr<Cursor> MboxStore::open(const Query& query) { return open_piece(query, {}); }

std::vector<std::string> MboxStore::split(std::size_t wanted) {
  const State& state = *state_;
  if (state.growing && !state.growing->exists()) return {std::string()};
  InputFile file(state.file);
  if (!file.is_regular()) return {std::string()};
  return stores::split_bytes(*file.size(), wanted,
                             [&](std::uint64_t from) { return stores::next_mbox_mail(file, from); });
}

std::unique_ptr<Cursor> MboxStore::open_piece(const Query& query, std::string_view piece) {
  const State& state = *state_;
  const ByteRange range = stores::parse_byte_range(piece, name());
  if (state.growing && !state.growing->exists()) return std::make_unique<NoMails>();
  InputFile file(state.file);
  if (range.begin > 0) file.seek(range.begin);
  return std::make_unique<MboxCursor>(std::move(file), range, stores::without_group(query), state.options);
}

void MboxStore::keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) {
  State& state = *state_;
  const auto visit_all = [&](const auto& tell) {
    state.identify_all(policy, [&](const MailReader::Identity& identity) {
      tell(identity);
      if (!stores::excludes(query, identity.key)) visit(identity.key);
    });
  };
  if (state.growing) {
    state.growing->lock();
    state.known.learn(state.options.mime, visit_all);
  } else {
    visit_all([](const auto&) {});
  }
}

Outcomes MboxStore::write(std::span<const Record> records) {
  State& state = *state_;
  if (state.access == Access::read) {
    throw Error(ErrorCode::invalid_argument, "writing " + name() + ": it was opened for reading");
  }
  AtomicFile& out = state.growing->begin(end_last_mail);
  state.growing->guard([&] {
    if (!state.known.complete()) {
      state.known.learn(state.options.mime, [&](const auto& tell) { state.identify_all({}, tell); });
    }
    for (const Record& record : records) state.put(record, out);
  });
  return Outcomes(records.size(), Outcome{true, std::nullopt});
}

void MboxStore::finish() {
  if (!state_->growing) return;
  state_->known.forget();
  state_->growing->finish();
}

bool MboxStore::is_empty() { return stores::holds_nothing(state_->file); }

std::string MboxStore::name() const { return state_->file.string(); }

}  // namespace smsbackup
