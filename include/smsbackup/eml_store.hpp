// A folder with one .eml file a record, also in sub-folders, or a single .eml file (docs/stores/eml.md).
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

class SMSBACKUP_EXPORT EmlStore final : public Store {
 public:
  // Throws as open_store() does.
  EmlStore(std::filesystem::path path, Access access, StoreOptions options = {});
  ~EmlStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  std::vector<std::string> split(std::size_t wanted) override;
  std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece) override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  std::optional<Record> fetch(std::string_view locator) override;
  Outcomes write(std::span<const Record> records) override;
  void finish() override;
  bool is_empty() override;
  std::string name() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
