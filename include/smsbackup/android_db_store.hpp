// The databases of a phone itself: `mmssms.db` (SMS, MMS, threads) with the files of `app_parts`, and the calls of
// `calllog.db` or of an old `contacts2.db` (docs/stores/android-db.md, docs/restore.md).
//
// As a source nothing is ever changed: a database that has an unfinished journal (`-wal`, `-journal`) is copied to a
// temporary folder first. Parts come as Blobs of their files, which are read only when somebody wants the bytes; so the
// folder must stay as it is as long as records of it are used.
//
// As a sink each write() is one transaction (write_ahead() puts some thousands of records into one), and everything in
// it is as the phone would have it: rows, parts' files, addresses, threads. Row and thread ids are the phone's own, so
// those of a record are not kept; neither is a column that this phone's tables don't have. Databases that are missing
// are made.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "smsbackup/export.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT AndroidDbStore final : public Store {
 public:
  // A folder with the databases in it (or in the folders that Android keeps them in, if it is a copy of /data/…), or
  // the path of one of them. Throws as open_store() does; Error(unknown_format) for a database without messages and
  // calls; Error(busy) when another process writes it.
  AndroidDbStore(std::filesystem::path path, Access access, StoreOptions options = {});
  ~AndroidDbStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<Record> fetch(std::string_view locator) override;
  Outcomes write(std::span<const Record> records) override;
  Outcomes write_ahead(std::span<const Record> records) override;
  Outcomes settle() override;
  // Puts messages to groups where they belong that came before the phone's own number was known (docs/restore.md).
  void finish() override;
  // Whether databases are missing or have no messages and calls in them, as those of a phone that was reset.
  bool is_empty() override;
  std::string name() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
