// Records out of a random generator, with everything in them that has ever broken a mail program.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "smsbackup/record.hpp"

namespace smsbackup::hostile {

enum class Texts : std::uint8_t {
  any,    // NUL, half surrogates and bytes that are no text among them
  valid,  // what a mail client can convert: well-formed UTF-8 without NUL
};

class Generator {
 public:
  Generator(std::uint32_t seed, Texts texts) : random_(seed), texts_(texts) {}

  Record record();
  Sms sms();
  Mms mms();
  Call call();
  std::string text(std::size_t pieces);

 private:
  template <class Row>
  void fill(Row& row);
  std::int64_t number();
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  std::mt19937 random_;
  Texts texts_;
};

}  // namespace smsbackup::hostile
