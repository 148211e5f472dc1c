#include "golden_data.hpp"

#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "mime/encoded_word.hpp"
#include "mime/parameters.hpp"
#include "mime/quoted_printable.hpp"
#include "model/base64.hpp"
#include "smsbackup/columns.hpp"

namespace smsbackup::golden {
namespace {

using nlohmann::json;

const std::filesystem::path folder = std::filesystem::path(SMSBACKUP_TEST_DATA) / "smsbackupplus";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class Row>
void fill(Row& row, const json& columns) {
  for (const auto& [name, value] : columns.items()) {
    if (name == "data_base64") continue;
    if (value.is_null()) {
      set_column(row, name, std::nullopt);
    } else {
      set_column(row, name, value.template get<std::string>());
    }
  }
}

class ListedContacts final : public ContactBook {
 public:
  explicit ListedContacts(const json& contacts) {
    for (const json& found : contacts.at("phone_lookup")) {
      Contact contact;
      contact.id = found.at("_id").get<std::int64_t>();
      if (!found.at("display_name").is_null()) contact.name = found.at("display_name").get<std::string>();
      for (const bool primary : {true, false}) {
        for (const json& email : contacts.at("emails")) {
          if (email.at("contact_id") != contact.id || (email.at("is_primary") == 1) != primary) continue;
          contact.emails.push_back(email.at("data1").get<std::string>());
        }
      }
      known_[found.at("address").get<std::string>()] = contact;
    }
  }
  std::optional<Contact> lookup(std::string_view address) override {
    const auto found = known_.find(address);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, Contact, std::less<>> known_;
};

std::vector<Case> load() {
  const json manifest = json::parse(read_file(folder / "manifest.json"));
  std::vector<Case> all;
  for (const json& entry : manifest.at("cases")) {
    if (entry.at("kind") == "functions") continue;
    Case c;
    c.id = entry.at("id").get<std::string>();
    c.json = json::parse(read_file(folder / (c.id + ".json")));
    if (std::filesystem::exists(folder / (c.id + ".eml"))) c.mail = read_file(folder / (c.id + ".eml"));
    const std::filesystem::path restored = folder / (c.id + ".restored.json");
    if (std::filesystem::exists(restored)) c.restored = json::parse(read_file(restored));
    all.push_back(std::move(c));
  }
  return all;
}

// --- a mail parser for tests: small, and no part of the library

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return tolower(x) == tolower(y); });
}

struct Section {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

Section parse_section(std::string_view bytes) {
  Section section;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find("\r\n"), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 2, bytes.size()));
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      section.headers.back().second += line;
      continue;
    }
    const std::size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    section.headers.emplace_back(line.substr(0, colon), value);
  }
  section.body = bytes;
  return section;
}

