// What the interfaces at the seams do when an implementation says nothing else.
#include "smsbackup/error.hpp"
#include "smsbackup/sink.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/store.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup {

Cursor::~Cursor() = default;
Source::~Source() = default;
Sink::~Sink() = default;
Store::~Store() = default;
Observer::~Observer() = default;

std::vector<std::string> Source::split(std::size_t) { return {std::string()}; }

std::unique_ptr<Cursor> Source::open_piece(const Query& query, std::string_view piece) {
  if (piece.empty()) return open(query);
  throw Error(ErrorCode::invalid_argument, "reading a piece of " + name() + ": it has no pieces");
}

std::optional<Record> Sink::fetch(std::string_view) { return std::nullopt; }

}  // namespace smsbackup
