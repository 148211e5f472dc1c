#include "smsbackup/store.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "smsbackup/android_db_store.hpp"
#include "smsbackup/eml_store.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/icalendar_store.hpp"
#include "smsbackup/jsonl_store.hpp"
#include "smsbackup/maildir_store.hpp"
#include "smsbackup/mbox_store.hpp"
#include "smsbackup/memory_store.hpp"
#include "smsbackup/synctech_xml_store.hpp"
#include "stores/detect_store.hpp"
#ifdef SMSBACKUP_HAVE_IMAP
#include "imap/open_imap.hpp"
#endif

namespace smsbackup {
namespace {

constexpr std::array<std::string_view, 3> mail_servers = {"imap", "imap+starttls", "imaps"};

template <class FileStore>
StoreFactory at_path() {
  return [](const StoreAddress& address, Access access, const StoreOptions& options) -> std::unique_ptr<Store> {
    return std::make_unique<FileStore>(address.location, access, options);
  };
}

class Registry {
 public:
  static Registry& instance() {
    static Registry registry;
    return registry;
  }

  void add(std::string scheme, StoreFactory factory) {
    const std::lock_guard lock(mutex_);
    factories_[std::move(scheme)] = std::move(factory);
  }
  std::optional<StoreFactory> find(const std::string& scheme) {
    const std::lock_guard lock(mutex_);
    const auto found = factories_.find(scheme);
    if (found == factories_.end()) return std::nullopt;
    return found->second;
  }
  std::vector<std::string> schemes() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [scheme, factory] : factories_) names.push_back(scheme);
    return names;
  }

 private:
  Registry() {
    factories_["android-db"] = at_path<AndroidDbStore>();
    factories_["eml"] = at_path<EmlStore>();
#ifdef SMSBACKUP_HAVE_IMAP
    for (const std::string_view scheme : mail_servers) factories_[std::string(scheme)] = imap::open_imap;
#endif
    factories_["icalendar"] = at_path<IcalendarStore>();
    factories_["jsonl"] = at_path<JsonlStore>();
    factories_["maildir"] = at_path<MaildirStore>();
    factories_["mbox"] = at_path<MboxStore>();
    factories_["memory"] = [](const StoreAddress&, Access, const StoreOptions&) -> std::unique_ptr<Store> {
      return std::make_unique<MemoryStore>();
    };
    factories_["synctech-xml"] = at_path<SynctechXmlStore>();
  }

  std::mutex mutex_;
  std::map<std::string, StoreFactory> factories_;
};

std::string known_schemes() {
  std::string list;
  for (const std::string& scheme : registered_stores()) list += (list.empty() ? "" : ", ") + scheme + ":";
  return "Known are " + list + " or a plain path.";
}

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What stands before the first colon, in small letters, if it can be a scheme (RFC 3986, 3.1).
std::string scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return {};
  std::string scheme(text.substr(0, colon));
  for (char& c : scheme) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return {};
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return scheme;
}

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

std::string scheme_for_new(const std::string& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> by_extension = {{
      {".db", "android-db"},
      {".xml", "synctech-xml"},
      {".zip", "synctech-xml"},
      {".mbox", "mbox"},
      {".jsonl", "jsonl"},
      {".ndjson", "jsonl"},
      {".eml", "eml"},
      {".ics", "icalendar"},
  }};
  const std::filesystem::path name(path);
  std::string extension = name.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  for (const auto& [known, scheme] : by_extension) {
    if (extension == known) return std::string(scheme);
  }
  if (!name.has_filename() || extension.empty()) return "maildir";
  throw Error(ErrorCode::unknown_format, "opening " + path + " for writing: its name doesn't tell the format",
              "Put the format before it, as in mbox:" + path + ". " + known_schemes());
}

// A plain path: what is there decides, or else its name.
std::string scheme_for_path(const std::string& path, Access access) {
  if (access == Access::write) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return scheme_for_new(path);
    // Nothing in it that could tell, but a place to write to.
    if (std::filesystem::is_directory(path, error) && std::filesystem::is_empty(path, error)) return "maildir";
    if (std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) == 0) {
      return scheme_for_new(path);
    }
  }
  const auto detected = stores::detect(path);
  if (!detected.scheme.empty()) return detected.scheme;
  std::string message = "opening " + path + ": ";
  message += detected.what.empty() ? "this is no format that can be read" : "this is " + detected.what;
  throw Error(ErrorCode::unknown_format, message,
              "If you know what it is, put the format before it, as in jsonl:" + path + ". " + known_schemes());
}

}  // namespace

StoreAddress parse_store_address(std::string_view uri_or_path) {
  if (uri_or_path.empty()) throw Error(ErrorCode::invalid_argument, "opening a store: its name is empty");
  const std::string scheme = scheme_of(uri_or_path);
  if (scheme.empty()) return {"", std::string(uri_or_path)};
  if (Registry::instance().find(scheme)) return {scheme, std::string(uri_or_path.substr(scheme.size() + 1))};
  // A file may have a colon in its name.
  if (is_there(std::string(uri_or_path))) return {"", std::string(uri_or_path)};
  // What follows the scheme may hold a password, so it is not shown.
  if (std::find(mail_servers.begin(), mail_servers.end(), scheme) != mail_servers.end()) {
    throw Error(ErrorCode::unsupported, "opening a store: " + scheme + ": was left out when this library was built",
                known_schemes());
  }
  throw Error(ErrorCode::invalid_argument, "opening a store: nothing is known by the name " + scheme + ":",
              known_schemes() + " A path with a colon in it is written as ./PATH.");
}

std::unique_ptr<Store> open_store(std::string_view uri_or_path, Access access, const StoreOptions& options) {
  StoreAddress address = parse_store_address(uri_or_path);
  if (address.scheme.empty()) {
    address.scheme = scheme_for_path(address.location, access);
  } else if (address.location.empty() && address.scheme != "memory") {
    throw Error(ErrorCode::invalid_argument, "opening a " + address.scheme + ": store: its path is missing",
                "Write " + address.scheme + ":PATH.");
  }
  const auto factory = Registry::instance().find(address.scheme);
  if (!factory) {
    throw Error(ErrorCode::invalid_argument, "opening a store: nothing is known by the name " + address.scheme + ":",
                known_schemes());
  }
  return (*factory)(address, access, options);
}

void register_store(std::string scheme, StoreFactory factory) {
  if (scheme.empty() || scheme_of(scheme + ":") != scheme || !factory) {
    throw Error(ErrorCode::invalid_argument, "registering a store: its scheme must be of a-z, 0-9, '+', '-' and '.'");
  }
  Registry::instance().add(std::move(scheme), std::move(factory));
}

std::vector<std::string> registered_stores() { return Registry::instance().schemes(); }

std::string detect_store(const std::string& path) { return stores::detect(path).scheme; }

}  // namespace smsbackup
