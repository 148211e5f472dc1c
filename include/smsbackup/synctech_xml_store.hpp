// SMS Backup & Restore (SyncTech) XML files, plain or as the one entry of a zip (docs/stores/synctech-xml.md).
//
// Reads in bounded memory whatever the size, also files that are cut off or no well-formed XML. Writes what the app
// imports; an existing file is rewritten beside itself with the new rows added. The app keeps messages and calls in
// files of their own: a file of the other kind takes no such row (a Problem), unless it is one of ours, which may hold
// both.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/read.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT SynctechXmlStore final : public Store, public NarrowSource {
 public:
  // Throws as open_store() does.
  SynctechXmlStore(std::filesystem::path file, Access access, StoreOptions options = {});
  ~SynctechXmlStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  std::vector<std::string> split(std::size_t wanted) override;
  std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece) override;
  std::unique_ptr<Cursor> open_narrow(const Query& query, std::string_view piece, const Needs& needs) override;
  bool reopenable() const override;  // false for a pipe
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  Outcomes write(std::span<const Record> records) override;
  void finish() override;
  Durability durability() const override { return Durability::at_finish; }
  bool is_empty() override;
  std::string name() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
