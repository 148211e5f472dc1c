// Where something is kept of one folder of one account. The names tell neither.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "smsbackup/imap_options.hpp"
#include "stores/file_descriptor.hpp"

namespace smsbackup::imap {

// "me@mail.example.org:993"
std::string account_name(const ImapOptions& options);

std::string sha256(std::string_view bytes);

// Made of both; 32 bytes.
std::string cache_identity(std::string_view account, std::string_view folder);

// In that cache; `kind` is the name's ending, ".keys".
std::filesystem::path cache_file(const std::filesystem::path& cache, std::string_view identity, std::string_view kind);

// Writes them at `end`, which moves on with what was written. False if the disk does not take them all.
bool append_at(const stores::FileDescriptor& file, std::uint64_t& end, std::string_view bytes);

}  // namespace smsbackup::imap
