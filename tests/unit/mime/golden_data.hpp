// The cases of tests/data/smsbackupplus: mails made by the real SMS Backup+, and the rows they were made of.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smsbackup/mime.hpp"

namespace smsbackup::golden {

struct Case {
  std::string id;
  nlohmann::json json;                     // row, settings, contacts, expected
  std::optional<nlohmann::json> restored;  // what SMS Backup+ reads from the mail
  std::optional<std::string> mail;

  std::string number() const { return id.substr(0, id.find('-')); }
  bool is_restore_only() const { return id.starts_with('r'); }
};

// All of them, in order.
const std::vector<Case>& cases();
const Case& find(std::string_view number);
nlohmann::json functions();

// The input row with its columns, addresses and parts.
Record record_of(const Case& c);
// The settings, clock, contacts and boundary. Sets the process's time zone.
MimeOptions options_of(const Case& c);

// A mail taken apart without the code under test, apart from encoded words.
struct Mail {
  std::vector<std::pair<std::string, std::string>> headers;  // unfolded, encoded words and RFC 2231 decoded
  struct Part {
    std::string type;
    std::string name;
    std::string content;
    bool attachment = false;
  };
  std::vector<Part> parts;

  std::vector<std::string> all(std::string_view name) const;
  std::string get(std::string_view name) const;
};
Mail parse_mail(std::string_view bytes);

}  // namespace smsbackup::golden
