// What a run tells while it goes: its Report as it grows, the host's Observer, and the quarantine.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/quarantine.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/sink.hpp"
#include "smsbackup/source.hpp"
#include "smsbackup/transfer.hpp"

namespace smsbackup::engine {

// An observer's exception on its way to the caller. In a wrapping, so that an Error of the host's is not taken for one
// of ours. Whatever tells the observer may throw it.
struct ObserverThrew {
  std::exception_ptr exception;
};

class RunAccount {
 public:
  // The observer may be null.
  RunAccount(const TransferOptions& options, Observer* observer);

  Report& report() noexcept { return report_; }
  bool wants_explanations() const { return observer_ != nullptr && observer_->wants_explanations(); }

  // These count, and tell whoever wants to know. The counts are right before anybody is told.
  void reads_from(const Source& source) { source_name_ = source.name(); }
  void reads_keys(std::uint64_t so_far);
  void progress(Progress::Stage stage, const Position& position = {});
  void filtered(RecordType type);
  void skipped(std::uint64_t filtered, std::uint64_t known, std::uint64_t foreign);
  void could_not_read(Problem problem);
  void duplicate(const Record& record, const Finding& finding, std::string_view position);

  // Of one that is counted as failed already.
  void refused(Outcome outcome, const Record& record, const Sink& sink);

  // For people; the first one stays.
  void ended_by(const Error& error);

 private:
  void note(Problem problem);
  template <class Say>
  void tell(Say&& say) {
    if (observer_ == nullptr) return;
    try {
      say(*observer_);
    } catch (...) {
      throw ObserverThrew{std::current_exception()};
    }
  }

  Observer* observer_;
  std::optional<Quarantine> quarantine_;
  Report report_;
  std::string source_name_;
  std::uint64_t keys_ = 0;
};

}  // namespace smsbackup::engine
