// The library's own plain view of a record: one JSON object a line (docs/stores/jsonl.md).
//
// Keys are the provider's column names, values are strings, NULL columns are left out (their names are in "__null"),
// MMS times are in seconds like the provider's. "__type" is "sms", "mms" or "call"; an MMS has "__sender_address",
// "__recipient_addresses" and "__parts" like SMS Import / Export, a part's bytes are in "__data" as base64. Lossless:
// what text can't hold goes to "<column>__base64__".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "smsbackup/export.hpp"
#include "smsbackup/limits.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup {

using ByteSink = std::function<void(std::string_view)>;

// Appends the record as one line, without the line end.
SMSBACKUP_EXPORT void to_json(const Record& record, std::string& out);
// The same in pieces, so that part data needn't fit into memory.
SMSBACKUP_EXPORT void to_json(const Record& record, const ByteSink& out);

// Reads one line. Accepts what SMS Import / Export writes (versions 1 and 2) too: numbers and null as values, "parts",
// "sender_address", "binary_data". Without "__type" a line with m_type, msg_box, parts or address rows is an MMS, one
// with `duration` and either `number` or neither of `address` and `body` a call, else an SMS. Of two equal keys the
// later one counts. Throws Error(corrupt_input, truncated_input or limit_exceeded) with the offset in `line`;
// Error(no_space or io) when a part can't be spilled.
SMSBACKUP_EXPORT Record from_json(std::string_view line, const Limits& limits = {});

}  // namespace smsbackup
