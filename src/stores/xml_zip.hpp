// XML files that are the one entry of a zip.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "stores/xml_input.hpp"

namespace smsbackup::stores {

// Whether a file begins like a zip.
bool is_zip(std::string_view head) noexcept;

// The bytes of the zip's only .xml entry (or of its only entry), unpacked while they are read: a zip bomb costs time,
// no memory. Throws Error(unsupported) if the entry is encrypted, packed in an unknown way, or one of several;
// Error(corrupt_input) or Error(truncated_input) if the zip is damaged.
std::unique_ptr<ByteInput> open_zipped_xml(const std::filesystem::path& zip);

// Makes a zip with that one entry, for which there must be no file yet. Throws Error(no_space) or Error(io) naming
// `target`, which is what the user asked for.
void write_zip(const std::filesystem::path& zip, const std::filesystem::path& content, const std::string& entry_name,
               const std::filesystem::path& target);

}  // namespace smsbackup::stores
