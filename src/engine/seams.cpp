// What the interfaces at the seams do when an implementation says nothing else.
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

std::optional<Record> Sink::fetch(std::string_view) { return std::nullopt; }

}  // namespace smsbackup
