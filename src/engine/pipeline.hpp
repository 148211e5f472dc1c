// Source -> filter -> dedup -> Sink: the one path that every record takes.
#pragma once

#include <functional>
#include <span>

#include "smsbackup/transfer.hpp"

namespace smsbackup::engine {

// Changes a record on its way, or leaves it out (false): it counts as filtered then.
using Policy = std::function<bool(Record&)>;

Report run_pipeline(std::span<Source* const> sources, Sink& sink, const TransferOptions& options, const Policy& policy,
                    Observer* observer, const CancelToken& cancel);

}  // namespace smsbackup::engine
