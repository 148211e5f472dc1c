#include "model/vcard_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/unicode.hpp"

namespace smsbackup::model {
namespace {

constexpr std::array<std::string_view, 15> wanted_names{"VERSION",
                                                        "FN",
                                                        "N",
                                                        "NICKNAME",
                                                        "ORG",
                                                        "TEL",
                                                        "EMAIL",
                                                        "KIND",
                                                        "CATEGORIES",
                                                        "UID",
                                                        "AGENT",
                                                        "MEMBER",
                                                        "X-ADDRESSBOOKSERVER-KIND",
                                                        "X-ADDRESSBOOKSERVER-MEMBER",
                                                        "X-GROUP-MEMBERSHIP"};

// A file of nothing but broken cards should not need many times its size in memory.
constexpr std::size_t max_problems = 10'000;

bool is_wanted(std::string_view name) noexcept {
  return std::find(wanted_names.begin(), wanted_names.end(), name) != wanted_names.end();
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool remove_scheme(std::string_view& text, std::string_view scheme) noexcept {
  if (!equal_ignoring_case(text.substr(0, scheme.size()), scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

// "Doe;John;Quincy;Dr.;Jr." is "Dr. John Quincy Doe Jr."
std::string name_in_order(std::string_view structured, bool version_2) {
  std::vector<std::string> parts = split_vcard_value(structured, ';', 5, version_2);
  parts.resize(5);
  std::string name;
  for (const std::size_t which : {3, 1, 2, 0, 4}) {
    const std::string_view part = trimmed(parts[which]);
    if (part.empty()) continue;
    if (!name.empty()) name += ' ';
    name += part;
  }
  return name;
}

}  // namespace

VcardReader::VcardReader(const Limits& limits) : limits_(limits), charsets_(system_charsets()) {}

void VcardReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (after_carriage_return_) {
      after_carriage_return_ = false;
      if (bytes.front() == '\n') {
        if (card_ && raw_is_complete_) raw_ += '\n';
        ++offset_;
        line_offset_ = offset_;
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    const std::size_t room = limits_.text_size - line_.size();
    line_ += piece.substr(0, room);
    line_too_long_ |= piece.size() > room;
    offset_ += piece.size();
    bytes.remove_prefix(piece.size());
    if (bytes.empty()) return;
    after_carriage_return_ = bytes.front() == '\r';
    const char ending = bytes.front();
    bytes.remove_prefix(1);
    ++offset_;
    end_line(std::string_view(&ending, 1));
  }
}

void VcardReader::end_line(std::string_view ending) {
  std::string_view line = line_;
  if (std::exchange(at_start_, false) && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  physical_line(line);
  if (card_) {
    if (raw_is_complete_ && raw_.size() + line_.size() + ending.size() <= limits_.problem_raw && !line_too_long_) {
      raw_ += line_;
      raw_ += ending;
    } else {
      raw_is_complete_ = false;
    }
  }
  line_.clear();
  line_too_long_ = false;
  line_offset_ = offset_;
}

void VcardReader::physical_line(std::string_view line) {
  if (is_structure(line)) return;
  if (in_property_ && soft_break_) {
    continue_property(line, true);
  } else if (in_property_ && !line.empty() && (line.front() == ' ' || line.front() == '\t')) {
    continue_property(line.substr(1), false);
  } else {
    end_property();
    start_property(line);
  }
}

// BEGIN and END stand on lines of their own, also after a quoted-printable text that was cut off.
bool VcardReader::is_structure(std::string_view line) {
  constexpr std::size_t longest = 64;
  if (line.size() > longest) return false;
  const std::string name = vcard_property_name(line);
  const bool begin = name == "BEGIN";
  if (!begin && name != "END") return false;
  if (!equal_ignoring_case(trimmed(line.substr(line.find_first_of(";:") + 1)), "VCARD")) return false;
  end_property();
  const bool after_agent = std::exchange(after_agent_, false);
  if (begin && card_ && after_agent) {
    ++inner_cards_;
  } else if (begin) {
    if (card_) give_up_card(ErrorCode::truncated_input, "a card has no end; what it held was kept", true);
    begin_card();
  } else if (inner_cards_ > 0) {
    --inner_cards_;
  } else if (card_) {
    keep_card();
    card_.reset();
  }
  return true;
}

void VcardReader::start_property(std::string_view line) {
  const std::string name = vcard_property_name(line);
  if (name.empty() || !card_) return;
  in_property_ = true;
  wanted_ = is_wanted(name);
  has_parameters_end_ = quoted_printable_ = soft_break_ = false;
  parameters_end_ = 0;
  property_.clear();
  continue_property(line, false);
}

// What nobody wants (photos, notes) is followed only as far as to know where it ends.
void VcardReader::continue_property(std::string_view line, bool soft_break) {
  if (soft_break && wanted_) property_.pop_back();
  if (wanted_ || !has_parameters_end_) {
    if (line_too_long_ || property_.size() + line.size() > limits_.text_size) {
      if (card_ && wanted_) give_up_card(ErrorCode::limit_exceeded, "a property is too long", false);
      wanted_ = false;
    } else {
      property_ += line;
    }
  }
  if (!has_parameters_end_) look_for_parameters_end();
  soft_break_ = quoted_printable_ && line.ends_with('=');
}

void VcardReader::look_for_parameters_end() {
  parameters_end_ = property_.find(':', parameters_end_);
  has_parameters_end_ = parameters_end_ != std::string::npos;
  if (!has_parameters_end_) {
    parameters_end_ = property_.size();
    return;
  }
  quoted_printable_ = asks_for_quoted_printable(std::string_view(property_).substr(0, parameters_end_));
  if (!wanted_) property_.clear();
}

void VcardReader::end_property() {
  if (!in_property_) return;
  in_property_ = false;
  after_agent_ = false;
  if (!wanted_ || !card_) return;
  if (soft_break_) property_.pop_back();
  const VcardProperty property = VcardProperty::parse(property_, *charsets_);
  if (property.name == "AGENT") {
    after_agent_ = trimmed(property.value).empty();
  } else if (inner_cards_ > 0) {
    return;
  } else if (++card_->properties > limits_.columns) {
    give_up_card(ErrorCode::limit_exceeded, "a card has too many properties", false);
  } else {
    value_of_card(property);
  }
}

void VcardReader::value_of_card(const VcardProperty& property) {
  Card& card = *card_;
  const auto text = [&] { return std::string(trimmed(vcard_text(property.value, card.version_2))); };
  const auto keep_first = [](std::string& target, std::string_view value) {
    if (target.empty()) target = trimmed(value);
  };
  if (property.name == "VERSION") {
    card.version_2 = trimmed(property.value).starts_with("2");
  } else if (property.name == "FN") {
    keep_first(card.full_name, text());
  } else if (property.name == "N") {
    keep_first(card.structured_name, name_in_order(property.value, card.version_2));
  } else if (property.name == "NICKNAME") {
    keep_first(card.nickname, text());
  } else if (property.name == "ORG") {
    keep_first(card.organization, split_vcard_value(property.value, ';', 1, card.version_2).front());
  } else if (property.name == "TEL") {
    const std::string value = text();
    std::string_view number = value;
    if (remove_scheme(number, "tel:")) number = number.substr(0, number.find(';'));  // RFC 3966 parameters
    card.numbers.add(number);
  } else if (property.name == "EMAIL") {
    const std::string value = text();
    std::string_view address = value;
    remove_scheme(address, "mailto:");
    if (!address.empty()) card.emails.emplace_back(property.preference, address);
  } else if (property.name == "CATEGORIES") {
    for (const std::string& group : split_vcard_value(property.value, ',', limits_.columns, card.version_2)) {
      card.groups.add(trimmed(group));
    }
  } else if (property.name == "X-GROUP-MEMBERSHIP") {
    card.groups.add(text());
  } else if (property.name == "UID") {
    keep_first(card.uid, text());
  } else if (property.name == "KIND" || property.name == "X-ADDRESSBOOKSERVER-KIND") {
    card.is_group = equal_ignoring_case(text(), "group");
  } else if (property.name == "MEMBER" || property.name == "X-ADDRESSBOOKSERVER-MEMBER") {
    card.members.push_back(text());
  }
}

void VcardReader::begin_card() {
  card_ = std::make_unique<Card>();
  inner_cards_ = 0;
  card_offset_ = line_offset_;
  ++cards_;
  raw_.clear();
  raw_is_complete_ = true;
}

void VcardReader::give_up_card(ErrorCode code, std::string_view why, bool keep) {
  if (result_.problems.size() < max_problems) {
    Problem& problem = result_.problems.emplace_back();
    problem.code = code;
    problem.where = "card " + std::to_string(cards_) + ", byte " + std::to_string(card_offset_);
    problem.why = why;
    if (result_.problems.size() == max_problems) problem.why += "; further problems are not listed";
    problem.offset = card_offset_;
    problem.raw = Blob(raw_);
    problem.raw_is_complete = raw_is_complete_ && keep;
    problem.record_kept = keep;
  }
  if (keep) keep_card();
  card_.reset();
}

void VcardReader::keep_card() {
  Card& card = *card_;
  if (card.is_group) {
    groups_.emplace_back(card.full_name, std::move(card.members));
    return;
  }
  Contact contact;
  for (std::string* name : {&card.full_name, &card.structured_name, &card.nickname, &card.organization}) {
    if (!name->empty() && !contact.name) contact.name = std::move(*name);
  }
  std::stable_sort(card.emails.begin(), card.emails.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Texts emails;
  for (const auto& [preference, address] : card.emails) emails.add(address);
  contact.emails = std::move(emails.list);
  contact.numbers = std::move(card.numbers.list);
  contact.groups = std::move(card.groups.list);
  if (!contact.name && contact.emails.empty() && contact.numbers.empty()) return;
  if (!card.uid.empty()) contacts_by_uid_.emplace(card.uid, result_.contacts.size());
  result_.contacts.push_back(std::move(contact));
}

void VcardReader::Texts::add(std::string_view text) {
  if (!text.empty() && seen.emplace(text).second) list.emplace_back(text);
}

VcardResult VcardReader::finish() {
  if (!line_.empty()) end_line({});
  end_property();
  if (card_) give_up_card(ErrorCode::truncated_input, "the input ends within a card; what it held was kept", true);
  std::set<std::pair<std::size_t, std::string>> known;
  for (const auto& [title, members] : groups_) {
    for (std::string_view member : members) {
      auto found = contacts_by_uid_.find(member);
      if (found == contacts_by_uid_.end() && remove_scheme(member, "urn:uuid:")) found = contacts_by_uid_.find(member);
      if (found == contacts_by_uid_.end() || title.empty() || !known.emplace(found->second, title).second) continue;
      std::vector<std::string>& groups = result_.contacts[found->second].groups;
      if (std::find(groups.begin(), groups.end(), title) == groups.end()) groups.push_back(title);
    }
  }
  return std::move(result_);
}

}  // namespace smsbackup::model
