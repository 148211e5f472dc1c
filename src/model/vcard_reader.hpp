// Reads vCards as they come, piece by piece, holding no more than one property of one card.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/vcard_property.hpp"
#include "smsbackup/charset.hpp"
#include "smsbackup/contacts.hpp"

namespace smsbackup::model {

class VcardReader {
 public:
  explicit VcardReader(const Limits& limits);

  void feed(std::string_view bytes);
  // What was found. To be called once, after the last piece.
  VcardResult finish();

  // Whether any card began.
  bool any_card() const noexcept { return cards_ != 0; }

 private:
  // In the order of their first appearance.
  struct Texts {
    std::vector<std::string> list;
    std::set<std::string, std::less<>> seen;
    void add(std::string_view text);
  };
  // A card that is a group (KIND:group) names its members by their UID.
  struct Card {
    std::string full_name, structured_name, nickname, organization, uid;
    Texts numbers, groups;
    std::vector<std::pair<int, std::string>> emails;  // with their preference
    std::vector<std::string> members;
    bool version_2 = false;
    bool is_group = false;
    std::size_t properties = 0;
  };

  void end_line(std::string_view ending);
  void physical_line(std::string_view line);
  void start_property(std::string_view line);
  void continue_property(std::string_view line, bool soft_break);
  void look_for_parameters_end();
  void end_property();
  bool is_structure(std::string_view line);
  void value_of_card(const VcardProperty& property);
  void begin_card();
  void give_up_card(ErrorCode code, std::string_view why, bool keep);
  void keep_card();
  void add_problem(ErrorCode code, std::string_view why, bool kept);

  Limits limits_;
  std::unique_ptr<CharsetConverter> charsets_;
  VcardResult result_;

  // The physical line that is being collected.
  std::string line_;
  bool line_too_long_ = false;
  bool after_carriage_return_ = false;
  bool at_start_ = true;
  std::uint64_t offset_ = 0;       // of what comes next
  std::uint64_t line_offset_ = 0;  // of the line's first byte

  // The property that is being unfolded.
  std::string property_;
  std::size_t parameters_end_ = 0;
  bool in_property_ = false;
  bool wanted_ = false;
  bool has_parameters_end_ = false;
  bool quoted_printable_ = false;
  bool soft_break_ = false;

  // The card.
  std::unique_ptr<Card> card_;
  std::size_t inner_cards_ = 0;  // open AGENT cards within
  bool after_agent_ = false;     // the last property was an AGENT whose card is to come
  std::uint64_t card_offset_ = 0;
  std::string raw_;
  bool raw_is_complete_ = true;
  std::uint64_t cards_ = 0;

  std::map<std::string, std::size_t, std::less<>> contacts_by_uid_;
  std::vector<std::pair<std::string, std::vector<std::string>>> groups_;  // title and members
};

}  // namespace smsbackup::model
