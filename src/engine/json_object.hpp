// Reports as JSON, written from front to back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/unicode.hpp"
#include "smsbackup/record.hpp"
#include "smsbackup/time.hpp"

namespace smsbackup::engine {

// Builds one JSON object; values are appended in the order of the calls.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject() { out_ += '}'; }

  std::string& name(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    quote(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name_of, std::string_view value) {
    name(name_of);
    quote(out_, value);
  }
  void number(std::string_view name_of, std::uint64_t value) { name(name_of) += std::to_string(value); }
  void boolean(std::string_view name_of, bool value) { name(name_of) += value ? "true" : "false"; }

  // `append(out, value)` writes one of them.
  template <class Values, class Append>
  void list(std::string_view name_of, const Values& values, Append&& append) {
    std::string& out = name(name_of);
    out += '[';
    bool first = true;
    for (const auto& value : values) {
      if (!first) out += ',';
      first = false;
      append(out, value);
    }
    out += ']';
  }
  void texts(std::string_view name_of, const std::vector<std::string>& values) {
    list(name_of, values, [](std::string& out, const std::string& value) { quote(out, value); });
  }

 private:
  static void quote(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : model::to_valid_utf8(text)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20) {
        out += "\\u00";
        out += hex[byte >> 4];
        out += hex[byte & 0xf];
      } else {
        out += c;
      }
    }
    out += '"';
  }

  std::string& out_;
  bool first_ = true;
};

// What may be told of a record: nothing that it says, nor whom it is from.
inline void describe(JsonObject& object, RecordType type, Direction direction, std::optional<std::int64_t> date) {
  object.text("type", to_string(type));
  if (direction != Direction::unknown) {
    object.text("direction", direction == Direction::incoming ? "incoming" : "outgoing");
  }
  if (date) object.text("date", format_iso8601(*date));
}

}  // namespace smsbackup::engine
