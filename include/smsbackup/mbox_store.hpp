// An mbox file in the mboxrd variant, readable and writable with mboxo and mboxcl quirks tolerated
// (docs/stores/mbox.md). Adding writes a new file beside the old one and renames it when complete.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smsbackup/export.hpp"
#include "smsbackup/store.hpp"

namespace smsbackup {

class SMSBACKUP_EXPORT MboxStore final : public Store {
 public:
  // Throws as open_store() does.
  MboxStore(std::filesystem::path file, Access access, StoreOptions options = {});
  ~MboxStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  std::vector<std::string> split(std::size_t wanted) override;
  std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece) override;
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
