#include "engine/problem_text.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace smsbackup::engine {
namespace {

constexpr std::size_t longest = 500;
// Shorter texts ("no", "0") are in every sentence.
constexpr std::size_t shortest_secret = 5;
constexpr std::size_t shortest_number = 7;
constexpr std::string_view removed = "(removed)";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

void make_one_short_line(std::string& text) {
  if (text.size() > longest) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not within a character
    text.resize(end);
    text += "...";
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f') c = ' ';
  }
}

void remove_all(std::string& text, std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += removed.size()) {
    text.replace(at, secret.size(), removed);
  }
}

// "+15550100": offsets and counts never have a sign.
void remove_numbers(std::string& text) {
  for (std::size_t at = 0; (at = text.find('+', at)) != std::string::npos; ++at) {
    std::size_t end = at + 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - at > shortest_number) text.replace(at, end - at, removed);
  }
}

// What a sender or a contact wrote, as opposed to what the phone keeps about it.
std::vector<std::string_view> secrets_of(const Record& record) {
  std::vector<std::string_view> secrets = parties_of(record);
  const auto add = [&](const Text& text) {
    if (text.has_value()) secrets.emplace_back(*text);
  };
  if (const auto* sms = std::get_if<Sms>(&record)) {
    add(sms->body);
    add(sms->subject);
  } else if (const auto* mms = std::get_if<Mms>(&record)) {
    add(mms->sub);
    for (const MmsPart& part : mms->parts) add(part.text);
  } else if (const auto* call = std::get_if<Call>(&record)) {
    add(call->name);
    add(call->subject);
    add(call->transcription);
  }
  return secrets;
}

}  // namespace

void remove_private_data(Problem& problem, const Record* record) {
  if (record != nullptr) {
    for (const std::string_view secret : secrets_of(*record)) {
      remove_all(problem.where, secret);
      remove_all(problem.why, secret);
    }
  }
  remove_numbers(problem.why);
  make_one_short_line(problem.where);
  make_one_short_line(problem.why);
}

}  // namespace smsbackup::engine
