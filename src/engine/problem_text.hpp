// What a problem says reaches logs and reports, so nothing private may be in it, whoever wrote it.
#pragma once

#include <string>

#include "smsbackup/problem.hpp"
#include "smsbackup/record.hpp"

namespace smsbackup::engine {

// Makes `where` and `why` one line each of bounded length, takes international phone numbers out of `why`, and, where
// the record is known, its parties and texts out of both.
void remove_private_data(Problem& problem, const Record* record);

}  // namespace smsbackup::engine
