// Reads one record out of JSON, wherever the JSON comes from.
#pragma once

#include "model/json_reader.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::model {

// The object that comes next in `in`, as from_json() reads it; what follows it is left. Part data goes to a BlobWriter
// piece by piece. Throws what JsonReader throws, and Error(no_space or io) when a part can't be spilled.
Record read_json_record(JsonReader& in, const Limits& limits);

}  // namespace smsbackup::model
