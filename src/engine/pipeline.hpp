// Source -> filter -> dedup -> Sink: the one path that every record takes.
#pragma once

#include <functional>
#include <span>

#include "smsbackup/transfer.hpp"

namespace smsbackup::engine {

// Changes a record on its way, or leaves it out (false): it counts as filtered then.
using Policy = std::function<bool(Record&)>;

// What a direction adds to the plain copy.
struct Rules {
  Policy policy;
  StateStore* state = nullptr;  // what gets written is done
  bool remembers = false;       // what is done is left out, and what the sink has is done, too
  bool first_run_skips = false;
};

Report run_pipeline(std::span<Source* const> sources, Sink& sink, const TransferOptions& options, const Rules& rules,
                    Observer* observer, const CancelToken& cancel);

}  // namespace smsbackup::engine
