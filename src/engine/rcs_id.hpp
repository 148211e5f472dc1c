// The RCS message id that Google Messages hides in the `tr_id` of an MMS row.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smsbackup::engine {

// `tr_id` is "proto:" and a protobuf in base64. Field 1 of it holds a package name (1) and a message (2), and this
// either field 3 (an MMS transaction id: no RCS) or field 2, whose field 5 is the RCS message id. Nothing if it is
// anything else, or longer than any real one.
std::optional<std::string> rcs_message_id(std::string_view tr_id);

}  // namespace smsbackup::engine