std::string header(const Section& section, std::string_view name) {
  for (const auto& [key, value] : section.headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

std::string decode_words(std::string_view text) {
  const auto charsets = system_charsets();
  std::string out;
  mime::append_decoded_words(text, *charsets, out);
  return out;
}

void collect(const Section& section, std::vector<Mail::Part>& parts) {
  const auto charsets = system_charsets();
  const auto type = mime::parse_structured_field(header(section, "Content-Type"), *charsets);
  const auto disposition = mime::parse_structured_field(header(section, "Content-Disposition"), *charsets);
  if (const std::string* boundary = type.find("boundary")) {
    const std::string delimiter = "--" + *boundary;
    std::string_view rest = section.body;
    rest.remove_prefix(rest.find(delimiter) + delimiter.size());
    while (!rest.starts_with("--")) {
      rest.remove_prefix(2);  // the delimiter's line end, which may be the next one's as well
      const std::string_view upto =
          rest.starts_with(delimiter) ? rest.substr(0, 0) : rest.substr(0, rest.find("\r\n" + delimiter));
      if (!upto.empty()) collect(parse_section(upto), parts);
      rest.remove_prefix(upto.size() + (upto.empty() ? 0 : 2) + delimiter.size());
    }
    return;
  }
  Mail::Part part;
  part.type = type.value;
  part.attachment = disposition.value == "attachment";
  if (const std::string* name = disposition.find("filename")) part.name = *name;
  const std::string encoding = header(section, "Content-Transfer-Encoding");
  if (encoding == "quoted-printable") {
    mime::decode_quoted_printable(section.body, mime::QuotedPrintable::sms_backup_plus, part.content);
  } else if (encoding == "base64") {
    part.content = base64::decode(section.body, base64::Mode::lenient).value();
  } else {
    part.content = section.body;
  }
  parts.push_back(std::move(part));
}

}  // namespace

const std::vector<Case>& cases() {
  static const std::vector<Case> all = load();
  return all;
}

const Case& find(std::string_view number) {
  for (const Case& c : cases()) {
    if (c.number() == number) return c;
  }
  throw std::runtime_error("no case " + std::string(number));
}

json functions() { return json::parse(read_file(folder / "functions.json")); }

Record record_of(const Case& c) {
  const std::string type = c.json.at("data_type").get<std::string>();
  const json& row = c.json.at("row");
  if (type == "SMS") {
    Sms sms;
    fill(sms, row);
    return sms;
  }
  if (type == "CALLLOG") {
    Call call;
    fill(call, row);
    return call;
  }
  Mms mms;
  fill(mms, row);
  for (const json& address : c.json.at("addrs")) fill(mms.addresses.emplace_back(), address);
  for (const json& columns : c.json.at("parts")) {
    MmsPart& part = mms.parts.emplace_back();
    fill(part, columns);
    const json& data = columns.at("data_base64");
    if (!data.is_null()) part.data = Blob(base64::decode(data.get<std::string>()).value());
  }
  return mms;
}

MimeOptions options_of(const Case& c) {
  const json& settings = c.json.at("settings");
  MimeOptions options;
  options.user_email = settings.at("user_email").get<std::string>();
  const std::string style = settings.at("address_style").get<std::string>();
  options.address_style = style == "NUMBER"            ? AddressStyle::number
                          : style == "NAME_AND_NUMBER" ? AddressStyle::name_and_number
                                                       : AddressStyle::name;
  options.subject_prefix = settings.at("subject_prefix").get<bool>();
  if (!settings.at("imap_folder").is_null()) options.sms_folder = settings.at("imap_folder").get<std::string>();
  if (!settings.at("imap_folder_calllog").is_null()) {
    options.call_folder = settings.at("imap_folder_calllog").get<std::string>();
  }
  options.reference_uid = settings.at("reference_uid").get<std::string>();
  options.version_code = settings.at("version_code").get<std::int64_t>();
  const std::string mark = settings.at("mark_as_read").get<std::string>();
  options.mark_as_read = mark == "READ"     ? MarkAsRead::read
                         : mark == "UNREAD" ? MarkAsRead::unread
                                            : MarkAsRead::message_status;
  options.contacts = std::make_shared<ListedContacts>(c.json.at("contacts"));
  const auto now = settings.at("now_ms").get<std::int64_t>();
  options.clock = [now] { return now; };
  setenv("TZ", settings.at("time_zone").get<std::string>().c_str(), 1);
  tzset();
  options.zone = local_zone();
  if (!settings.at("mime_boundary").is_null()) {
    const auto boundary = settings.at("mime_boundary").get<std::string>();
    options.boundary = [boundary](const Digest&) { return boundary; };
  }
  return options;
}

std::vector<std::string> Mail::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) values.push_back(value);
  }
  return values;
}

std::string Mail::get(std::string_view name) const {
  const std::vector<std::string> values = all(name);
  return values.empty() ? std::string("(none)") : values.front();
}

Mail parse_mail(std::string_view bytes) {
  const Section section = parse_section(bytes);
  Mail mail;
  for (const auto& [name, value] : section.headers) mail.headers.emplace_back(name, decode_words(value));
  collect(section, mail.parts);
  return mail;
}

}  // namespace smsbackup::golden
