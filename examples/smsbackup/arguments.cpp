#include "arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "exit_code.hpp"
#include "help_format.hpp"
#include "smsbackup/columns.hpp"
#include "smsbackup/time.hpp"
#include "smsbackup/version.hpp"

namespace tool {
namespace {

using smsbackup::AddressStyle;
using smsbackup::DedupLevel;
using smsbackup::LogLevel;
using smsbackup::MarkAsRead;
using smsbackup::RecordType;
using FirstRun = smsbackup::BackupOptions::FirstRun;
using Unsent = smsbackup::RestoreOptions::Unsent;

template <class Value>
using Names = std::vector<std::pair<std::string, Value>>;

const Names<RecordType> record_types = {{"sms", RecordType::sms}, {"mms", RecordType::mms}, {"call", RecordType::call}};
const Names<std::int64_t> call_types = {{"incoming", smsbackup::call_incoming},
                                        {"outgoing", smsbackup::call_outgoing},
                                        {"missed", smsbackup::call_missed},
                                        {"voicemail", smsbackup::call_voicemail},
                                        {"rejected", smsbackup::call_rejected},
                                        {"blocked", smsbackup::call_blocked},
                                        {"answered-externally", smsbackup::call_answered_externally}};
const Names<AddressStyle> address_styles = {
    {"name", AddressStyle::name}, {"number", AddressStyle::number}, {"name-and-number", AddressStyle::name_and_number}};
const Names<MarkAsRead> mark_as_read = {
    {"read", MarkAsRead::read}, {"unread", MarkAsRead::unread}, {"message-status", MarkAsRead::message_status}};
const Names<DedupLevel> dedup_levels = {
    {"exact", DedupLevel::exact}, {"tolerant", DedupLevel::tolerant}, {"off", DedupLevel::off}};
const Names<Unsent> unsent = {{"failed", Unsent::as_failed}, {"skip", Unsent::skip}};
const Names<FirstRun> first_runs = {{"backup", FirstRun::backup}, {"skip", FirstRun::skip}};
const Names<ProgressMode> progress_modes = {
    {"auto", ProgressMode::automatic}, {"always", ProgressMode::always}, {"never", ProgressMode::never}};
const Names<LogLevel> log_levels = {{"off", LogLevel::off},         {"error", LogLevel::error},
                                    {"warning", LogLevel::warning}, {"info", LogLevel::info},
                                    {"debug", LogLevel::debug},     {"trace", LogLevel::trace}};

template <class Value>
std::string list_of(const Names<Value>& names, const char* separator) {
  std::string list;
  for (const auto& [name, value] : names) list += (list.empty() ? "" : separator) + name;
  return list;
}

template <class Value>
Value value_of(const std::string& name, const Names<Value>& names) {
  for (const auto& [known, value] : names) {
    if (known == name) return value;
  }
  throw CLI::ValidationError(fmt::format("\"{}\" is none of {}", name, list_of(names, ", ")));
}

// An option that takes one of the names.
template <class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& flag, Value& target, const Names<Value>& names,
                        const std::string& description) {
  return app
      .add_option_function<std::string>(
          flag, [&target, &names](const std::string& name) { target = value_of(name, names); }, description)
      ->type_name(list_of(names, "|"));
}

// An option that takes some of the names: "a,b", or given several times.
template <class Value>
CLI::Option* add_choices(CLI::App& app, const std::string& flag, std::set<Value>& target, const Names<Value>& names,
                         const std::string& description) {
  return app
      .add_option_function<std::vector<std::string>>(
          flag,
          [&target, &names](const std::vector<std::string>& chosen) {
            target.clear();
            for (const std::string& name : chosen) target.insert(value_of(name, names));
          },
          description)
      ->type_name(list_of(names, ","))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->take_all();
}

CLI::Option* add_time(CLI::App& app, const std::string& flag, std::optional<std::int64_t>& target,
                      const std::string& description) {
  return app
      .add_option_function<std::string>(
          flag,
          [&target](const std::string& text) {
            target = smsbackup::parse_time(text, smsbackup::local_zone());
            if (!target) {
              throw CLI::ValidationError(
                  fmt::format("\"{}\" is no time; write 2024-02-03, 2024-02-03T10:15:00 or …Z", text));
            }
          },
          description)
      ->type_name("TIME");
}

CLI::Option* add_list(CLI::App& app, const std::string& flag, std::vector<std::string>& target,
                      const std::string& description) {
  return app.add_option(flag, target, description)
      ->type_name("NUMBER")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->take_all();
}

CLI::Option* add_count(CLI::App& app, const std::string& flag, std::optional<std::uint64_t>& target,
                       const std::string& description) {
  return app
      .add_option_function<std::string>(
          flag,
          [&target, flag](const std::string& text) {
            const auto count = smsbackup::parse_integer(text);
            if (!count || *count < 0) throw CLI::ValidationError(fmt::format("{}: \"{}\" is no count", flag, text));
            target = static_cast<std::uint64_t>(*count);
          },
          description)
      ->type_name("N");
}

void add_selection(CLI::App& app, Arguments& arguments) {
  smsbackup::Query& query = arguments.query;
  const auto group = "Which records";
  add_choices(app, "--types", query.types, record_types, "Only these (default: all)")->group(group);
  add_time(app, "--since", query.since, "Only from this time on, local unless it names a zone")->group(group);
  add_time(app, "--until", query.until, "Only before this time")->group(group);
  add_count(app, "--newest", query.newest, "Only the newest N of all inputs, by date")->group(group);
  app.add_flag("--no-drafts", query.leave_out_drafts, "Leave out drafts and delivery reports, as a backup does")
      ->group(group);
  add_list(app, "--addresses", query.addresses, "Only with these numbers or senders, in any spelling")->group(group);
  add_choices(app, "--call-types", query.call_types, call_types, "Only these calls")->group(group);
  app.add_option("--contact-group", query.contact_group, "Only with people of this group of --contacts")
      ->type_name("NAME")
      ->group(group);
}

void add_contacts(CLI::App& app, Arguments& arguments) {
  app.add_option("--contacts", arguments.contacts,
                 "vCard file, or a phone's contacts2.db, that says who is behind a number")
      ->type_name("FILE.vcf")
      ->group("Who is who");
  add_list(app, "--own-number", arguments.dedup.own_numbers, "This phone's number; left out when MMS are compared")
      ->group("Who is who");
}

void add_dedup(CLI::App& app, Arguments& arguments) {
  add_choice(app, "--dedup", arguments.dedup.level, dedup_levels, "What counts as the same record (default: tolerant)")
      ->group("Duplicates");
  app.add_flag("--explain", arguments.explain,
               "Say where each duplicate was and why it is one; verify: list all differences")
      ->group("Duplicates");
}

void add_mail(CLI::App& app, Arguments& arguments) {
  smsbackup::MimeOptions& mime = arguments.mime;
  const auto group = "How mails are written";
  app.add_option("--user-email", mime.user_email, "The owner's address")->type_name("ADDRESS")->group(group);
  add_choice(app, "--address-style", mime.address_style, address_styles, "How known people appear in From and To")
      ->group(group);
  app.add_flag("--subject-prefix", mime.subject_prefix, "\"[SMS] Bob\" instead of \"SMS with Bob\"")->group(group);
  app.add_option("--reference-uid", mime.reference_uid, "Keeps the mail threads of two phones apart")
      ->type_name("UID")
      ->group(group);
  add_choice(app, "--mark-as-read", mime.mark_as_read, mark_as_read, "Which mails are marked as read")->group(group);
}

void add_servers(CLI::App& app, Arguments& arguments) {
  smsbackup::ImapOptions& imap = arguments.imap;
  const auto group = "Mail servers";
  app.add_option("--password-command", arguments.password_command,
                 "Prints the password (default: SMSBACKUP_PASSWORD or SMSBACKUP_TOKEN, or the terminal asks)")
      ->type_name("COMMAND")
      ->group(group);
  app.add_option_function<std::string>(
         "--sms-folder",
         [&arguments](const std::string& name) {
           arguments.imap.sms_folder = arguments.imap.mms_folder = arguments.mime.sms_folder = name;
         },
         "Folder for SMS and MMS (default: SMS)")
      ->type_name("NAME")
      ->group(group);
  app.add_option_function<std::string>(
         "--call-folder",
         [&arguments](const std::string& name) { arguments.imap.call_folder = arguments.mime.call_folder = name; },
         "Folder for calls (default: Call log)")
      ->type_name("NAME")
      ->group(group);
  app.add_option_function<std::string>(
         "--ca-file", [&imap](const std::string& file) { imap.tls.ca_file = file; }, "Trust these CAs only")
      ->type_name("FILE.pem")
      ->group(group);
  app.add_option_function<std::string>(
         "--ca-folder", [&imap](const std::string& folder) { imap.tls.ca_folder = folder; }, "Trust these CAs only")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--pin", imap.tls.pins, "Accept this key only: base64 of the SHA-256 of a public key")
      ->type_name("PIN")
      ->allow_extra_args(false)
      ->take_all()
      ->group(group);
  app.add_option_function<std::string>(
         "--key-cache", [&imap](const std::string& folder) { imap.key_cache = folder; },
         "Remember the keys of mails here, so that the next run asks for new ones only")
      ->type_name("DIR")
      ->group(group);
  app.add_flag("--insecure", imap.allow_plain, "Allow imap://, which anybody on the line can read")->group(group);
  app.add_flag("--trust-all", imap.tls.trust_all, "Accept any certificate: anybody on the line can read and change")
      ->group(group);
}

constexpr const char* what_earlier_runs_did = "What earlier runs did";

CLI::Option* add_state_file(CLI::App& app, Arguments& arguments, const char* description) {
  return app
      .add_option_function<std::string>(
          "--state", [&arguments](const std::string& file) { arguments.state = file; }, description)
      ->type_name("FILE")
      ->group(what_earlier_runs_did);
}

void add_last_run(CLI::App& app, Arguments& arguments) {
  add_state_file(app, arguments, "Tell of the runs that this file remembers (default: those in your state folder)");
}

void add_state(CLI::App& app, Arguments& arguments) {
  const auto group = what_earlier_runs_did;
  const auto state = add_state_file(
      app, arguments, "Remember here what is done (default: for a phone's database, in your state folder)");
  app.add_flag("--no-state", arguments.no_state, "Remember nothing; ask the archive what is there")
      ->excludes(state)
      ->group(group);
  app.add_flag("--reset-state", arguments.reset_state, "Forget what was done; the archive is asked, nothing is doubled")
      ->group(group);
}

void add_writing(CLI::App& app, Arguments& arguments) {
  const auto group = "Writing";
  add_count(app, "--limit", arguments.limit, "Stop when that many records are written")->group(group);
  app.add_flag("--dry-run", arguments.dry_run, "Read and decide, but write nothing")->group(group);
  app.add_option_function<std::string>(
         "--quarantine", [&arguments](const std::string& folder) { arguments.quarantine = folder; },
         "Folder that takes the raw bytes of what can't be read")
      ->type_name("DIR")
      ->group(group);
}

void add_output(CLI::App& app, Arguments& arguments) {
  const auto group = "Telling";
  app.add_option("--report", arguments.report, "Write the report as JSON; - is standard output")
      ->type_name("FILE.json")
      ->group(group);
  add_choice(app, "--progress", arguments.progress, progress_modes, "A progress bar (auto: on a terminal)")
      ->group(group);
  add_choice(app, "--log-level", arguments.log_level, log_levels, "What the library may say (default: warning)")
      ->group(group);
}

void add_transfer(CLI::App& app, Arguments& arguments) {
  app.add_option("--log", arguments.log, "Write a JSON line for each record that is left out as a duplicate or fails")
      ->type_name("FILE.jsonl")
      ->group("Telling");
  add_selection(app, arguments);
  add_contacts(app, arguments);
  add_dedup(app, arguments);
  add_mail(app, arguments);
  add_servers(app, arguments);
  add_writing(app, arguments);
  add_output(app, arguments);
}

constexpr const char* stores_help =
    "Stores: synctech-xml:PATH maildir:PATH mbox:PATH eml:PATH jsonl:PATH imaps://USER@HOST/,\n"
    "or a plain path, which is recognised by its content. jsonl:- is standard input or output.";

constexpr const char* main_examples =
    "Examples:\n"
    "  smsbackup copy sms-20240203.xml calls-20240203.xml maildir:archive\n"
    "  smsbackup copy --since 2024-01-01 --types sms archive jsonl:- | less\n"
    "  smsbackup verify sms-20240203.xml archive\n"
    "  smsbackup restore archive for-my-new-phone.xml\n"
    "  smsbackup stats archive\n";

void check(const Arguments& arguments) {
  const smsbackup::Query& query = arguments.query;
  if (!query.contact_group.empty() && arguments.contacts.empty()) {
    throw Failure(ExitCode::usage, "--contact-group needs --contacts, which says who is in it");
  }
  if (query.since && query.until && *query.since >= *query.until) {
    throw Failure(ExitCode::usage, "--since is not before --until: nothing can match");
  }
}

}  // namespace

