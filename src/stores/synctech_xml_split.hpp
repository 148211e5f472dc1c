// Where a SyncTech file may be cut so that its pieces can be read by themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stores/pieces.hpp"
#include "stores/xml_input.hpp"

namespace smsbackup::stores::synctech {

// A piece of a file: where its rows begin, and the element that is open there. "1000-2000/smses".
struct XmlPiece {
  ByteRange range;
  std::string root;
};
XmlPiece parse_xml_piece(std::string_view piece, const std::string& store);

// The names of at most `wanted` pieces of a file of that size. Looks through the file, since only from its beginning
// can be told what is a row and what is text within one. Cuts only before rows that are in the root element and nothing
// else, and nowhere behind the first thing that is not as it should be.
std::vector<std::string> split_xml(XmlText& text, std::uint64_t size, std::size_t wanted, const Limits& limits);

}  // namespace smsbackup::stores::synctech
