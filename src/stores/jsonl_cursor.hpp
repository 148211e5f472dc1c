// Reads records from JSON lines, or from one JSON array of records as SMS Import / Export 1 wrote it.
#pragma once

#include <filesystem>
#include <memory>

#include "smsbackup/limits.hpp"
#include "smsbackup/query.hpp"
#include "smsbackup/source.hpp"
#include "stores/input_file.hpp"
#include "stores/pieces.hpp"

namespace smsbackup::stores {

// What a file looks like from its first bytes.
enum class JsonShape : std::uint8_t { lines, array, unknown };
JsonShape json_shape(std::string_view beginning);

std::unique_ptr<Cursor> open_json(InputFile file, const Query& query, const Limits& limits);

// The lines that begin in the range, which begins with one. A regular file of lines only.
std::unique_ptr<Cursor> open_json_lines(InputFile file, ByteRange range, const Query& query, const Limits& limits);

}  // namespace smsbackup::stores
