// A store that notes what went wrong with it. The library's Report says what happened; the exit code also has to say on
// which side.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "exit_code.hpp"
#include "smsbackup/error.hpp"
#include "smsbackup/forwarding_store.hpp"

namespace tool {

struct Trouble {
  std::optional<smsbackup::Error> reading;  // what ended the reading
  std::optional<smsbackup::Error> writing;  // what ended the writing
  bool reading_had_begun = false;           // when it ended
  bool cut_off = false;                     // an input ends in the middle
  std::uint64_t unreadable = 0;             // problems of the inputs, without those that were repaired
  std::uint64_t refused = 0;                // records that the output did not take

  // What it comes to, see ExitCode for the order.
  ExitCode exit_code(bool cancelled) const noexcept;
};

enum class Side { reading, writing };

class WatchedStore final : public smsbackup::ForwardingStore {
 public:
  // `trouble` must outlive the store.
  WatchedStore(std::unique_ptr<smsbackup::Store> inner, Side side, Trouble& trouble);

  std::unique_ptr<smsbackup::Cursor> open(const smsbackup::Query& query) override;
  void keys(const smsbackup::Query& query, const smsbackup::DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<smsbackup::Record> fetch(std::string_view locator) override;
  smsbackup::Outcomes write(std::span<const smsbackup::Record> records) override;
  smsbackup::Outcomes write_ahead(std::span<const smsbackup::Record> records) override;
  smsbackup::Outcomes settle() override;
  void finish() override;

 private:
  template <class Call>
  auto watched(Call&& call);
  template <class Call>
  smsbackup::Outcomes counted(Call&& call);

  Side side_;
  Trouble& trouble_;
};

}  // namespace tool
