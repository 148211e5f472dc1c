// How a folder of .eml files is laid out (docs/stores/eml.md):
//
//   FOLDER/2023-08/20230808-061336-sms-f2f7191467e00fab.eml
//
// by the month of the internal date in UTC, since a folder of a million files is slow; the digits at the end are the
// first of the Message-ID.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "smsbackup/mime.hpp"
#include "stores/name_list.hpp"

namespace smsbackup::stores {

bool is_eml_name(std::string_view name);

// The paths of all .eml files in the folder and the folders in it, relative to it and sorted. Hidden ones are left out,
// links to folders are not followed.
NameList list_eml_files(const std::filesystem::path& folder);

// "2023-08/20230808-061336-sms-f2f7191467e00fab", without the extension.
std::string eml_name(const MailHead& head);

}  // namespace smsbackup::stores
