// Character references and entities of attribute values: &#10; &#x1F600; &amp;
//
// Only what the XML recommendation predefines is known; a declared entity is never expanded, so that no document can
// grow by being read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smsbackup::stores {

// Resolves the references of one value, which may come in pieces (a piece never ends within a reference).
//
// Two adjacent references to a high and a low half surrogate are one character; a half that stands alone is kept in its
// three-byte form. Control characters that XML forbids are taken as they are meant. What is no reference stays text.
class ReferenceDecoder {
 public:
  // Appends to `out`.
  void decode(std::string_view raw, std::string& out);
  // At the end of the value: appends a half that still waits for its other one.
  void finish(std::string& out);

 private:
  char32_t high_half_ = 0;
};

// All of a value at once; `raw` holds at least one '&'.
void decode_references(std::string_view raw, std::string& out);

// Appends text as it stands between double quotes: markup, quotes, control characters and half surrogates as
// references, everything else as it is. Bytes that are no UTF-8 become U+FFFD; false if there were any.
bool append_escaped(std::string_view text, std::string& out);

}  // namespace smsbackup::stores
