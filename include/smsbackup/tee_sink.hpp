// A TeeSink writes one run into several sinks: an archive and a calendar beside it, or two archives.
//
// Each sink gets what it takes (Sink::takes()) and lacks. A record counts as known when every sink that takes its type
// has it, and as written when all that it was given to wrote it; what one of them refused is a Problem that names that
// sink, and the next run gives it to that one only.
//
// Used by one thread at a time; the sinks must outlive it. Of types that more than one sink takes, the keys of each are
// kept in an index of its own (see KeyIndex for its size). A StateStore remembers records and not where they went to:
// use one for each set of sinks.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/sink.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT TeeSink final : public Sink {
 public:
  // The first one is the archive: is_empty() asks it. Throws Error(invalid_argument) without any sink.
  explicit TeeSink(std::vector<Sink*> sinks);
  ~TeeSink() override;

  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<Record> fetch(std::string_view locator) override;
  // An Error of one sink ends the run of all; its message names the sink.
  Outcomes write(std::span<const Record> records) override;
  Outcomes write_ahead(std::span<const Record> records) override;
  Outcomes settle() override;
  // Finishes every sink, also after one of them failed; then throws what the first of these threw.
  void finish() override;
  bool takes(RecordType type) const override;
  // at_finish as soon as one of them is.
  Durability durability() const override;
  bool is_empty() override;
  // "maildir:archive and calls.ics"
  std::string name() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
