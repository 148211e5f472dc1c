// JSON lines, the library's own plain view (docs/stores/jsonl.md). The path "-" reads standard input or writes standard
// output, which is then written as it comes and never read back.
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

class SMSBACKUP_EXPORT JsonlStore final : public Store {
 public:
  // Throws as open_store() does.
  JsonlStore(std::filesystem::path file, Access access, StoreOptions options = {});
  ~JsonlStore() override;

  std::unique_ptr<Cursor> open(const Query& query) override;
  std::vector<std::string> split(std::size_t wanted) override;
  std::unique_ptr<Cursor> open_piece(const Query& query, std::string_view piece) override;
  bool reopenable() const override;
  void keys(const Query& query, const DedupPolicy& policy, const KeyVisitor& visit) override;
  Outcomes write(std::span<const Record> records) override;
  void finish() override;
  bool is_empty() override;
  Durability durability() const override;
  std::string name() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smsbackup
