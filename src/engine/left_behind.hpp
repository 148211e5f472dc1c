// What a backup leaves on the phone.
#pragma once

#include "smsbackup/record.hpp"

namespace smsbackup::engine {

bool is_draft(const Record& record) noexcept;

// Rows of `pdu` that tell of another message: that it arrived, or was read.
bool is_mms_report(const Record& record) noexcept;

}  // namespace smsbackup::engine
