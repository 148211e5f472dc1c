// Where the library's own code logs. Never message text, addresses, names or secrets.
//
//   model::logger().debug("{} records in {} batches", records, batches);
#pragma once

#include <spdlog/logger.h>

namespace smsbackup::model {

// One for the process, usable from any thread. Silent, and then nearly free, until a host calls set_log_sink().
spdlog::logger& logger();

}  // namespace smsbackup::model