std::optional<Arguments> parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  std::vector<std::string> places;

  CLI::App app("Copies, backs up, restores and compares SMS, MMS and call logs.", "smsbackup");
  app.set_version_flag("--version", fmt::format("smsbackup {}", smsbackup::version()), "Show the version");
  app.set_help_flag("-h,--help", "Show this, or with a command its options");
  app.require_subcommand(1);
  app.footer(fmt::format("{}\n\n{}", stores_help, main_examples));
  app.formatter(std::make_shared<HelpFormat>());

  const auto command = [&](Command which, const char* name, const char* description, const std::string& example) {
    CLI::App* sub = app.add_subcommand(name, description);
    sub->group("Commands");
    sub->callback([&arguments, which] { arguments.command = which; });
    sub->footer(fmt::format("{}\n\nExample:\n  {}\n", stores_help, example));
    return sub;
  };

  CLI::App* copy = command(Command::copy, "copy", "Copy and merge stores into one, leaving out what is there",
                           "smsbackup copy old.xml new.xml calls.xml maildir:archive");
  copy->add_option("stores", places, "the stores to read, and last the one to write")
      ->type_name("FROM... TO")
      ->required();
  add_transfer(*copy, arguments);

  CLI::App* merge = command(Command::merge, "merge", "Merge archives or phones into one, each record once",
                            "smsbackup merge --log dropped.jsonl old.xml archive new.xml -o merged.jsonl");
  merge->add_option("stores", places, "the stores to read; of what they repeat, the first one's stays")
      ->type_name("FROM...")
      ->required();
  merge->add_option("-o,--output", arguments.to, "The store to write")->type_name("OUT")->required()->group("Writing");
  add_transfer(*merge, arguments);

  CLI::App* backup = command(Command::backup, "backup", "Copy a phone's records into an archive, without drafts",
                             "smsbackup backup --contacts people.vcf phone.xml maildir:archive");
  backup->add_option("stores", places, "the phone and its archive")->type_name("FROM TO")->required();
  backup->add_flag("--drafts", arguments.drafts, "Back up drafts as well")->group("Which records");
  add_choice(*backup, "--first-run", arguments.first_run, first_runs,
             "What the first run with a state does: skip marks all as done (default: backup)")
      ->group(what_earlier_runs_did);
  add_state(*backup, arguments);
  backup->add_option("--calendar", arguments.calendar, "Put the calls into this calendar file as well")
      ->type_name("FILE.ics")
      ->group("Writing");
  add_transfer(*backup, arguments);

  CLI::App* restore = command(Command::restore, "restore", "Copy an archive onto a phone; nothing will be sent again",
                              "smsbackup restore --newest 1000 maildir:archive phone.xml");
  restore->add_option("stores", places, "the archive and the phone")->type_name("FROM TO")->required();
  add_choice(*restore, "--unsent", arguments.unsent, unsent, "What was not sent yet (default: restored as failed)")
      ->group("Restoring");
  restore->add_flag("--keep-sub-id", arguments.keep_sub_id, "The SIM numbers are this phone's")->group("Restoring");
  restore->add_flag("--mark-read", arguments.mark_read, "Restore everything as read")->group("Restoring");
  add_state(*restore, arguments);
  add_transfer(*restore, arguments);

  CLI::App* verify =
      command(Command::verify, "verify", "Check that everything of A is in B unchanged, and list what is not",
              "smsbackup verify phone.xml maildir:archive");
  verify->add_option("stores", places, "what should be there, and where")->type_name("A B")->required();
  verify->add_flag("--both-ways", arguments.both_ways, "What only B has is a difference, too")->group("Which records");
  verify->add_flag("--json", arguments.json, "As JSON")->group("Telling");
  add_selection(*verify, arguments);
  add_contacts(*verify, arguments);
  add_dedup(*verify, arguments);
  add_servers(*verify, arguments);
  add_output(*verify, arguments);

  CLI::App* stats = command(Command::stats, "stats", "Count what a store holds", "smsbackup stats --json archive");
  stats->add_option("stores", places, "the store to count")->type_name("STORE")->required();
  stats->add_flag("--json", arguments.json, "As JSON")->group("Telling");
  add_selection(*stats, arguments);
  add_contacts(*stats, arguments);
  add_dedup(*stats, arguments);
  add_last_run(*stats, arguments);
  add_servers(*stats, arguments);
  add_output(*stats, arguments);

  CLI::App* check_server = command(Command::check, "check", "Log in to a mail server and say what it can do and holds",
                                   "smsbackup check imaps://me@imap.example.org/");
  check_server->add_option("stores", places, "the mailbox")->type_name("MAILBOX")->required();
  add_last_run(*check_server, arguments);
  add_servers(*check_server, arguments);
  add_output(*check_server, arguments);

  CLI::App* dedup =
      command(Command::dedup, "dedup", "Count the mails of a mailbox that repeat another, or clear them away",
              "smsbackup dedup --move-to Duplicates imaps://me@imap.example.org/");
  dedup->add_option("stores", places, "the mailbox")->type_name("MAILBOX")->required();
  const auto move_to = dedup
                           ->add_option_function<std::string>(
                               "--move-to", [&arguments](const std::string& name) { arguments.move_to = name; },
                               "Move them to this folder")
                           ->type_name("NAME")
                           ->group("Duplicates");
  dedup->add_flag("--delete", arguments.remove, "Delete them for good")->excludes(move_to)->group("Duplicates");
  add_dedup(*dedup, arguments);
  add_servers(*dedup, arguments);
  add_output(*dedup, arguments);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& answered) {  // --help, --version
    app.exit(answered);
    return std::nullopt;
  } catch (const CLI::ParseError& wrong) {
    throw Failure(ExitCode::usage, fmt::format("{} (smsbackup --help shows how)", wrong.what()));
  }

  const auto expect = [&places](std::size_t least, std::size_t most, const char* what) {
    if (places.size() < least || places.size() > most) {
      throw Failure(ExitCode::usage, fmt::format("expected {}, got {} of them", what, places.size()));
    }
  };
  switch (arguments.command) {
    case Command::copy:
      expect(2, std::size_t(-1), "FROM... TO: at least two stores");
      break;
    case Command::merge:
      expect(1, std::size_t(-1), "FROM...: at least one store");
      break;
    case Command::backup:
    case Command::restore:
      expect(2, 2, "FROM TO: two stores");
      break;
    case Command::verify:
      expect(2, 2, "A B: two stores");
      break;
    case Command::stats:
      expect(1, 1, "STORE: one store");
      break;
    case Command::check:
    case Command::dedup:
      expect(1, 1, "MAILBOX: one store on a mail server");
      break;
  }
  if (arguments.command == Command::copy || arguments.command == Command::backup ||
      arguments.command == Command::restore || arguments.command == Command::verify) {
    arguments.to = std::move(places.back());
    places.pop_back();
  }
  arguments.from = std::move(places);
  check(arguments);
  return arguments;
}

}  // namespace tool
